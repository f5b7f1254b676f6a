import type { LocalSecret } from '../../core/connection.ts';
import type { ConnectionSettings } from '../../core/connection-settings.ts';
import type { ConnectionName } from '../../core/ids.ts';
import type { Limits } from '../../core/limits.ts';
import type { PrincipalId } from '../../core/principal.ts';
import type { Role } from '../../engine/control.ts';
import type { ApprovalSettings } from '../../engine/standing.ts';
import type { ExchangePair } from '../../identity/exchange.ts';
import type { IssuerSettings } from '../../identity/issuer-settings.ts';
import type { MaskingSettings } from '../../masking/masking-settings.ts';
import type { NotifierSettings } from './read-notifiers.ts';
import type { SocketAddress } from './socket-address.ts';

/** One configuration file, read whole and without a fault. Paths are absolute, durations milliseconds. */
export interface Configuration {
  /** The file it came from. */
  readonly file: string;
  /** SHA-256 of the file's bytes, hex. */
  readonly digest: string;
  /** The instance; in every entry. */
  readonly name: string;
  readonly tenant: string;
  readonly dataDir: string;
  readonly api: ApiSettings;
  readonly listeners: readonly ListenerSettings[];
  /** Of a PostgreSQL that instances share; null: embedded in `dataDir`. */
  readonly state: { readonly url: LocalSecret | null };
  readonly identity: IdentitySettings;
  readonly connections: readonly ConnectionSettings[];
  readonly masking: MaskingSettings;
  /** Folder of `*.cedar`; it may be missing where the file does not name one, and then nothing is permitted. */
  readonly policies: string;
  readonly approvals: Omit<ApprovalSettings, 'publicUrl'> & { readonly notify: readonly NotifierSettings[] };
  readonly ledger: {
    readonly durability: 'fsync' | 'os';
    /** The public form is kept beside the journal. */
    readonly publish: boolean;
  };
  /** Null: made in `dataDir`. */
  readonly recordings: { readonly key: LocalSecret | null };
  readonly retention: RetentionSettings;
  readonly limits: Limits;
}

export interface ApiSettings {
  readonly address: SocketAddress;
  /** Where people reach it; without a trailing slash. */
  readonly publicUrl: string;
  /** Null: nobody logs in with a browser. */
  readonly login: LoginSettings | null;
}

/** How people log in with a browser, and with `sluice login`. */
export interface LoginSettings {
  /** The id of an issuer of people. */
  readonly issuer: string;
  /** How the gateway is registered there. */
  readonly clientId: string;
  /** Null: a public client. */
  readonly clientSecret: LocalSecret | null;
  readonly scopes: readonly string[];
}

export type ListenerSettings = PostgresListener | HttpListener;

interface AnyListener {
  readonly name: string;
  readonly address: SocketAddress;
  readonly tls: ListenerTls;
}

/** Leads to every connection of its protocol: clients name the one they mean. */
export interface PostgresListener extends AnyListener {
  readonly protocol: 'postgres';
  readonly auth: 'token' | 'scram';
  /** PEM file of the authorities whose clients may connect; null: clients need no certificate. */
  readonly clientAuthority: string | null;
  /** Networks, in CIDR form, of proxies that say whom they pass on. */
  readonly proxyProtocol: readonly string[];
}

/** Leads to one connection: HTTP has no place for a name that every client fills. */
export interface HttpListener extends AnyListener {
  readonly protocol: 'http';
  readonly connection: ConnectionName;
}

export type ListenerTls =
  /** A certificate of the gateway's own authority in `dataDir`. */
  | { readonly kind: 'auto' }
  | { readonly kind: 'off' }
  /** PEM files. */
  | { readonly kind: 'files'; readonly cert: string; readonly key: string };

export interface IdentitySettings {
  readonly issuers: readonly IssuerSettings[];
  readonly workloads: readonly WorkloadEntry[];
  /** Groups whose members hold a role. */
  readonly roles: Readonly<Record<Role, readonly string[]>>;
  /** What happens to workloads that are not listed. */
  readonly unlisted: 'accept' | 'refuse';
  /** Which two tokens may be exchanged together, by the ids of their issuers. */
  readonly exchange: readonly ExchangePair[];
  readonly tickets: { readonly lifetimeMs: number };
}

/** A line of the inventory of workloads. */
export interface WorkloadEntry {
  readonly principal: PrincipalId;
  readonly owner: string | null;
  readonly purpose: string | null;
  /** The last day, `2027-06-30`. */
  readonly expires: string | null;
  readonly vendor: string | null;
}

export interface RetentionSettings {
  readonly recordingsMs: number;
  readonly ledgerMs: number;
  readonly approvalsMs: number;
  readonly policiesMs: number;
}
