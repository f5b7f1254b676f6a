import { err, ok, type Result } from '../base/result.ts';

/** Methods that Sluice carries. The rest is for debugging (TRACE), tunnels (CONNECT) or browsers (OPTIONS). */
export const httpMethods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
export type HttpMethod = (typeof httpMethods)[number];

/** `GET /patients/{id}`: a method and the shape of a path. A parameter stands for one whole segment. */
export interface RouteTemplate {
  readonly method: HttpMethod;
  /** `GET /patients/{id}`: how policies, entries and messages name it. */
  readonly text: string;
  readonly segments: readonly TemplateSegment[];
}

export type TemplateSegment =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'parameter'; readonly name: string };

/** The error is a phrase that says what is wrong with the text. */
export function parseRouteTemplate(text: string): Result<RouteTemplate, string> {
  const match = /^([A-Z]+) (\/\S*)$/.exec(text);
  const method = httpMethods.find((known) => known === match?.[1]);
  const path = match?.[2];
  if (method === undefined || path === undefined) return err('is no method and path, such as GET /patients/{id}');
  if (method === 'HEAD') return err('need not be listed: GET answers HEAD too');
  const parts = path === '/' ? [] : path.slice(1).split('/');
  const segments: TemplateSegment[] = [];
  for (const part of parts) {
    const name = /^\{([A-Za-z][A-Za-z0-9_]{0,62})\}$/.exec(part)?.[1];
    if (name !== undefined) segments.push({ kind: 'parameter', name });
    else if (/^[A-Za-z0-9._~$:@!-]+$/.test(part) && !/^\.{1,2}$/.test(part))
      segments.push({ kind: 'literal', text: part });
    else return err('has a segment that is neither plain text nor one {parameter}');
  }
  const names = segments.flatMap((segment) => (segment.kind === 'parameter' ? [segment.name] : []));
  if (new Set(names).size < names.length) return err('names a parameter twice');
  return ok({ method, text, segments });
}

/** The most literal one of those that fit, segment by segment from the left; null where none does. `path` is decoded. */
export function matchRoute<R extends { readonly template: RouteTemplate }>(
  routes: readonly R[],
  method: HttpMethod,
  path: readonly string[],
): R | null {
  const asked = method === 'HEAD' ? 'GET' : method;
  const fitting = routes.filter(({ template }) => template.method === asked && fits(template.segments, path));
  return fitting.reduce<R | null>(
    (best, route) => (best === null || isMoreLiteral(route.template, best.template) ? route : best),
    null,
  );
}

/** True where both mean the same requests: they differ at most in the names of parameters. */
export function sameRequests(one: RouteTemplate, other: RouteTemplate): boolean {
  return (
    one.method === other.method &&
    one.segments.length === other.segments.length &&
    one.segments.every((segment, at) => {
      const twin = other.segments[at];
      return segment.kind === 'literal'
        ? twin?.kind === 'literal' && twin.text === segment.text
        : twin?.kind === 'parameter';
    })
  );
}

function fits(segments: readonly TemplateSegment[], path: readonly string[]): boolean {
  return (
    segments.length === path.length &&
    segments.every((segment, at) => segment.kind === 'parameter' || segment.text === path[at])
  );
}

function isMoreLiteral(one: RouteTemplate, other: RouteTemplate): boolean {
  for (const [at, segment] of one.segments.entries()) {
    const twin = other.segments[at];
    if (twin !== undefined && twin.kind !== segment.kind) return segment.kind === 'literal';
  }
  return false;
}
