import type pg from 'pg';
import { nodeFlags } from '../scripts/node-flags.mjs';
import { ask } from '../test/support/gateway-http.ts';
import { type ServedClinic, type ServedGateway, startServedClinic } from '../test/support/served-gateway.ts';
import { heading, percentile, row } from './numbers.ts';
import { cpuSeconds, residentMegabytes } from './process-cost.ts';

/** Sessions that wait for people, each with one statement: what they cost while nobody decides, and how soon they go on. */
export async function heldStatements(sessions: number, minutes: number): Promise<void> {
  const clinic = await startServedClinic({
    policies,
    protect: '',
    limits: '{ sessionsPerPrincipal: 1000, sessions: 2000 }',
    approvals: '\n  pendingPerPrincipal: 1000',
    settings: { max_connections: '600' },
  });
  try {
    const gateway = await clinic.serve({ flags: nodeFlags });
    heading(`${sessions} sessions with a statement each that waits for ${minutes} minutes`);
    const pid = gateway.process.pid ?? 0;
    const memory = (when: string) => row(when, `${residentMegabytes(pid).toFixed(0)} MB resident`);
    await watch(pid, Math.min(1, minutes), 'idle');
    const clients = await inTurn(sessions, () => clinic.connect());
    memory('sessions');
    const first = await hold(clients);
    memory('told');
    await watch(pid, minutes, 'held');
    await costing(pid, sessions, () => approveInTurn(clinic, gateway, first));
    const second = await hold(clients);
    await pause(bucketMs);
    await costing(pid, sessions, () => approveAtOnce(clinic, gateway, second));
    memory('finished');
    for (const client of clients) await client.end();
    memory('left');
  } finally {
    await clinic.stop();
  }
}

const policies = `
@id("in") permit(principal in Group::"pipelines", action in [Action::"connect", Action::"session"], resource == Connection::"clinic");
@id("writes-wait") @approval("compliance") @wait("2h")
permit(principal in Group::"pipelines", action in [Action::"update", Action::"select"], resource == Table::"clinic/public.encounters");
`;

interface HeldOne {
  readonly approval: string;
  /** When its client had the answer. */
  readonly answered: Promise<number>;
}

/** Resolves when everybody was told that they wait. */
async function hold(clients: readonly pg.Client[]): Promise<readonly HeldOne[]> {
  const from = performance.now();
  const held = await Promise.all(
    clients.map(
      (client, index) =>
        new Promise<HeldOne>((resolve, reject) => {
          const answered = client
            .query(`update encounters set kind = 'billed' where id = ${index + 1}`)
            .then(() => performance.now());
          answered.catch(reject);
          client.once('notice', ({ detail = '' }) => resolve({ approval: detail.replace(/^request /, ''), answered }));
        }),
    ),
  );
  row('filed', `${held.length} requests within ${(performance.now() - from).toFixed(0)} ms`);
  return held;
}

/** Nobody does anything: CPU and memory of the process minute by minute. */
async function watch(pid: number, minutes: number, name: string): Promise<void> {
  const [from, cpuFrom] = [performance.now(), cpuSeconds(pid)];
  let [peak, least] = [0, Number.POSITIVE_INFINITY];
  while (performance.now() - from < minutes * 60_000) {
    await pause(Math.min(5000, minutes * 60_000));
    const now = residentMegabytes(pid);
    [peak, least] = [Math.max(peak, now), Math.min(least, now)];
  }
  const waited = (performance.now() - from) / 60_000;
  const perMinute = ((cpuSeconds(pid) - cpuFrom) * 1000) / waited;
  row(
    name,
    `${waited.toFixed(1)} minutes: ${perMinute.toFixed(0)} ms CPU a minute, ${least.toFixed(0)} to ${peak.toFixed(0)} MB resident`,
  );
}

async function approveInTurn(clinic: ServedClinic, gateway: ServedGateway, held: readonly HeldOne[]): Promise<void> {
  const taken: number[] = [];
  for (const one of held) taken.push(await approve(gateway, await clinic.person('dana', 'compliance'), one));
  print('in turn', taken);
}

async function approveAtOnce(clinic: ServedClinic, gateway: ServedGateway, held: readonly HeldOne[]): Promise<void> {
  const dana = await clinic.person('dana', 'compliance');
  print('at once', await Promise.all(held.map((one) => approve(gateway, dana, one))));
}

/** CPU of the process while it is done, for each of `count`. */
async function costing(pid: number, count: number, work: () => Promise<void>): Promise<void> {
  const from = cpuSeconds(pid);
  await work();
  row('', `${(((cpuSeconds(pid) - from) * 1000) / count).toFixed(1)} ms CPU each`);
}

/** Milliseconds from sending the approval until its client has the answer of the statement. */
async function approve({ api }: ServedGateway, token: string, { approval, answered }: HeldOne): Promise<number> {
  const from = performance.now();
  const { status, body } = await ask(api, `/approvals/${approval}/approve`, token, { reason: 'measured' });
  if (status !== 200) throw new Error(`not approved: ${JSON.stringify(body)}`);
  return (await answered) - from;
}

function print(name: string, taken: number[]): void {
  taken.sort((a, b) => a - b);
  const ms = (at: number) => percentile(taken, at).toFixed(0);
  row(name, `${taken.length} approved, answered after p50 ${ms(0.5)} ms, p99 ${ms(0.99)} ms, max ${ms(1)} ms`);
}

async function inTurn<T>(count: number, make: () => Promise<T>): Promise<readonly T[]> {
  const made: T[] = [];
  for (let n = 0; n < count; n += 1) made.push(await make());
  return made;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** In which the API lets an address send as many requests at once again as it ever does. */
const bucketMs = 5000;
