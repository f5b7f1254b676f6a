import type { CopyDirection, StatementFacts } from '../core/facts.ts';
import type { GrantId, StatementId } from '../core/ids.ts';
import type { Execution, Prepared, RowLimit } from '../core/question.ts';
import type { NameScope } from '../sql/analyse.ts';
import type { CatalogueIndex } from '../sql/catalogue-index.ts';
import type { Ruling } from './ruling.ts';
import { type Path, samePath } from './search-path.ts';
import type { Moves } from './session-names.ts';

/** A statement on its way through the target. */
export class Running implements Execution {
  readonly id: StatementId;
  readonly watched: boolean;
  readonly ruling: Allowed;
  readonly maxRows: RowLimit | null;
  readonly copy: CopyDirection | null;
  /** The catalogue it was decided under: its result is checked against the same one. */
  readonly catalogue: CatalogueIndex;
  readonly startedAt: number;
  /** What it rests on, where policy asked for an approval. */
  readonly grant: GrantId | null;
  /** What names mean after it, where it may change that. */
  moves: Moves | null;

  constructor(
    id: StatementId,
    ruling: Allowed,
    catalogue: CatalogueIndex,
    startedAt: number,
    moves: Moves | null,
    grant: GrantId | null,
  ) {
    this.id = id;
    this.grant = grant;
    this.ruling = ruling;
    this.maxRows = ruling.maxRows;
    this.copy = ruling.facts.copy ?? null;
    this.catalogue = catalogue;
    this.watched = catalogue.protects;
    this.startedAt = startedAt;
    this.moves = moves;
  }
}

export type Allowed = Extract<Ruling, { kind: 'allow' }>;

/** What is kept of a statement between Parse and its executions: its text, and what it meant when it was last looked at. */
export class PreparedStatement {
  readonly text: Buffer;
  #meaning: {
    readonly statements: readonly StatementFacts[];
    readonly path: Path;
    readonly catalogue: CatalogueIndex;
  } | null = null;

  constructor(text: Buffer) {
    this.text = text;
  }

  understand(statements: readonly StatementFacts[], scope: NameScope): void {
    this.#meaning = { statements, path: scope.path, catalogue: scope.catalogue };
  }

  /** What it means under that path and catalogue, where that is known already. */
  meaningUnder(scope: NameScope): readonly StatementFacts[] | null {
    const meaning = this.#meaning;
    if (meaning === null || meaning.catalogue !== scope.catalogue) return null;
    return samePath(meaning.path, scope.path) ? meaning.statements : null;
  }

  /** As the machine holds it. */
  handle(): Prepared {
    return this as unknown as Prepared;
  }

  static from(handle: Prepared): PreparedStatement {
    const statement: unknown = handle;
    if (statement instanceof PreparedStatement) return statement;
    throw new Error('a prepared statement that the engine did not make');
  }
}
