/** One connection of a driver, as the stage needs it. */
export interface Actor {
  /** What shows that the session lives. */
  alive(): Promise<boolean>;
  close(): Promise<void>;
}

export interface Scene<T extends Actor> {
  readonly scenario: string;
  readonly open: () => Promise<T>;
  readonly play: (actor: T) => Promise<unknown>;
}

/** Plays scenes one after the other, each on a connection of its own, and prints a line for each. */
export async function playScenes<T extends Actor>(scenes: readonly Scene<T>[]): Promise<void> {
  for (const { scenario, open, play } of scenes) {
    console.log(JSON.stringify({ scenario, outcome: await outcomeOf(open, play) }));
  }
  // Pools and sockets that a driver keeps open are not waited for.
  process.exit(0);
}

export async function attempt(promise: Promise<unknown>): Promise<unknown> {
  return within(promise, 15_000).then(spell, fault);
}

async function outcomeOf<T extends Actor>(open: () => Promise<T>, play: (actor: T) => Promise<unknown>) {
  let actor: T;
  try {
    actor = await within(open(), 10_000);
  } catch (error) {
    return { connect: fault(error) };
  }
  const outcome = await within(play(actor), 20_000).then(
    (value) => ({ value: spell(value) }),
    (error: unknown) => ({ error: fault(error) }),
  );
  const alive = await within(actor.alive(), 10_000).catch(fault);
  await within(actor.close(), 5000).catch(() => undefined);
  return { ...outcome, alive };
}

function fault(error: unknown): { readonly sqlstate: string | null; readonly text: string } {
  const { code, message } = error as { code?: string; message?: string };
  return { sqlstate: code ?? null, text: String(message).replaceAll(process.env['DOOR_PORT'] ?? '-', 'PORT') };
}

function spell(value: unknown): unknown {
  if (value instanceof Date) return `Date ${value.toString() === 'Invalid Date' ? 'invalid' : value.toISOString()}`;
  if (Buffer.isBuffer(value)) return `Buffer ${value.toString('hex')}`;
  if (typeof value === 'bigint') return `bigint ${value}`;
  if (typeof value === 'number' && !Number.isFinite(value)) return `number ${value}`;
  if (value === undefined) return 'undefined';
  if (Array.isArray(value)) return Array.from(value, spell);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, spell(one)]));
}

function within<V>(promise: Promise<V>, ms: number): Promise<V> {
  const { promise: late, reject } = Promise.withResolvers<V>();
  const timer = setTimeout(() => reject(new Error('no answer in time')), ms);
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
