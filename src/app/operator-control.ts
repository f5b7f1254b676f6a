import { err, ok, type Result } from '../base/result.ts';
import type { Relation } from '../core/catalogue.ts';
import type { ConnectionSettings } from '../core/connection-settings.ts';
import type { ApprovalControl } from '../engine/approval-control.ts';
import type { CatalogueKeeper } from '../engine/catalogue-keeper.ts';
import type { ConnectionView, Control, Readiness } from '../engine/control.ts';
import type { Engine } from '../engine/engine.ts';
import { engineControl } from '../engine/gateway-control.ts';
import { ledgerDenial } from '../engine/session-account.ts';
import type { FileJournal } from '../store/file-journal.ts';
import type { Configuration, ListenerSettings } from './config/configuration.ts';
import type { Listeners } from './listeners.ts';
import type { PrometheusMeter } from './prometheus-meter.ts';

export interface OperatorParts {
  readonly engine: Engine;
  readonly approvals: ApprovalControl;
  readonly journal: FileJournal;
  readonly catalogues: CatalogueKeeper;
  readonly meter: PrometheusMeter;
  readonly listeners: Listeners;
  readonly reload: () => Promise<Result<null, readonly string[]>>;
  readonly configuration: () => Configuration;
}

/** Everything the surfaces may ask: the engine's answers, and those that concern files, sockets and the process. */
export function operatorControl(parts: OperatorParts): Control {
  return {
    ...engineControl(parts.engine, parts.approvals),
    connections: () => parts.configuration().connections.map((connection) => connectionView(parts, connection)),
    recordRefusal: async (refusal) => {
      const fault = await parts.journal.appendAsync({ type: 'approval.refused', ...refusal });
      return fault === null ? ok(null) : err(ledgerDenial(fault));
    },
    ledgerTail: (count) => parts.journal.tail(count),
    ledgerStatus: () => parts.journal.status(),
    reload: parts.reload,
    readiness: () => readiness(parts),
    metrics: () => parts.meter.registry.metrics(),
  };
}

function connectionView(parts: OperatorParts, connection: ConnectionSettings): ConnectionView {
  const { name, protocol } = connection;
  const index = parts.catalogues.current(name);
  return {
    name,
    protocol,
    protectedColumns: protectedPlaces(connection, index?.snapshot.relations ?? []),
    catalogueVersion: index?.snapshot.version ?? null,
    listeners: parts.listeners.open
      .filter(({ settings }) => leadsTo(settings, connection))
      .map(({ settings, listener }) => ({
        name: settings.name,
        address: listener.address,
        auth: settings.protocol === 'http' ? 'token' : settings.auth,
        tls: settings.tls.kind !== 'off',
      })),
    authority: parts.listeners.authority,
  };
}

function protectedPlaces(connection: ConnectionSettings, relations: readonly Relation[]): number {
  if (connection.protocol === 'http') return connection.routes.flatMap((route) => route.protect).length;
  return relations.flatMap((relation) => relation.columns).filter((column) => column.class !== null).length;
}

function leadsTo(listener: ListenerSettings, { name, protocol }: ConnectionSettings): boolean {
  return listener.protocol === protocol && (listener.protocol !== 'http' || listener.connection === name);
}

/** Never because of a target or an issuer: those come and go without the gateway being at fault. */
function readiness(parts: OperatorParts): Readiness {
  const ledger = parts.journal.status();
  const open = parts.listeners.open.length > 0;
  const draining = parts.engine.parts.draining();
  const checks: Readiness['checks'] = [
    { name: 'configuration', ok: true, message: `digest ${parts.configuration().digest.slice(0, 12)}` },
    { name: 'policies', ok: true, message: `${parts.engine.parts.standing().policies.policies.length} policies` },
    { name: 'ledger', ok: ledger.state === 'writing', message: ledger.fault ?? `${ledger.entries} entries` },
    { name: 'listeners', ok: open, message: open ? `${parts.listeners.open.length} open` : 'none is open' },
    { name: 'draining', ok: !draining, message: draining ? 'shutting down' : 'no' },
  ];
  return { ready: checks.every((check) => check.ok), checks };
}
