import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type HttpMethod, matchRoute, parseRouteTemplate, sameRequests } from '../../src/core/route-template.ts';

function template(text: string) {
  const parsed = parseRouteTemplate(text);
  if (!parsed.ok) throw new Error(parsed.error);
  return parsed.value;
}

test('route: what is no template', () => {
  const faults = [
    '',
    'GET',
    'get /a',
    'GET a',
    'GET /a/',
    'GET //a',
    'GET /a b',
    'GET /a{id}',
    'GET /{a}{b}',
    'GET /a/../b',
  ];
  for (const text of [
    ...faults,
    'GET /./a',
    'GET /a%2f',
    'GET /a;b',
    'GET /a?x=1',
    'HEAD /a',
    'TRACE /a',
    'GET /{a}/{a}',
    'GET /{1a}',
  ]) {
    assert.equal(parseRouteTemplate(text).ok, false, text);
  }
});

test('route: the most literal one matches, whatever their order', () => {
  const texts = ['GET /a/{x}', 'GET /a/b', 'GET /{y}/b', 'GET /', 'POST /a/b', 'GET /{x}/{y}/c', 'GET /a/{y}/c'];
  for (const order of [texts, texts.toReversed()]) {
    const routes = order.map((text) => ({ template: template(text) }));
    const found = (method: HttpMethod, ...path: string[]) => matchRoute(routes, method, path)?.template.text ?? null;
    assert.equal(found('GET', 'a', 'b'), 'GET /a/b');
    assert.equal(found('HEAD', 'a', 'b'), 'GET /a/b');
    assert.equal(found('GET', 'a', 'c'), 'GET /a/{x}');
    assert.equal(found('GET', 'c', 'b'), 'GET /{y}/b');
    assert.equal(found('GET', 'a', 'b', 'c'), 'GET /a/{y}/c');
    assert.equal(found('GET'), 'GET /');
    assert.equal(found('POST', 'a', 'b'), 'POST /a/b');
    assert.equal(found('PUT', 'a', 'b'), null);
    assert.equal(found('GET', 'A', 'd', 'e'), null);
  }
});

test('route: names of parameters tell nothing apart', () => {
  assert.equal(sameRequests(template('GET /a/{x}'), template('GET /a/{y}')), true);
  assert.equal(sameRequests(template('GET /a/{x}'), template('GET /a/b')), false);
  assert.equal(sameRequests(template('GET /a'), template('POST /a')), false);
});
