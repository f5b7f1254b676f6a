import { err, ok, type Result } from '../../base/result.ts';
import type { Denial } from '../../core/denial.ts';
import { unknownOrigin } from '../../core/principal.ts';
import type { IssuerSettings } from '../issuer-settings.ts';
import type { JsonObject } from '../json-object.ts';
import { statedOrigin } from '../origin.ts';
import { tokenRefused } from '../refusal.ts';
import type { ClaimedIdentity } from './claimed-identity.ts';
import { digits, refuseActor, requiredClaims, uuid } from './required-claim.ts';

/**
 * A run of Azure Pipelines, by the token that it requests of its organisation without naming a service connection. The key is
 * the project and the pipeline, by id: `sub` spells them by names, which can be given to others. Every organisation is an issuer
 * of its own, `https://vstoken.dev.azure.com/<id of the organisation>`, and `org_id` must say the same.
 */
export function azureDevopsIdentity(claims: JsonObject, entry: IssuerSettings): Result<ClaimedIdentity, Denial> {
  const required = requiredClaims(
    claims,
    entry,
    shapes,
    'request it at SYSTEM_OIDCREQUESTURI in a run of Azure Pipelines, without a serviceConnectionId',
  );
  if (!required.ok) return required;
  const { organisation, project, pipeline, run } = required.value;
  if (entry.issuer.split('/').at(-1) !== organisation) {
    return err(tokenRefused('the token is of another organisation of Azure DevOps (org_id) than its issuer'));
  }
  const actor = refuseActor(claims, 'a run of Azure Pipelines');
  if (actor !== null) return err(actor);
  const stated = statedOrigin(claims, {
    repository: 'rpo_uri',
    repositoryId: 'rpo_id',
    workflow: 'sub',
    ref: 'rpo_ref',
    declaredCommit: 'rpo_ver',
  });
  if (!stated.ok) return stated;
  return ok({
    kind: 'workload',
    key: `${project}/${pipeline}`,
    display: stated.value.workflow ?? `${project}/${pipeline}`,
    nature: 'ci-job',
    onBehalfOf: null,
    origin: {
      ...unknownOrigin,
      ...stated.value,
      platform: 'azure-devops',
      runId: run,
    },
  });
}

const shapes = {
  organisation: { claim: 'org_id', what: 'organisation', shape: uuid },
  project: { claim: 'prj_id', what: 'project', shape: uuid },
  pipeline: { claim: 'def_id', what: 'pipeline', shape: digits },
  run: { claim: 'run_id', what: 'run', shape: digits },
} as const;
