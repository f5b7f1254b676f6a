import type { Door } from './doors.ts';
import type { Played } from './driver.ts';
import { type Explanation, explanations } from './explanations.ts';

/** How a scenario went through Sluice, held against how it went directly. */
export interface Compared {
  readonly driver: string;
  readonly door: Door['name'];
  readonly scenario: string;
  readonly verdict: 'same' | 'explained' | 'gap' | 'unreached' | 'different';
  readonly because?: string;
  readonly direct: string;
  readonly through: string;
}

export function compare(
  driver: string,
  door: Door['name'],
  direct: readonly Played[],
  through: readonly Played[],
): readonly Compared[] {
  const names = new Set([...direct, ...through].map(({ scenario }) => scenario));
  return [...names].map((scenario) => {
    const spelt = [direct, through].map((played) =>
      spell(
        door,
        played.find((one) => one.scenario === scenario),
      ),
    );
    const [there, here] = [spelt[0] ?? nothing, spelt[1] ?? nothing];
    const found = { driver, door, scenario, direct: there, through: here };
    // No explanation reaches this: a protected value that came through is never fine.
    if (door === 'guarded' && here.includes(protectedPrefix)) return { ...found, verdict: 'different' };
    // A tool that fails without Sluice too shows nothing.
    if (/"exit":(?!0\b)/.test(there)) return { ...found, verdict: 'different' };
    if (there === here) return { ...found, verdict: 'same' };
    const earlier = here === nothing ? endedEarlier(scenario, direct, through) : null;
    if (earlier !== null) return { ...found, verdict: 'unreached', because: `${earlier} ended before it` };
    const explanation = explanations.find((one) => explains(one, found));
    return explanation === undefined
      ? { ...found, verdict: 'different' }
      : { ...found, verdict: explanation.gap === true ? 'gap' : 'explained', because: explanation.because };
  });
}

/** Every protected number of the fixture begins like this. */
const protectedPrefix = '900-12-';
const nothing = 'not played';

/** The test around this one that went differently, and so did not come to it. */
function endedEarlier(scenario: string, direct: readonly Played[], through: readonly Played[]): string | null {
  const outcome = (played: readonly Played[], name: string) =>
    JSON.stringify(played.find((one) => one.scenario === name)?.outcome);
  for (let at = scenario.lastIndexOf('/'); at > 0; at = scenario.lastIndexOf('/', at - 1)) {
    const around = scenario.slice(0, at);
    const [there, here] = [outcome(direct, around), outcome(through, around)];
    if (here !== undefined && here !== there) return around;
  }
  return null;
}

function explains(one: Explanation, found: Omit<Compared, 'verdict'>): boolean {
  return (
    (one.door === undefined || one.door === found.door) &&
    (one.driver === undefined || one.driver.test(found.driver)) &&
    one.scenario.test(found.scenario) &&
    one.through.every((part) => (typeof part === 'string' ? found.through.includes(part) : part.test(found.through)))
  );
}

/** Where something is protected, the words of an error are Sluice's (docs/protocols/postgres.md): `text` is not compared there. */
function spell(door: Door['name'], played: Played | undefined): string {
  if (played === undefined) return nothing;
  return JSON.stringify(played.outcome, (key, value: unknown) =>
    key === 'text' && door === 'guarded' && !refusal.test(String(value)) ? undefined : value,
  );
}

const refusal = /sluice: /;
