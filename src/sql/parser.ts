import type { PgQueryModule } from 'libpg-query/wasm/libpg-query.js';
import instantiate from 'libpg-query/wasm/libpg-query.js';
import { err, ok, type Result } from '../base/result.ts';
import type { Denial } from '../core/denial.ts';

/** One statement as the parser states it; offsets are bytes of the text. */
export interface RawStatement {
  readonly tree: Readonly<Record<string, unknown>>;
  readonly start: number;
  readonly end: number;
}

/** An instance whose memory has grown by this is replaced: it never shrinks. */
const maxGrowth = 128 * 1024 * 1024;

/**
 * PostgreSQL's own grammar in instances of ours. An instance in which anything but an ordinary syntax error happened is thrown
 * away: a trap leaves its stack pointer where it was, and after some traps every parse fails. One instance is kept in reserve.
 */
export class Parser {
  #instance: PgQueryModule | null;
  #reserve: PgQueryModule | null;
  readonly #startBytes: number;
  #loading: Promise<void> | null = null;

  private constructor(instance: PgQueryModule, reserve: PgQueryModule) {
    this.#instance = instance;
    this.#reserve = reserve;
    this.#startBytes = instance.HEAPU8.byteLength;
  }

  static async load(): Promise<Parser> {
    return new Parser(await instantiate(), await instantiate());
  }

  /** `text` must be valid UTF-8 without NUL. */
  parse(text: Buffer): Result<readonly RawStatement[], Denial> {
    const instance = this.#instance;
    if (instance === null) {
      this.#reload();
      return err(restarting);
    }
    try {
      const result = parseWith(instance, text);
      if (instance.HEAPU8.byteLength > this.#startBytes + maxGrowth) this.#discard();
      return result;
    } catch {
      this.#discard();
      return err(tooComplex);
    }
  }

  /** Resolves when a reserve stands ready again. */
  async settled(): Promise<void> {
    await this.#loading;
  }

  #discard(): void {
    this.#instance = this.#reserve;
    this.#reserve = null;
    this.#reload();
  }

  #reload(): void {
    this.#loading ??= instantiate()
      .then((fresh) => {
        if (this.#instance === null) this.#instance = fresh;
        else this.#reserve = fresh;
      })
      // Nothing to do here: without an instance every statement is refused, and each refusal tries again.
      .catch(() => undefined)
      .then(() => {
        this.#loading = null;
        if (this.#instance === null || this.#reserve === null) queueMicrotask(() => this.#retry());
      });
  }

  #retry(): void {
    if (this.#instance !== null && this.#reserve === null) this.#reload();
  }
}

const restarting: Denial = {
  code: 'limit_exceeded',
  message: 'the SQL parser is being restarted after a statement that was too complex for it',
  hint: 'send the statement again',
};

const tooComplex: Denial = {
  code: 'limit_exceeded',
  message: 'the statement is too complex to be parsed',
  hint: 'use fewer nested expressions',
};

function parseWith(instance: PgQueryModule, text: Buffer): Result<readonly RawStatement[], Denial> {
  const pointer = instance._malloc(text.length + 1);
  if (pointer === 0) throw new Error('the parser has no memory left');
  // The heap is read anew after each call: growing it replaces its view.
  instance.HEAPU8.set(text, pointer);
  instance.HEAPU8[pointer + text.length] = 0;
  const result = instance._wasm_parse_query_raw(pointer);
  if (result === 0) throw new Error('the parser has no memory left');
  const error = instance.getValue(result + 8, 'i32');
  const answer = error === 0 ? ok(statements(instance, result, text.length)) : err(syntaxDenial(instance, error));
  instance._wasm_free_parse_result(result);
  instance._free(pointer);
  return answer;
}

function statements(instance: PgQueryModule, result: number, length: number): readonly RawStatement[] {
  const tree = JSON.parse(instance.UTF8ToString(instance.getValue(result, 'i32'))) as ParseResult;
  return (tree.stmts ?? []).map((raw) => {
    const start = raw.stmt_location ?? 0;
    const size = raw.stmt_len ?? 0;
    return { tree: raw.stmt, start, end: size === 0 ? length : start + size };
  });
}

interface ParseResult {
  readonly stmts?: readonly {
    readonly stmt: Record<string, unknown>;
    readonly stmt_location?: number;
    readonly stmt_len?: number;
  }[];
}

/** The message is PostgreSQL's own and may quote a token of the client's text: it is for the client, never for the ledger. */
function syntaxDenial(instance: PgQueryModule, error: number): Denial {
  const message = instance.UTF8ToString(instance.getValue(error, 'i32'));
  if (message.startsWith('memory exhausted')) return tooComplex;
  const position = instance.getValue(error + 16, 'i32');
  return { code: 'syntax_error', message, ...(position > 0 ? { position } : {}) };
}
