import type { Principal, PrincipalId } from '../core/principal.ts';

/**
 * Could these be one person? People who come by way of two issuers have two ids; where the part after the issuer is the same,
 * they are taken for one. A workload is itself only.
 */
export function mayBeSame(person: PrincipalId, other: PrincipalId, kindOfOther: Principal['kind']): boolean {
  if (person === other) return true;
  return kindOfOther === 'user' && folded(keyOf(person)) === folded(keyOf(other));
}

/**
 * Does the free text of an inventory mean this person, alone or among others? `dana`, `people/dana`, `Dana Reyes`,
 * `Reyes, Dana`, `dana@hospital.example`, `dana, sam`. In doubt it does: somebody else can decide.
 */
export function isNamed(owner: string, { id, display }: Principal): boolean {
  const words = wordsOf(owner);
  // Of an address such as `dana.reyes@hospital.example` each part counts too.
  const said = new Set([folded(owner), ...words, ...words.flatMap((word) => word.split(/[._+-]/))]);
  return [id, keyOf(id), display].flatMap(spellings).some((name) => {
    const parts = wordsOf(name);
    return said.has(name) || (parts.length > 0 && parts.every((part) => said.has(part)));
  });
}

/** Folded as a whole, and up to the `@` of an address. */
function spellings(text: string): readonly string[] {
  const whole = folded(text);
  const local = whole.includes('@') ? whole.slice(0, whole.indexOf('@')) : whole;
  return [whole, local].filter((spelling) => spelling !== '');
}

function wordsOf(text: string): readonly string[] {
  return folded(text).match(/[\p{L}\p{N}][\p{L}\p{N}\p{M}._+-]*/gu) ?? [];
}

/** What nobody sees makes no other name. */
function folded(text: string): string {
  return text.normalize('NFKC').replace(unseen, '').trim().toLowerCase();
}

const unseen = /(?!\s)[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]/gu;

function keyOf(id: PrincipalId): string {
  return id.slice(id.indexOf('/') + 1);
}
