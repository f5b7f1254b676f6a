import { err, ok, type Result } from '../../base/result.ts';
import type { Denial } from '../../core/denial.ts';
import { unknownOrigin } from '../../core/principal.ts';
import type { IssuerSettings } from '../issuer-settings.ts';
import { isJsonObject, type JsonObject, member } from '../json-object.ts';
import { statedWithin, textClaim } from '../origin.ts';
import { tokenRefused } from '../refusal.ts';
import type { ClaimedIdentity } from './claimed-identity.ts';
import { refuseActor, uuid } from './required-claim.ts';

/**
 * A service account of Kubernetes, by a token that is bound to an audience and a time (projected into a pod, or requested). The
 * key is namespace and name, as for Kubernetes' own rights: whoever may create the account again under its name may request
 * tokens of the one that is there, too. Its `uid` is kept as the actor's id, and `require` can pin it.
 */
export function kubernetesIdentity(claims: JsonObject, entry: IssuerSettings): Result<ClaimedIdentity, Denial> {
  if (member(claims, 'kubernetes.io/serviceaccount/namespace') !== undefined) {
    return err(
      tokenRefused(
        'the token is from a secret of a service account, and such tokens never end',
        'project a token with an audience and an expiry into the pod (serviceAccountToken)',
      ),
    );
  }
  const bound = member(claims, 'kubernetes.io');
  if (!isJsonObject(bound)) return refused(entry, 'kubernetes.io');
  const account = member(bound, 'serviceaccount');
  if (!isJsonObject(account)) return refused(entry, 'kubernetes.io/serviceaccount');
  const namespace = nameIn(bound, 'namespace', label);
  if (namespace === null) return refused(entry, 'kubernetes.io/namespace');
  const name = nameIn(account, 'name', subdomain);
  if (name === null) return refused(entry, 'kubernetes.io/serviceaccount/name');
  const uid = nameIn(account, 'uid', uuid);
  if (uid === null) return refused(entry, 'kubernetes.io/serviceaccount/uid');
  const subject = `system:serviceaccount:${namespace}:${name}`;
  if (member(claims, 'sub') !== subject) {
    return err(tokenRefused('the subject of the token (sub) is another one than its service account (kubernetes.io)'));
  }
  const actor = refuseActor(claims, 'a service account of Kubernetes');
  if (actor !== null) return err(actor);
  const pod = statedWithin(member(bound, 'pod'), 'kubernetes.io/pod', { runId: 'uid', job: 'name' });
  if (!pod.ok) return pod;
  const node = statedWithin(member(bound, 'node'), 'kubernetes.io/node', { runner: 'name' });
  if (!node.ok) return node;
  return ok({
    kind: 'workload',
    key: `${namespace}/${name}`,
    display: `${namespace}/${name}`,
    nature: 'service',
    onBehalfOf: null,
    origin: {
      ...unknownOrigin,
      ...pod.value,
      ...node.value,
      platform: 'kubernetes',
      environment: namespace,
      actor: subject,
      actorId: uid,
    },
  });
}

function refused(entry: IssuerSettings, claim: string): Result<never, Denial> {
  return err(
    tokenRefused(
      `the token does not name a service account as Kubernetes does (${claim}), which issuer ${JSON.stringify(entry.id)} must state`,
      'project a token with an audience into the pod (serviceAccountToken), or request one (kubectl create token)',
    ),
  );
}

function nameIn(object: JsonObject, name: string, shape: RegExp): string | null {
  const value = textClaim(object, name);
  return value !== null && shape.test(value) ? value : null;
}

/** RFC 1123 labels and subdomains, as Kubernetes names namespaces and service accounts. */
const label = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const subdomain = /^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/;
