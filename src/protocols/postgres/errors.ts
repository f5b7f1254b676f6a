import { Reader } from '../../base/reader.ts';
import { Writer } from '../../base/writer.ts';
import type { Denial } from '../../core/denial.ts';
import { errorCodes } from '../../core/error-codes.ts';
import type { StatementId } from '../../core/ids.ts';
import type { Notice } from '../../core/judge.ts';
import { conditions } from './sqlstates.ts';

/** A "no" in place, as ErrorResponse with severity ERROR: the session lives on. */
export function errorResponse(denial: Denial, statement: StatementId | null): Buffer {
  return encode('E', denialFields('ERROR', denial, statement));
}

/** A "no" that ends the session. */
export function fatalResponse(denial: Denial): Buffer {
  return encode('E', denialFields('FATAL', denial, null));
}

/** Tells a client what its statement waits for, as NoticeResponse. */
export function noticeResponse(notice: Notice): Buffer {
  const fields: Field[] = [
    ['S', 'NOTICE'],
    ['V', 'NOTICE'],
    ['C', '00000'],
    ['M', `sluice: ${notice.message}`],
  ];
  if (notice.detail !== undefined) fields.push(['D', notice.detail]);
  if (notice.hint !== undefined) fields.push(['H', notice.hint]);
  return encode('N', fields);
}

/** What Sluice reads of an ErrorResponse or NoticeResponse (manual 54.8). */
export interface Report {
  /** From field V, which is never translated; a target that sends none is older than 9.6. */
  readonly severity: string;
  readonly sqlstate: string;
  readonly position: string | null;
}

/** Reads `bytes[start, end)`, a whole ErrorResponse or NoticeResponse. Broken bytes throw WireError. */
export function decodeReport(bytes: Buffer, start: number, end: number): Report {
  const reader = new Reader(bytes, start + 5, end);
  let translated = '';
  let severity = '';
  let sqlstate = '';
  let position: string | null = null;
  for (let field = reader.uint8(); field !== 0; field = reader.uint8()) {
    const value = reader.terminated();
    if (field === 0x53) translated = value.toString('latin1');
    else if (field === 0x56) severity = value.toString('latin1');
    else if (field === 0x43) sqlstate = value.toString('latin1');
    else if (field === 0x50) position = value.toString('latin1');
  }
  reader.finish();
  return {
    severity: severityOf(severity, translated),
    sqlstate: conditions.has(sqlstate) ? sqlstate : raisedByRoutine,
    position: position !== null && /^[0-9]{1,10}$/.test(position) ? position : null,
  };
}

export function endsSession(report: Report): boolean {
  return report.severity === 'FATAL' || report.severity === 'PANIC';
}

/** The same report in Sluice's own words: nothing that the target wrote freely is left in it. */
export function rebuild(type: 'E' | 'N', report: Report): Buffer {
  const fields: Field[] = [
    ['S', report.severity],
    ['V', report.severity],
    ['C', report.sqlstate],
    ['M', sentenceOf(report.sqlstate)],
    ['H', "the target's own text is withheld on this connection because it can quote protected values"],
  ];
  if (report.position !== null) fields.push(['P', report.position]);
  return encode(type, fields);
}

type Field = readonly [code: string, value: string];

/** `raise_exception`: what stands for a SQLSTATE that PostgreSQL itself never raises. */
const raisedByRoutine = 'P0001';

const severities: ReadonlySet<string> = new Set([
  'ERROR',
  'FATAL',
  'PANIC',
  'WARNING',
  'NOTICE',
  'DEBUG',
  'INFO',
  'LOG',
]);

function severityOf(untranslated: string, translated: string): string {
  if (severities.has(untranslated)) return untranslated;
  return severities.has(translated) ? translated : 'ERROR';
}

// PostgreSQL's own words where they quote nothing; everything else gets the name of its condition.
const sentences: ReadonlyMap<string, string> = new Map([
  ['00000', 'the target has a message'],
  ['01000', 'the target has a warning'],
  ['22001', 'value too long for its type'],
  ['22003', 'value out of range for its type'],
  ['22007', 'invalid input syntax for a date or time'],
  ['22008', 'date or time field value out of range'],
  ['22012', 'division by zero'],
  ['22P02', 'invalid input syntax for the type'],
  ['23502', 'null value violates a not-null constraint'],
  ['23503', 'insert, update or delete violates a foreign key constraint'],
  ['23505', 'duplicate key value violates a unique constraint'],
  ['23514', 'new row violates a check constraint'],
  ['25001', 'the command cannot run inside a transaction block'],
  ['25006', 'the transaction is read-only'],
  ['25P02', 'current transaction is aborted, commands ignored until end of transaction block'],
  ['26000', 'the prepared statement does not exist'],
  ['34000', 'the portal or cursor does not exist'],
  ['40001', 'could not serialize access'],
  ['40P01', 'deadlock detected'],
  ['42501', 'permission denied by the target'],
  ['42601', 'syntax error'],
  ['42703', 'a column does not exist'],
  ['42883', 'a function or operator does not exist'],
  ['42P01', 'a relation does not exist'],
  ['42P05', 'the prepared statement already exists'],
  ['53300', 'the target has too many connections'],
  ['55P03', 'could not obtain a lock'],
  ['57014', 'the statement was cancelled'],
  ['57P01', 'the target terminated the connection by command of an administrator'],
  ['57P03', 'the target does not accept connections now'],
  [raisedByRoutine, 'raised by a routine'],
]);

function sentenceOf(sqlstate: string): string {
  return sentences.get(sqlstate) ?? conditions.get(sqlstate) ?? 'the target reported an error';
}

function denialFields(severity: 'ERROR' | 'FATAL', denial: Denial, statement: StatementId | null): readonly Field[] {
  const fields: Field[] = [
    ['S', severity],
    ['V', severity],
    ['C', errorCodes[denial.code].sqlstate],
    ['M', `sluice: ${denial.message}`],
  ];
  const detail = [denial.detail, statement === null ? undefined : `statement ${statement}`];
  const details = detail.filter((part) => part !== undefined);
  if (details.length > 0) fields.push(['D', details.join('\n')]);
  if (denial.hint !== undefined) fields.push(['H', denial.hint]);
  if (denial.position !== undefined) fields.push(['P', String(denial.position)]);
  return fields;
}

function encode(type: 'E' | 'N', fields: readonly Field[]): Buffer {
  const writer = new Writer(512).uint8(type.charCodeAt(0)).int32(0);
  for (const [code, value] of fields) writer.uint8(code.charCodeAt(0)).string(value.replaceAll('\0', ''));
  writer.uint8(0);
  return writer.patchInt32(1, writer.length - 1).finish();
}
