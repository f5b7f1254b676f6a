import { err, ok, type Result } from '../../base/result.ts';
import type { Denial } from '../../core/denial.ts';
import { unknownOrigin } from '../../core/principal.ts';
import type { IssuerSettings } from '../issuer-settings.ts';
import type { JsonObject } from '../json-object.ts';
import { textClaim } from '../origin.ts';
import type { ClaimedIdentity } from './claimed-identity.ts';
import { digits, refuseActor, requiredClaims } from './required-claim.ts';

/**
 * A job of GitLab CI, by one of its `id_tokens`. The key is the id of the project: paths can be given up and taken by others, and
 * `sub` is whatever the project customised it to. In the pipeline of a merge request from a fork, the project is the fork.
 * GitLab signs what people log in with using the same keys: a token without a pipeline and a job is not of CI.
 */
export function gitlabCiIdentity(claims: JsonObject, entry: IssuerSettings): Result<ClaimedIdentity, Denial> {
  const required = requiredClaims(claims, entry, shapes, 'request it in a job of GitLab CI, under id_tokens');
  if (!required.ok) return required;
  const actor = refuseActor(claims, 'a job of GitLab CI');
  if (actor !== null) return err(actor);
  const { project, pipeline, job } = required.value;
  const stated = (name: string): string => textClaim(claims, name) ?? 'unknown';
  return ok({
    kind: 'workload',
    key: project,
    display: stated('project_path'),
    nature: 'ci-job',
    onBehalfOf: null,
    origin: {
      ...unknownOrigin,
      platform: 'gitlab-ci',
      repository: stated('project_path'),
      repositoryId: project,
      workflow: stated('ci_config_ref_uri'),
      workflowCommit: stated('ci_config_sha'),
      ref: textClaim(claims, 'ref_path') ?? stated('ref'),
      refProtected: stated('ref_protected'),
      declaredCommit: stated('sha'),
      runId: pipeline,
      job,
      trigger: stated('pipeline_source'),
      environment: stated('environment'),
      actor: stated('user_login'),
      actorId: stated('user_id'),
      runner: stated('runner_environment'),
    },
  });
}

const shapes = {
  project: { claim: 'project_id', what: 'project', shape: digits },
  pipeline: { claim: 'pipeline_id', what: 'pipeline', shape: digits },
  job: { claim: 'job_id', what: 'job', shape: digits },
} as const;
