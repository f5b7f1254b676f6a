/** The wasm module behind `libpg-query`, whose own index keeps a single instance that cannot be replaced. */
declare module 'libpg-query/wasm/libpg-query.js' {
  export interface PgQueryModule {
    readonly HEAPU8: Uint8Array;
    _malloc(bytes: number): number;
    _free(pointer: number): void;
    /** Answers a pointer to `{tree, stderr, error}`. */
    _wasm_parse_query_raw(text: number): number;
    _wasm_free_parse_result(result: number): void;
    getValue(pointer: number, type: 'i32'): number;
    UTF8ToString(pointer: number): string;
  }
  const instantiate: () => Promise<PgQueryModule>;

  // biome-ignore lint/style/noDefaultExport: the module is what it is
  export default instantiate;
}
