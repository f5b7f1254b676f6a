import type { PolicyJson } from '@cedar-policy/cedar-wasm/nodejs';
import type { Terms } from './annotations.ts';

/** A policy as surfaces list it. */
export interface ListedPolicy {
  readonly id: string;
  readonly effect: 'permit' | 'forbid';
  readonly description: string;
  readonly file: string;
  readonly line: number;
  readonly annotations: Readonly<Record<string, string>>;
}

/** A policy that passed every check. */
export interface LoadedPolicy extends ListedPolicy {
  readonly terms: Terms;
  readonly json: PolicyJson;
  /** As written, without comments around it. */
  readonly text: string;
}
