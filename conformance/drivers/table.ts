import type { Compared } from './compare.ts';

export interface TableRow {
  readonly driver: string;
  /** Null: it was left out. */
  readonly version: string | null;
  readonly compared: readonly Compared[];
}

/** Markdown: a row for each driver and connection. */
export function printTable(rows: readonly TableRow[]): string {
  const lines = rows.flatMap(({ driver, version, compared }) =>
    version === null
      ? [`| ${driver} | left out | | | | | | | |`]
      : [...new Set(compared.map(({ door }) => door))].map((door) => {
          const those = compared.filter((one) => one.door === door);
          const count = (verdict: Compared['verdict']) => those.filter((one) => one.verdict === verdict).length;
          return `| ${driver} | ${version} | ${door} | ${those.length} | ${count('same')} | ${count('explained')} | ${count('gap')} | ${count('unreached')} | ${count('different')} |`;
        }),
  );
  return [
    '| driver | version | connection | scenarios | same | explained | not yet | not reached | different |',
    '|---|---|---|---|---|---|---|---|---|',
    ...lines,
  ].join('\n');
}

export function printDifference({ driver, door, scenario, verdict, because, direct, through }: Compared): string {
  const head = `${verdict.toUpperCase()} ${driver} ${door} ${scenario}`;
  if (verdict === 'same') return head;
  const [there, here] = apart(direct, through);
  const why = because === undefined ? '' : `\n    because  ${because}`;
  return `${head}\n    direct   ${there}\n    through  ${here}${why}`;
}

/** From a little before the place where the two part. */
function apart(direct: string, through: string): readonly [string, string] {
  let at = 0;
  while (at < direct.length && direct[at] === through[at]) at += 1;
  const cut = (text: string) => `${at > 40 ? '…' : ''}${text.slice(Math.max(0, at - 40), at + 600)}`;
  return [cut(direct), cut(through)];
}
