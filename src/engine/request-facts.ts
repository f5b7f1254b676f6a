import { err, ok, type Result } from '../base/result.ts';
import type { Denial } from '../core/denial.ts';
import type { HttpConnection, HttpRoute } from '../core/http-connection.ts';
import type { RequestQuestion } from '../core/question.ts';
import type { RequestFacts } from '../core/request-facts.ts';
import { matchRoute } from '../core/route-template.ts';

/** What the requests of one connection do. The same facts for the same shape of request, so that decisions about them are kept. */
export class RequestAnalysis {
  readonly #routes: readonly HttpRoute[];
  readonly #known = new Map<string, RequestFacts>();

  constructor({ routes }: HttpConnection) {
    this.#routes = routes;
  }

  factsOf({ method, path, query, headers }: RequestQuestion): Result<RequestFacts, Denial> {
    const route = matchRoute(this.#routes, method, path);
    if (route === null) return err(unlisted);
    const names = query.map(([name]) => name).sort();
    if (!names.every((name) => route.query.includes(name))) return err(unlistedParameter(route));
    const verb = method === 'GET' || method === 'HEAD' ? 'read' : 'write';
    if (verb === 'write' && route.protect.length > 0 && headers.some(([name]) => isCondition(name)))
      return err(conditional);
    const normalised = `${method}${route.template.text.slice(route.template.method.length)}${spelt(names)}`;
    const known = this.#known.get(normalised);
    if (known !== undefined) return ok(known);
    const facts: RequestFacts = Object.freeze({
      verb,
      route: route.template.text,
      fields: route.protect,
      normalised,
    });
    // Names are of the configuration, and each is there once: shapes are few, unless somebody tries them all.
    if (this.#known.size < mostShapes) this.#known.set(normalised, facts);
    return ok(facts);
  }
}

/** RFC 9110, 13.1: not sent on where an answer is masked, since a tag that is guessed tells what it is a tag of. */
export function isCondition(header: string): boolean {
  return header.startsWith('if-');
}

function spelt(names: readonly string[]): string {
  return names.length === 0 ? '' : `?${names.join('&')}`;
}

const mostShapes = 1000;

/** A read without it is a read; a write without it is another write. */
const conditional: Denial = {
  code: 'not_supported',
  message: 'a write that depends on a tag or a date is not carried where the route protects fields',
  hint: 'leave out If-Match and its kind, or ask the operator for a route without protected fields',
};

const unlisted: Denial = {
  code: 'undefined_route',
  message: 'the connection lists no route for this method and path',
  hint: 'ask the operator to list it under routes, or look at how the listed ones are spelt',
};

function unlistedParameter({ template, query }: HttpRoute): Denial {
  return {
    code: 'undefined_route',
    message: `the query has a parameter that ${template.text} does not list`,
    hint: query.length === 0 ? 'it takes none' : `it takes ${query.join(', ')}`,
  };
}
