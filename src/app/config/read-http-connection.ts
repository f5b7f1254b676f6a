import type {
  FieldRule,
  HeaderCredentialRule,
  HttpConnection,
  HttpRoute,
  HttpTarget,
} from '../../core/http-connection.ts';
import type { ConnectionName } from '../../core/ids.ts';
import { parseRouteTemplate, type RouteTemplate, sameRequests } from '../../core/route-template.ts';
import type { IssuerSettings } from '../../identity/issuer-settings.ts';
import { parseFieldPath } from '../../masking/field-path.ts';
import { readAuthorities } from './read-authorities.ts';
import { readClass } from './read-class.ts';
import { readCredentials, readHolder } from './read-credentials.ts';
import { readSecret } from './read-secret.ts';
import { readUrl } from './read-url.ts';
import { type Spot, whole } from './spot.ts';

/** A connection with `protocol: http`. */
export function readHttpConnection(
  name: ConnectionName | null,
  spot: Spot,
  issuers: readonly IssuerSettings[] | undefined,
): HttpConnection | undefined {
  const fields = spot.fields(['protocol', 'target', 'credentials', 'routes', 'protect']);
  if (fields === undefined) return undefined;
  const everywhere = fields.optional('protect', [], readFields);
  return whole<HttpConnection>({
    name: name ?? undefined,
    protocol: 'http',
    target: fields.required('target', readTarget),
    credentials: fields.required('credentials', (child) =>
      readCredentials(child, (item) => readHeaderCredential(item, issuers)),
    ),
    routes: fields.required('routes', (child) => readRoutes(child, everywhere ?? [])),
  });
}

function readTarget(spot: Spot): HttpTarget | undefined {
  const fields = spot.fields(['url', 'ca']);
  const url = URL.parse(fields?.required('url', readUrl) ?? '');
  const ca = fields?.optional('ca', null, readAuthorities);
  if (url === null || ca === undefined) return undefined;
  const scheme = url.protocol === 'https:' ? 'https' : 'http';
  return {
    scheme,
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? { https: 443, http: 80 }[scheme] : Number(url.port),
    base: url.pathname.replace(/\/+$/, ''),
    ca,
  };
}

function readHeaderCredential(
  spot: Spot,
  issuers: readonly IssuerSettings[] | undefined,
): HeaderCredentialRule | undefined {
  const fields = spot.fields(['for', 'header', 'value', 'prefix']);
  if (fields === undefined) return undefined;
  return whole<HeaderCredentialRule>({
    for: fields.optional('for', null, (child) => readHolder(child, issuers)),
    header: fields.required('header', readHeader),
    value: fields.required('value', readSecret),
    prefix: fields.optional('prefix', '', (child) =>
      child.matching(/^[!-~]+ ?$/, 'what stands before the secret, such as "Bearer "'),
    ),
  });
}

/** Never one that steers the connection itself, or that a client may send. */
function readHeader(spot: Spot): string | undefined {
  const name = spot
    .matching(/^[A-Za-z][A-Za-z0-9-]{0,62}$/, 'the name of a header, such as Authorization')
    ?.toLowerCase();
  if (name === undefined || name === 'authorization' || !steering.test(name)) return name;
  return spot.fault("this header steers the connection or is a client's own; a credential goes into another one.");
}

const steering =
  /^(?:host|connection|content-.*|transfer-encoding|te|trailer|upgrade|expect|keep-alive|accept.*|proxy-.*|if-.*|prefer|idempotency-key|trace.*|user-agent|x-(?:request|correlation)-id|sluice-.*)$/;

function readRoutes(spot: Spot, everywhere: readonly FieldRule[]): readonly HttpRoute[] | undefined {
  const children = spot.children();
  if (children?.size === 0) return spot.fault('there is no route here; list one, or every request is refused.');
  const routes: HttpRoute[] = [];
  for (const [text, child] of children ?? []) {
    const template = parseRouteTemplate(text);
    if (!template.ok) {
      child.faultAtKey(`it ${template.error}.`);
      continue;
    }
    const twin = routes.find((route) => sameRequests(route.template, template.value));
    if (twin !== undefined) child.faultAtKey(`\`${twin.template.text}\` above means the same requests: remove one.`);
    const route = readRoute(template.value, child, everywhere);
    if (route !== undefined) routes.push(route);
  }
  return routes;
}

function readRoute(template: RouteTemplate, spot: Spot, everywhere: readonly FieldRule[]): HttpRoute | undefined {
  if (!spot.isMap() && (spot.written() ?? '') === '') return { template, query: [], protect: everywhere };
  const fields = spot.fields(['query', 'protect']);
  if (fields === undefined) return undefined;
  const own = fields.optional('protect', [], readFields);
  return whole<HttpRoute>({
    template,
    query: fields.optional('query', [], (child) => child.list(readParameter)),
    // A path that is stated for the route means what the route says.
    protect:
      own === undefined
        ? undefined
        : [...own, ...everywhere.filter(({ path }) => !own.some((rule) => rule.path === path))],
  });
}

function readParameter(spot: Spot): string | undefined {
  return spot.matching(/^[A-Za-z_][A-Za-z0-9_.:[\]-]{0,62}$/, 'the name of a query parameter, such as status');
}

function readFields(spot: Spot): readonly FieldRule[] | undefined {
  const rules: FieldRule[] = [];
  for (const [path, child] of spot.children() ?? []) {
    const parsed = parseFieldPath(path);
    if (!parsed.ok) child.faultAtKey(`it ${parsed.error}.`);
    const name = readClass(child);
    if (parsed.ok && name !== undefined) rules.push({ path, class: name });
  }
  return rules;
}
