import type { ColumnName, ControlPosition, RelationName, RoutineName, StatementFacts } from '../core/facts.ts';
import type { ConnectionName } from '../core/ids.ts';
import type { Principal } from '../core/principal.ts';
import type { FieldName, RequestFacts } from '../core/request-facts.ts';
import type { Terms } from './annotations.ts';
import type { Usage } from './usage.ts';

/** Actions of the shipped Cedar schema. */
export type Action =
  | 'connect'
  | 'session'
  | 'select'
  | 'insert'
  | 'update'
  | 'delete'
  | 'truncate'
  | 'copy'
  | 'call'
  | 'ddl'
  | 'filter'
  | 'unmask'
  | 'read'
  | 'write';

/** One thing that must be permitted. A statement passes only if all of its accesses do. */
export interface Access {
  readonly action: Action;
  readonly resource: ResourceRef;
  /** For `filter`. */
  readonly use: ControlPosition | null;
  readonly lookup: boolean;
  /** For actions on tables and columns. */
  readonly filtered: boolean;
  readonly limited: boolean;
  /** For `unmask`: the class of the column, where the analysis states it. */
  readonly class: string | null;
}

export type ResourceRef =
  | { readonly kind: 'connection' }
  | { readonly kind: 'table'; readonly relation: RelationName; readonly protected: boolean }
  | { readonly kind: 'column'; readonly column: ColumnName; readonly protected: boolean }
  /** One overload, `public.f(int4)`; `public.f` where no overload is known, `f` where not even the schema is. */
  | { readonly kind: 'routine'; readonly routine: RoutineName; readonly signature: string }
  /** `GET /patients/{id}` */
  | { readonly kind: 'route'; readonly route: string; readonly protected: boolean }
  /** Protected, or it would not be asked about. */
  | { readonly kind: 'field'; readonly field: FieldName };

/** What analysis says of a statement, on whatever wire. */
export type Facts = StatementFacts | RequestFacts;

/** What is asked of policy. `facts: null` asks whether the principal may connect at all. */
export interface DecisionRequest {
  readonly principal: Principal;
  readonly connection: ConnectionName;
  readonly facts: Facts | null;
  readonly context: DecisionContext;
}

/** Attributes beyond the statement's own. Fields that cannot be filled yet are zero or empty and documented as such. */
export interface DecisionContext {
  readonly session: {
    readonly statements: number;
    readonly rows: number;
    readonly bytes: number;
    readonly classesRead: readonly string[];
    readonly ageSeconds: number;
  };
  readonly principal: Usage;
  /** Rows that the target expects of the statement; null where nobody asked, or it touches no table. */
  readonly estimatedRows: number | null;
  readonly purpose: string | null;
  readonly reason: string | null;
  /** The change or incident that the work is for. */
  readonly ticket: string | null;
  /** Address of the client. */
  readonly source: string;
  /** Microseconds; only policies that mention time pay for it. */
  readonly time: number;
}

export type Decision =
  | {
      readonly kind: 'allow';
      /** Ids of the policies that permitted, sorted. */
      readonly policies: readonly string[];
      /** Protected output columns that may leave as they are. */
      readonly unmasked: readonly ColumnName[];
      /** Protected fields of an answer that may leave as they are. */
      readonly unmaskedFields: readonly FieldName[];
      /** The smallest `@maxRows` of everything that let the statement pass, and the policy that has it. */
      readonly maxRows: BoundBy | null;
    }
  | {
      readonly kind: 'deny';
      /** Ids of the policies that forbade; empty: nothing permitted, or evaluation failed. */
      readonly policies: readonly string[];
      readonly access: Access;
      /** `denied by policy "no-bulk-phi-read": ...` or `no policy permits select on public.claims`. */
      readonly message: string;
      readonly hint: string | null;
    }
  | {
      /** Only `@approval` permits apply. */
      readonly kind: 'hold';
      readonly policies: readonly string[];
      /** The first access that is held, with the groups that may approve it. */
      readonly access: Access;
      readonly groups: readonly string[];
      /** Everything that is held. Any one group suffices for one of them; each of them needs its own. */
      readonly requests: readonly HeldAccess[];
      /** What it comes to once all of them are approved. */
      readonly approved: Extract<Decision, { kind: 'allow' }>;
      readonly message: string;
      readonly hint: string | null;
    };

export interface BoundBy {
  readonly rows: number;
  readonly policy: string;
}

export interface HeldAccess {
  readonly access: Access;
  /** `update on public.patients` */
  readonly label: string;
  readonly policies: readonly { readonly id: string; readonly description: string }[];
  readonly groups: readonly string[];
  /** The strictest of the policies that hold it, each of the four by itself. */
  readonly quorum: number;
  readonly scope: Terms['scope'];
  /** Null: none of them says. */
  readonly ttlMs: number | null;
  /** Null: none of them says. 0: nobody is to wait. */
  readonly waitMs: number | null;
}
