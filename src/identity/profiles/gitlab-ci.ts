import { err, ok, type Result } from '../../base/result.ts';
import type { Denial } from '../../core/denial.ts';
import { unknownOrigin } from '../../core/principal.ts';
import type { IssuerSettings } from '../issuer-settings.ts';
import { type JsonObject, member } from '../json-object.ts';
import { isStated, statedOrigin } from '../origin.ts';
import { tokenRefused } from '../refusal.ts';
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
  const stated = statedOrigin(claims, {
    repository: 'project_path',
    workflow: 'ci_config_ref_uri',
    workflowCommit: 'ci_config_sha',
    ref: isStated(claims, 'ref_path') ? 'ref_path' : 'ref',
    refProtected: 'ref_protected',
    declaredCommit: 'sha',
    trigger: 'pipeline_source',
    environment: 'environment',
    actor: 'user_login',
    actorId: 'user_id',
    runner: 'runner_environment',
  });
  if (!stated.ok) return stated;
  const ref = qualifiedRef(claims, stated.value.ref);
  if (!ref.ok) return ref;
  return ok({
    kind: 'workload',
    key: project,
    display: stated.value.repository ?? 'unknown',
    nature: 'ci-job',
    onBehalfOf: null,
    origin: {
      ...unknownOrigin,
      ...stated.value,
      platform: 'gitlab-ci',
      repositoryId: project,
      ref: ref.value,
      runId: pipeline,
      job,
    },
  });
}

/** `ref` is the bare name of a branch or a tag, and a tag may be named `refs/heads/main`: only `ref_type` says which. */
function qualifiedRef(claims: JsonObject, ref: string | undefined): Result<string, Denial> {
  if (ref === undefined || isStated(claims, 'ref_path')) return ok(ref ?? unknownOrigin.ref);
  const type = member(claims, 'ref_type');
  if (type === 'branch') return ok(`refs/heads/${ref}`);
  if (type === 'tag') return ok(`refs/tags/${ref}`);
  return err(
    tokenRefused('the token does not say whether its ref is a branch or a tag (ref_type), and has no ref_path'),
  );
}

const shapes = {
  project: { claim: 'project_id', what: 'project', shape: digits },
  pipeline: { claim: 'pipeline_id', what: 'pipeline', shape: digits },
  job: { claim: 'job_id', what: 'job', shape: digits },
} as const;
