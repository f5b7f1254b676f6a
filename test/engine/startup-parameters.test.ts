import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SessionId } from '../../src/core/ids.ts';
import { startupParameters } from '../../src/engine/startup-parameters.ts';

const session = 'ses_00000000-0000-7000-8000-000000000000' as SessionId;
const given = (entries: Record<string, string>, path: readonly string[] = ['public']) =>
  startupParameters(new Map(Object.entries(entries)), session, path);

test('what identifies nobody is left out, what is pinned is ours', () => {
  const startup = given(
    { user: 'root', database: 'clinic', application_name: 'psql', client_encoding: 'utf-8', DateStyle: 'ISO' },
    ['My "s"', 'public'],
  );
  assert.ok(startup.ok);
  assert.deepEqual(Object.fromEntries(startup.value.parameters), {
    datestyle: 'ISO',
    application_name: `sluice/${session}`,
    client_encoding: 'UTF8',
    standard_conforming_strings: 'on',
    search_path: '"My ""s""", "public"',
  });
});

test('a search path is followed as SET search_path is, or refused', () => {
  const table: readonly (readonly [text: string, path: readonly string[], sent: string])[] = [
    ['other', ['other'], 'other'],
    ['other,public , x', ['other', 'public', 'x'], 'other,public , x'],
    // What can be read in more than one way is sent as it was understood.
    ['Other, "My ""S""",public', ['other', 'My "S"', 'public'], '"other", "My ""S""", "public"'],
    ['other,  public', ['other', 'public'], '"other", "public"'],
    ['', [], ''],
  ];
  for (const [text, path, sent] of table) {
    const startup = given({ search_path: text });
    assert.ok(startup.ok);
    assert.deepEqual(startup.value.path, path);
    assert.equal(startup.value.parameters.get('search_path'), sent);
  }
  for (const text of ['a b', '1', 'a,', '"a', "'a'", 'x'.repeat(64)]) {
    const startup = given({ search_path: text });
    assert.ok(!startup.ok);
    assert.equal(startup.error.message, 'this search_path is not understood');
  }
});

test('sluice.* stops here', () => {
  const startup = given({ 'sluice.reason': 'nightly load', 'sluice.purpose': 'HOPERAT' });
  assert.ok(startup.ok);
  assert.equal(startup.value.reason, 'nightly load');
  assert.equal(startup.value.purpose, 'HOPERAT');
  assert.ok(![...startup.value.parameters.keys()].some((name) => name.startsWith('sluice')));
});

test('what is stated at the start is held to what SET is held to', () => {
  const blank = given({ 'sluice.reason': '  ', 'sluice.purpose': '' });
  assert.ok(blank.ok);
  assert.deepEqual([blank.value.reason, blank.value.purpose], [null, null]);
  for (const entry of [{ 'sluice.purpose': 'Zq7 7' }, { 'sluice.reason': 'Zq7'.repeat(400) }] as const) {
    const startup = given(entry);
    assert.ok(!startup.ok);
    assert.doesNotMatch(JSON.stringify(startup.error), /Zq7/);
  }
});

for (const [name, value] of [
  ['session_preload_libraries', 'x'],
  ['role', 'postgres'],

  ['standard_conforming_strings', 'off'],
  ['_pq_.foo', '1'],
  ['client_min_messages', 'debug5'],
] as const) {
  test(`${name} is refused by name`, () => {
    const startup = given({ [name]: value });
    assert.ok(!startup.ok);
    assert.ok(startup.error.message.includes(name));
    assert.equal(startup.error.code, 'not_supported');
  });
}

test('another encoding is refused, and a name that is no name is not repeated', () => {
  const encoded = given({ client_encoding: 'SJIS' });
  assert.equal(encoded.ok ? '' : encoded.error.hint, 'set client_encoding to UTF8');
  const odd = given({ 'ssn 900-55-7391': 'x' });
  assert.ok(!odd.ok && !odd.error.message.includes('900'));
});
