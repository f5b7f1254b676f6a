import type { Failure } from './failure.ts';

/** Whether somebody named a principal as `<issuer id>/<key>`; whether there is one is the gateway's to say. */
export function isPrincipalId(given: string): boolean {
  const slash = given.indexOf('/');
  return slash > 0 && slash < given.length - 1;
}

/** What is said otherwise. */
export const notAnId: Failure = {
  message: 'a principal is <issuer id>/<key>',
  hint: 'for example demo/nightly-etl; `sluice principals list` shows those that are known',
  exit: 2,
};
