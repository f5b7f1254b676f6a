/** A file of policies, as read from the directory. */
export interface PolicyFile {
  readonly name: string;
  readonly text: string;
}

/** What is wrong with a policy, and where. Lines and columns count from 1, columns in characters. */
export interface PolicyFault {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/** `policies/etl.cedar:12:3: missing @id` */
export function faultLine(fault: PolicyFault): string {
  return `${fault.file}:${fault.line}:${fault.column}: ${fault.message}`;
}

/** The fault at an index of the file's text. */
export function faultAt(file: PolicyFile, index: number, message: string): PolicyFault {
  return { file: file.name, ...placeOf(file.text, index), message };
}

export function placeOf(text: string, index: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, index).split('\n');
  return { line: before.length, column: [...(before.at(-1) ?? '')].length + 1 };
}
