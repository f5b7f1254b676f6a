import type { FieldRule } from './http-connection.ts';

/** What analysis says of one HTTP request. Frozen, shared by every request of its shape. */
export interface RequestFacts {
  readonly verb: 'read' | 'write';
  /** `GET /patients/{id}` */
  readonly route: string;
  /** What its answer may hold that is protected. */
  readonly fields: readonly FieldRule[];
  /** Method, template and names of query parameters: what the ledger holds. Never a value, never the path itself. */
  readonly normalised: string;
}

/** A protected field of the answers of one route. */
export interface FieldName {
  readonly route: string;
  readonly path: string;
}
