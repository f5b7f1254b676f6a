import { dirname } from 'node:path';
import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  LineCounter,
  parseDocument,
  visit,
  type YAMLError,
} from 'yaml';
import { err, ok, type Result } from '../../base/result.ts';
import type { ConfigurationFault } from './configuration-fault.ts';
import { mostFaults, Spot, type SpotContext } from './spot.ts';

/** The text as a tree of plain mappings, lists and scalars. Aliases, tags and repeated keys are refused: the file means what it shows. */
export function readYaml(text: string, file: string): Result<YamlSource, readonly ConfigurationFault[]> {
  if (Buffer.byteLength(text) > mostBytes) {
    return err([{ ...start, message: 'the file is larger than 1 MiB; a configuration is not.' }]);
  }
  const context: SpotContext = { lines: new LineCounter(), folder: dirname(file), faults: [] };
  const document = parse(text, context.lines);
  if (document === null) return err([{ ...start, message: 'the file is nested too deeply to be a configuration.' }]);
  for (const error of [...document.errors, ...document.warnings]) noteSyntax(error, context);
  if (context.faults.length === 0) refuseIndirection(document, context);
  if (context.faults.length > 0) return err(context.faults);
  return ok({ context, root: new Spot(context, document.contents, '', 0) });
}

export interface YamlSource {
  readonly context: SpotContext;
  readonly root: Spot;
}

function parse(text: string, lineCounter: LineCounter): Document | null {
  try {
    // Keys are compared below: the parser's own comparison takes quadratic time. No alias is ever followed. The log level
    // stays at its default: a silent parser passes over further documents.
    return parseDocument(text, {
      lineCounter,
      uniqueKeys: false,
      strict: true,
      prettyErrors: false,
    });
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** By code: the parser's own messages quote the text, and the text may hold what must not be shown. */
function noteSyntax(error: YAMLError, context: SpotContext): void {
  const message = sentences.get(error.code) ?? 'this is not valid YAML: check the punctuation and the indentation.';
  noteAt(context, error.pos[0], message);
}

function refuseIndirection(document: Document, context: SpotContext): void {
  visit(document, (_, node) => {
    if (isMap(node)) refuseRepetition(node.items, context);
    if (!isNode(node)) return;
    const at = node.range?.[0] ?? 0;
    if (isAlias(node)) noteAt(context, at, 'aliases (`*name`) are not read: write the value out.');
    else if (node.anchor !== undefined) noteAt(context, at, 'anchors (`&name`) are not read: remove it.');
    if (node.tag !== undefined && !isAlias(node)) noteAt(context, at, 'tags (`!name`) are not read: remove it.');
  });
}

function refuseRepetition(items: readonly { readonly key: unknown }[], context: SpotContext): void {
  const seen = new Set<string>();
  for (const { key } of items) {
    if (!isScalar(key)) continue;
    const name = String(key.value);
    if (seen.has(name)) noteAt(context, key.range?.[0] ?? 0, 'this key stands here for the second time: remove one.');
    seen.add(name);
  }
}

function noteAt(context: SpotContext, offset: number, message: string): void {
  if (context.faults.length >= mostFaults) return;
  const { line, col } = context.lines.linePos(offset);
  context.faults.push({ line: Math.max(line, 1), column: Math.max(col, 1), path: '', message });
}

const start = { line: 1, column: 1, path: '' } as const;
const mostBytes = 1024 * 1024;

const sentences: ReadonlyMap<string, string> = new Map([
  [
    'BAD_INDENT',
    'the indentation does not fit, or a bracket or quote above is not closed: keys of one mapping start in the same column.',
  ],
  ['TAB_AS_INDENT', 'indentation must be spaces, not tabs.'],
  ['MULTIPLE_DOCS', 'the file holds more than one document: remove the `---`.'],
  ['MISSING_CHAR', 'something is not closed here: check quotes, brackets and colons.'],
  ['MULTILINE_IMPLICIT_KEY', 'a key must stand on one line, with `: ` after it.'],
  ['BLOCK_AS_IMPLICIT_KEY', 'a mapping cannot start here: put it on its own line, indented.'],
  [
    'UNEXPECTED_TOKEN',
    'this is not expected here: check the punctuation, and quote text that holds special characters.',
  ],
  ['BAD_ALIAS', 'aliases (`*name`) are not read: write the value out, or quote text that starts with `*`.'],
  ['BAD_SCALAR_START', 'text that starts with a special character must stand in quotes.'],
  ['BAD_DQ_ESCAPE', 'a backslash in double quotes starts an escape: double it, or use single quotes.'],
  ['TAG_RESOLVE_FAILED', 'tags (`!name`) are not read: remove it.'],
  ['BAD_DIRECTIVE', 'directives (`%`) are not read: remove the line.'],
]);
