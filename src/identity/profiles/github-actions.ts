import { err, ok, type Result } from '../../base/result.ts';
import type { Denial } from '../../core/denial.ts';
import type { IssuerSettings } from '../issuer-settings.ts';
import { type JsonObject, member } from '../json-object.ts';
import { originOf, textClaim } from '../origin.ts';
import { tokenRefused } from '../refusal.ts';
import type { ClaimedIdentity } from './claimed-identity.ts';

/**
 * A job of GitHub Actions. The key is the id of the repository: names can be given up and registered again, and `sub` is
 * whatever the repository customised it to. `sha` is the commit that triggered the run, on `pull_request` a merge commit;
 * what was checked out, nobody says.
 */
export function githubActionsIdentity(claims: JsonObject, entry: IssuerSettings): Result<ClaimedIdentity, Denial> {
  const key = textClaim(claims, 'repository_id');
  if (key === null || !/^\d{1,20}$/.test(key)) {
    return err(
      tokenRefused(
        `the token has no repository id (repository_id), which names the principals of issuer ${JSON.stringify(entry.id)}`,
        'request the token in a job of GitHub Actions, with the permission id-token: write',
      ),
    );
  }
  if (member(claims, 'act') !== undefined)
    return err(tokenRefused('a job of GitHub Actions acts for nobody, but the token names an actor (act)'));
  const origin = originOf(claims, 'github-actions');
  if (!origin.ok) return origin;
  const workflow = textClaim(claims, 'workflow') ?? origin.value.workflow;
  return ok({
    kind: 'workload',
    key,
    display: `${origin.value.repository} ${workflow}`,
    nature: 'ci-job',
    origin: origin.value,
    onBehalfOf: null,
  });
}
