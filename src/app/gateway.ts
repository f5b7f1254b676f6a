import { dirname, join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { buildApi } from '../api/build-api.ts';
import { deriveSealKey } from '../approvals/sealed-statement.ts';
import { type Clock, systemClock } from '../base/clock.ts';
import { err, ok, type Result } from '../base/result.ts';
import type { SecretSource } from '../core/secret-source.ts';
import { approvalControl } from '../engine/approval-control.ts';
import { SharedApprovalDesk } from '../engine/approval-desk.ts';
import type { ApprovalParts } from '../engine/approval-parts.ts';
import { CatalogueKeeper } from '../engine/catalogue-keeper.ts';
import { Engine } from '../engine/engine.ts';
import { RowEstimates } from '../engine/row-estimates.ts';
import { UsageCounters } from '../engine/usage-counters.ts';
import { deriveDecoyKey } from '../identity/ticket-verifier.ts';
import { PublishedKeySource } from '../issuers/published-key-source.ts';
import type { LedgerEvent } from '../ledger/event.ts';
import { deriveTokenKeys } from '../masking/token-keys.ts';
import { http } from '../protocols/http/index.ts';
import { postgres } from '../protocols/postgres/index.ts';
import { ConfiguredSecrets } from '../secrets/configured-secrets.ts';
import { Analyser } from '../sql/analyse.ts';
import { type DataDirectory, openDataDirectory } from '../store/data-directory.ts';
import type { FileJournal } from '../store/file-journal.ts';
import { type Keys, openKeys } from '../store/keys.ts';
import { LedgerIntegrator } from '../store/ledger-integrator.ts';
import { openJournal } from '../store/open-journal.ts';
import { openState, type State, type StateOptions } from '../store/open-state.ts';
import { openUsage } from '../store/usage-store.ts';
import { estimateRows } from '../targets/estimate-rows.ts';
import { loadCatalogue } from '../targets/postgres-catalogue.ts';
import { AnalysisPool } from './analysis-pool.ts';
import type { Configuration } from './config/configuration.ts';
import { describeBug, gatewayLog } from './gateway-log.ts';
import { Listeners } from './listeners.ts';
import { logState } from './log-state.ts';
import { loginOf } from './login-of.ts';
import { Notifiers } from './notifiers.ts';
import { operatorControl } from './operator-control.ts';
import { PrometheusMeter } from './prometheus-meter.ts';
import { type StandingParts, standingOf } from './standing-of.ts';
import { version } from './version.ts';

/** A running gateway. */
export interface Gateway {
  /** Where the API really listens. */
  readonly api: string;
  readonly listeners: Listeners;
  readonly ledger: string;
  /** Swaps configuration and policies whole or not at all. */
  reload(): Promise<Result<null, readonly string[]>>;
  /** Lets nobody in, ends who is in, closes the ledger. */
  stop(): Promise<void>;
}

export interface GatewayOptions {
  readonly configuration: Configuration;
  /** Reads the configuration again, for `reload`. */
  readonly read: () => Promise<Result<Configuration, readonly string[]>>;
  readonly clock?: Clock;
}

/** Builds everything and opens the doors last. The refusal is a list of sentences; nothing is left running. */
export async function startGateway(options: GatewayOptions): Promise<Result<Gateway, readonly string[]>> {
  const { configuration, clock = systemClock } = options;
  const opened = await openDataDirectory(configuration.dataDir);
  if (!opened.ok) return err([opened.error]);
  const directory = opened.value;
  const keys = await openKeys(directory.keys, configuration.name);
  if (!keys.ok) return abandon(directory, [], [keys.error]);
  const journal = await openLedger(configuration, directory, keys.value, clock);
  if (!journal.ok) return abandon(directory, [], [journal.error]);
  const kept = openUsage(directory.state, clock);
  if (!kept.ok) return abandon(directory, [journal.value], [kept.error]);
  const usage = new UsageCounters(kept.value, clock);

  const log = gatewayLog(configuration.name);
  const meter = new PrometheusMeter();
  const onBug = (error: unknown) => {
    meter.bug();
    log.error(describeBug(error), 'a fault of the gateway ended a session');
  };
  const secrets = new ConfiguredSecrets(process.env, dirname(configuration.file), clock);
  const state = await openConfiguredState(configuration, { directory: directory.state, secrets, clock, onBug });
  if (!state.ok) return abandon(directory, [kept.value, journal.value], [state.error]);
  meter.followState(() => state.value.principals.behindMs());
  const open: { close(): Promise<void> | void }[] = [state.value, kept.value, journal.value];

  const issuers = new PublishedKeySource(clock);
  const parts: StandingParts = {
    keys: issuers,
    tokenKeys: deriveTokenKeys(keys.value.rootSecret, configuration.tenant, clock),
    clock,
  };
  const standing = await standingOf(configuration, parts);
  if (!standing.ok) return abandon(directory, open, standing.error);
  const analysis = new AnalysisPool(await Analyser.load());
  const catalogues = new CatalogueKeeper({
    journal: journal.value,
    secrets,
    clock,
    onBug,
    read: ({ connection, credential, before }) =>
      loadCatalogue({
        connection: connection.name,
        target: connection.target,
        credential,
        before,
        timeoutMs: configuration.limits.connectMs,
      }),
  });
  const notifiers = new Notifiers(configuration.approvals.notify, { secrets, clock });
  const approvals: ApprovalParts = {
    store: state.value.approvals,
    journal: journal.value,
    clock,
    instance: configuration.name,
    sealKey: deriveSealKey(keys.value.rootSecret, configuration.tenant),
    notifiers: [notifiers],
    meter,
    standing: () => engine.parts.standing(),
    live: () => engine.parts.sessions.all().map(({ proven }) => proven.principal),
    onUndelivered: (notifier, why) => log.warn({ notifier, why }, 'news of an approval could not be delivered'),
    onBug: (error) => log.error(describeBug(error), 'approvals met a fault of the gateway, its state or its ledger'),
  };
  const desk = new SharedApprovalDesk(approvals);
  const engine = new Engine({
    journal: journal.value,
    catalogues,
    analysis,
    secrets,
    principals: state.value.principals,
    usage,
    estimates: new RowEstimates({ journal: journal.value, clock, estimate: estimateRows }),
    tickets: state.value.tickets,
    denylist: state.value.denylist,
    desk,
    decoyKey: deriveDecoyKey(keys.value.rootSecret, configuration.tenant),
    meter,
    clock,
    standing: standing.value,
    onBug,
  });

  const recorded = await recordStart(journal.value, configuration, standing.value.policies);
  if (recorded !== null) return abandon(directory, open, [recorded]);
  const publisher = configuration.ledger.publish
    ? publisherOf(configuration, directory, keys.value, journal.value, clock)
    : null;
  publisher?.start();
  if (publisher !== null) open.unshift({ close: () => publisher.stop() });
  const left = await desk.recover();
  if (left !== null) return abandon(directory, open, [left]);
  const listeners = new Listeners({
    postgres,
    http,
    engine,
    instance: configuration.name,
    clock,
    onBug,
    keys: join(directory.keys, 'tls'),
  });
  const listening = await listeners.start(configuration);
  if (!listening.ok) return abandon(directory, open, [listening.error]);

  let inForce = configuration;
  const reload = async (): Promise<Result<null, readonly string[]>> => {
    const read = await options.read();
    if (!read.ok) return read;
    const fixed = unchangeable(inForce, read.value);
    if (fixed.length > 0) return err(fixed);
    const next = await standingOf(read.value, parts);
    if (!next.ok) return next;
    const fault = await recordConfiguration(journal.value, read.value, next.value.policies);
    if (fault !== null) return err([fault]);
    catalogues.forget();
    issuers.reconsider();
    engine.replace(next.value);
    await notifiers.replace(read.value.approvals.notify);
    inForce = read.value;
    return ok(null);
  };

  const control = operatorControl({
    engine,
    approvals: approvalControl(approvals),
    journal: journal.value,
    catalogues,
    meter,
    listeners,
    reload,
    configuration: () => inForce,
  });
  const login = loginOf(configuration, secrets, clock);
  const api = buildApi(control, {
    logger: log,
    address: socketText(configuration.api.address),
    publicUrl: configuration.api.publicUrl,
    login,
    recentLoginMs: () => inForce.approvals.recentLoginMs,
    clock,
  });
  const listeningApi = await listenApi(api, configuration);
  if (!listeningApi.ok) {
    await listeners.close();
    return abandon(directory, open, [listeningApi.error]);
  }
  state.value.onBarred(() => engine.endBarred());
  const sweeping = setInterval(() => engine.sweep(), 1000);
  const watching = logState(state.value.principals, log);
  const polling = setInterval(() => catalogues.poll().catch(onBug), CATALOGUE_POLL_MS);
  log.info({ version }, 'gateway started');

  return ok({
    api: listeningApi.value,
    listeners,
    ledger: directory.ledger,
    reload,
    async stop() {
      clearInterval(sweeping);
      clearInterval(watching);
      clearInterval(polling);
      engine.drain(true);
      await listeners.close();
      await api.close();
      await login?.close();
      await desk.close();
      await notifiers.close();
      await analysis.close();
      await issuers.close();
      usage.flush();
      kept.value.close();
      await state.value.close();
      await journal.value.appendAsync({ type: 'gateway.stopped' });
      await journal.value.close();
      await publisher?.stop();
      directory.release();
      log.info('gateway stopped');
    },
  });
}

function openLedger(configuration: Configuration, directory: DataDirectory, keys: Keys, clock: Clock) {
  return openJournal({
    directory: directory.ledger,
    scratch: directory.run,
    durability: configuration.ledger.durability,
    signer: keys.ledgerSigner,
    clock,
    instance: configuration.name,
    tenant: configuration.tenant,
  });
}

function publisherOf(
  configuration: Configuration,
  directory: DataDirectory,
  keys: Keys,
  journal: FileJournal,
  clock: Clock,
): LedgerIntegrator {
  return new LedgerIntegrator({
    directory: directory.ledger,
    scratch: join(directory.run, 'tiles'),
    durability: configuration.ledger.durability,
    signer: keys.ledgerSigner,
    clock,
    entries: () => Number(journal.status().entries),
  });
}

async function openConfiguredState(
  { name, tenant, state }: Configuration,
  parts: Pick<StateOptions, 'directory' | 'clock' | 'onBug'> & { readonly secrets: SecretSource },
): Promise<Result<State, string>> {
  const { secrets, ...rest } = parts;
  const url = state.url === null ? ok(null) : await secrets.read(state.url);
  if (!url.ok) return err(`state.url: ${url.error.message}`);
  return openState({ ...rest, instance: name, tenant, url: url.value });
}

async function abandon(
  directory: DataDirectory,
  opened: readonly { close(): Promise<void> | void }[],
  faults: readonly string[],
): Promise<Result<never, readonly string[]>> {
  for (const one of opened) await one.close();
  directory.release();
  return err(faults);
}

interface Policies {
  readonly digest: string;
  readonly policies: readonly { readonly id: string }[];
}

async function recordStart(
  journal: FileJournal,
  configuration: Configuration,
  policies: Policies,
): Promise<string | null> {
  const started: LedgerEvent = { type: 'gateway.started', version, durability: configuration.ledger.durability };
  const fault = await journal.appendAsync(started);
  return fault === null ? recordConfiguration(journal, configuration, policies) : ledgerSentence(fault.message);
}

async function recordConfiguration(
  journal: FileJournal,
  configuration: Configuration,
  policies: Policies,
): Promise<string | null> {
  const events: readonly LedgerEvent[] = [
    {
      type: 'configuration.loaded',
      digest: configuration.digest,
      connections: configuration.connections.map((connection) => connection.name),
      issuers: configuration.identity.issuers.map((issuer) => issuer.id),
    },
    { type: 'policy.loaded', digest: policies.digest, policies: policies.policies.map((policy) => policy.id) },
  ];
  for (const event of events) {
    const fault = await journal.appendAsync(event);
    if (fault !== null) return ledgerSentence(fault.message);
  }
  return null;
}

function ledgerSentence(fault: string): string {
  return `the ledger cannot be written (${fault}): nothing may run without it`;
}

async function listenApi(api: FastifyInstance, configuration: Configuration): Promise<Result<string, string>> {
  const { host, port } = configuration.api.address;
  try {
    return ok(await api.listen({ host, port }));
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown fault';
    return err(`api: cannot listen on ${host}:${port} (${code}); is another gateway running?`);
  }
}

/** What a reload cannot change, because something is already open on it. */
function unchangeable(was: Configuration, is: Configuration): readonly string[] {
  const parts = ['name', 'tenant', 'dataDir', 'api', 'listeners', 'state', 'ledger'] as const;
  return parts
    .filter((part) => JSON.stringify(was[part]) !== JSON.stringify(is[part]))
    .map((part) => `${part}: changing it needs a restart`);
}

function socketText({ host, port }: { readonly host: string; readonly port: number }): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Changes made around the gateway are noticed within this time, or at the first result that contradicts the snapshot. */
const CATALOGUE_POLL_MS = 60_000;
