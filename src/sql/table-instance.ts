import type { Relation } from '../core/catalogue.ts';

/** One appearance of a relation in a statement: `patients a, patients b` are two. */
export class TableInstance {
  readonly relation: Relation;
  readonly read = new Set<string>();
  locked = false;
  limited = false;
  /** A condition compares a column with a constant. */
  restricted = false;
  /** Alternatives: restricted if all instances of one list are restricted or limited. */
  readonly restrictedWith: (readonly TableInstance[])[] = [];

  constructor(relation: Relation) {
    this.relation = relation;
  }
}

/** Carries restrictions along equalities until nothing changes: `e.patient_id = p.id and e.id = 1` restricts both. */
export function settleRestrictions(instances: readonly TableInstance[]): void {
  for (let changed = true; changed; ) {
    changed = false;
    for (const instance of instances) {
      if (instance.restricted) continue;
      const holds = instance.restrictedWith.some((others) => others.every((other) => other.restricted));
      if (!holds) continue;
      instance.restricted = true;
      changed = true;
    }
  }
}
