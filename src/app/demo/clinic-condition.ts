/** What a clinic writes about one problem. `{...}` are filled in by the note that uses it. */
export interface Condition {
  readonly code: string;
  readonly name: string;
  /** Why the patient came; reads on from "comes in". */
  readonly complaints: readonly string[];
  readonly findings: readonly string[];
  readonly reasoning: readonly string[];
  readonly plans: readonly string[];
  readonly followUps: readonly string[];
}
