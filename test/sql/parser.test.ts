import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { Parser } from '../../src/sql/parser.ts';

/** Deeper than the parser's stack; our own limits keep it away, so the parser is handed it directly here. */
const deep = Buffer.from(`select ${'1+'.repeat(20_000)}1`);

test('the shared instance of the package is poisoned by deep chains', async () => {
  // In a thread of its own: a poisoned instance may also never answer again.
  const worker = new Worker(
    `import('libpg-query').then(async ({ loadModule, parseSync }) => {
      const { parentPort, workerData } = await import('node:worker_threads');
      const parses = (sql) => { try { parseSync(sql); return true; } catch { return false; } };
      await loadModule();
      for (let tries = 0; tries < 300; tries += 1) {
        if (parses(workerData)) return parentPort.postMessage('the chain was parsed');
        if (!parses('select 1')) return parentPort.postMessage('poisoned');
      }
      parentPort.postMessage('survived');
    });`,
    { eval: true, workerData: deep.toString(), resourceLimits: { stackSizeMb: 1 } },
  );
  const answer = await new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
    setTimeout(resolve, 15_000, 'poisoned').unref();
  });
  await worker.terminate();
  assert.equal(answer, 'poisoned', 'the package was not harmed: the precaution may no longer be needed');
});

test('an instance of ours that trapped is replaced', async () => {
  const parser = await Parser.load();
  for (let tries = 0; tries < 6; tries += 1) {
    const refused = parser.parse(deep);
    assert.equal(refused.ok ? null : refused.error.code, 'limit_exceeded');
    await parser.settled();
    assert.equal(parser.parse(Buffer.from('select 1')).ok, true);
  }
});

test('while no instance is left every statement is refused, and then it goes on', async () => {
  const parser = await Parser.load();
  for (let tries = 0; tries < 2; tries += 1) assert.equal(parser.parse(deep).ok, false);
  const refused = parser.parse(Buffer.from('select 1'));
  assert.match(refused.ok ? '' : refused.error.message, /being restarted/);
  await parser.settled();
  assert.equal(parser.parse(Buffer.from('select 1')).ok, true);
});

test('a syntax error is PostgreSQL’s own, with its position in characters', async () => {
  const parser = await Parser.load();
  const table: readonly (readonly [string, string, number])[] = [
    ['select é é é', 'syntax error at or near "é"', 12],
    ["select '😀' x y", 'syntax error at or near "y"', 14],
    ['selec 1', 'syntax error at or near "selec"', 1],
    ['select (1', 'syntax error at end of input', 10],
    ["select 'x", 'unterminated quoted string at or near "\'x"', 8],
    ['\ufeffselect 1', 'syntax error at or near "\ufeffselect"', 1],
  ];
  for (const [sql, message, position] of table) {
    const parsed = parser.parse(Buffer.from(sql));
    assert.deepEqual(parsed.ok ? null : parsed.error, { code: 'syntax_error', message, position }, sql);
  }
});

test('statements come with their place in the text, in bytes', async () => {
  const parser = await Parser.load();
  const text = "select 'é'; ;select 2 ;";
  const parsed = parser.parse(Buffer.from(text));
  assert.ok(parsed.ok);
  const slices = parsed.value.map(({ start, end }) => Buffer.from(text).subarray(start, end).toString());
  assert.deepEqual(slices, ["select 'é'", 'select 2 ']);
  for (const sql of ['', ' ', ';', '-- x', '/* x */ ;;']) {
    const empty = parser.parse(Buffer.from(sql));
    assert.deepEqual(empty.ok ? empty.value : null, [], sql);
  }
});
