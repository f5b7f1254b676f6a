import type { Result } from '../base/result.ts';
import type { CatalogueKeeper } from '../engine/catalogue-keeper.ts';
import type { ConnectionView, Control, Readiness } from '../engine/control.ts';
import type { Engine } from '../engine/engine.ts';
import { engineControl } from '../engine/gateway-control.ts';
import type { FileJournal } from '../store/file-journal.ts';
import type { Configuration } from './config/configuration.ts';
import type { Listeners } from './listeners.ts';
import type { PrometheusMeter } from './prometheus-meter.ts';

export interface OperatorParts {
  readonly engine: Engine;
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
    ...engineControl(parts.engine),
    connections: () => parts.configuration().connections.map((connection) => connectionView(parts, connection.name)),
    ledgerTail: (count) => parts.journal.tail(count),
    ledgerStatus: () => parts.journal.status(),
    reload: parts.reload,
    readiness: () => readiness(parts),
    metrics: () => parts.meter.registry.metrics(),
  };
}

function connectionView(parts: OperatorParts, name: ConnectionView['name']): ConnectionView {
  const index = parts.catalogues.current(name);
  const columns = index?.snapshot.relations.flatMap((relation) => relation.columns) ?? [];
  return {
    name,
    protocol: 'postgres',
    protectedColumns: columns.filter((column) => column.class !== null).length,
    catalogueVersion: index?.snapshot.version ?? null,
    listeners: parts.listeners.open.map(({ settings, listener }) => ({
      name: settings.name,
      address: listener.address,
      auth: settings.auth,
      tls: settings.tls.kind !== 'off',
    })),
    authority: parts.listeners.authority,
  };
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
