import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { test } from 'node:test';

const root = resolve(import.meta.dirname, '../..');
const pages = [
  ...['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md'],
  ...filesUnder('docs').filter((file) => file.endsWith('.md')),
];
/** Figures of one machine, from `npm run bench`: a page that nothing here can hold to the code. */
const measured = new Set(['docs/performance.md']);

for (const page of pages) {
  test(`${page}: every relative link leads somewhere`, () => {
    const text = readFileSync(join(root, page), 'utf8');
    const broken = linksOf(text).filter((link) => !leadsSomewhere(page, link));
    assert.deepEqual(broken, []);
  });

  test(`${page}: every path that it names is there`, () => {
    const text = readFileSync(join(root, page), 'utf8');
    assert.deepEqual(pathsIn(text).filter(isMissing), []);
  });
}

test('every page that code or tests name is there', () => {
  const files = ['src', 'test', 'scripts', 'bench', 'conformance', 'policies'].flatMap(filesUnder);
  const named = files.flatMap((file) =>
    [...readFileSync(join(root, file), 'utf8').matchAll(/\bdocs\/[\w/-]+\.md\b/g)].map((match) => match[0]),
  );
  assert.ok(named.length > 5);
  assert.deepEqual(named.filter(isMissing), []);
});

test('every page is reached from the README', () => {
  const reached = new Set(linksOf(readFileSync(join(root, 'README.md'), 'utf8')));
  const unreached = pages.filter(
    (page) => page.startsWith('docs/') && !reached.has(page) && !reached.has(dirname(page)),
  );
  assert.deepEqual(unreached, []);
});

function filesUnder(folder: string): readonly string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));
}

/** Targets in round brackets, without those that leave the repository. */
function linksOf(page: string): readonly string[] {
  return [...withoutCode(page).matchAll(/\]\(([^)\s]+)\)/g)]
    .map((match) => match[1] ?? '')
    .filter((target) => !/^[a-z]+:/.test(target));
}

function leadsSomewhere(page: string, link: string): boolean {
  const [path = '', fragment] = link.split('#');
  const file = path === '' ? page : relative(root, resolve(root, dirname(page), path));
  if (isMissing(file)) return false;
  if (fragment === undefined || measured.has(file)) return true;
  return anchorsOf(readFileSync(join(root, file), 'utf8')).includes(fragment);
}

/** Headings as GitHub names them. */
function anchorsOf(page: string): readonly string[] {
  return [...withoutCode(page).matchAll(/^#+ (.+)$/gm)].map((match) =>
    (match[1] ?? '')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replace(/\s/g, '-'),
  );
}

/** Paths from the root, wherever they stand; those with a `*` or `<` are patterns. */
function pathsIn(page: string): readonly string[] {
  const found = page.matchAll(/(?<![\w/.~-])(?:src|test|docs|scripts|bench|conformance)\/[\w./*<-]*[\w*>]/g);
  return [...found].map((match) => match[0]).filter((path) => !/[*<>]/.test(path));
}

function isMissing(path: string): boolean {
  return !measured.has(path) && !existsSync(join(root, path));
}

function withoutCode(page: string): string {
  return page.replace(/^```[\s\S]*?^```/gm, '');
}
