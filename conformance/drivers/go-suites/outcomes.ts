import type { Played } from '../driver.ts';

/** What a test and the tests within it came to. One that failed takes along what Sluice said while it, or a test within it, ran. */
export function outcomesOf(path: string, test: string, stdout: string): readonly Played[] {
  const lines = stdout.split('\n');
  const said = sentences(lines);
  const found = new Map<string, string>();
  for (const line of lines) {
    const [, outcome, name] = /^\s*--- (PASS|FAIL|SKIP): (\S+)/.exec(line) ?? [];
    if (outcome !== undefined && name !== undefined) found.set(name, outcome);
  }
  // It ended its process before it came to anything.
  if (!found.has(test)) found.set(test, 'FAIL');
  return [...found].map(([name, outcome]) => {
    const text = outcome === 'FAIL' ? [...(said.get(name) ?? [])] : [];
    return {
      scenario: `suite ${path}:${name.replace(/\/tmp\/[^']*\/001\//g, '')}`,
      outcome: { outcome, ...(text.length > 0 ? { text } : {}) },
    };
  });
}

function sentences(lines: readonly string[]): ReadonlyMap<string, ReadonlySet<string>> {
  const said = new Map<string, Set<string>>();
  let running = '';
  for (const line of lines) {
    running = /^=== (?:RUN|CONT|NAME) +(\S+)/.exec(line)?.[1] ?? running;
    for (const [sentence] of named(line).matchAll(/sluice: [^(\\]*/g)) {
      const parts = running.split('/');
      for (let depth = 1; depth <= parts.length; depth += 1) {
        const test = parts.slice(0, depth).join('/');
        said.set(test, (said.get(test) ?? new Set()).add(sentence.trim()));
      }
    }
  }
  return said;
}

/** Names differ from run to run. */
function named(line: string): string {
  return line.replaceAll('\\"', '"').replaceAll(/"[\w.]+"/g, 'NAME');
}
