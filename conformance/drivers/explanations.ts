import type { Door } from './doors.ts';
import { suiteExplanations } from './suite-explanations.ts';

/** A difference that is known. `through` is what Sluice's outcome must hold for the explanation to count. */
export interface Explanation {
  readonly driver?: RegExp;
  readonly door?: Door['name'];
  readonly scenario: RegExp;
  readonly through: readonly (string | RegExp)[];
  readonly because: string;
  /** A gap that is to be closed, not a choice. */
  readonly gap?: true;
}

const alive = '"alive":true';

/** The first that fits counts. */
export const explanations: readonly Explanation[] = [
  {
    scenario: /^connect\.plain$/,
    through: ['this listener speaks TLS only'],
    because: 'Tokens travel over the connection, so a TLS listener lets nobody in without TLS.',
  },
  {
    scenario: /^connect\.wrong-password$/,
    through: ['sluice: the token is malformed'],
    because: 'The password is a token, and Sluice says what is wrong with it.',
  },
  {
    scenario: /^connect\.application-name/,
    through: [/sluice\/ses_/],
    because:
      "The target sees Sluice's session as application_name, so that its log leads to the ledger; the client's is not sent on.",
  },
  {
    scenario: /^session\.backend-pid$/,
    through: ['false', alive],
    because: "The client gets cancel keys of Sluice's own, so the process id it is told is not the target's.",
  },
  {
    scenario: /^query\.deep-chain$/,
    through: ['"54000"', alive],
    because: 'Nesting and chains are bounded before the parser sees them (docs/configuration.md).',
  },
  {
    scenario: /^error\.syntax/,
    through: ['sluice: syntax error', /42601|"exit":0/, /"alive":true|"exit":0/],
    because: "The statement is parsed before it is sent: same SQLSTATE, Sluice's words.",
  },
  {
    scenario: /^error\.(permission|set-role)$/,
    through: ['"0A000"', 'is not reviewed', alive],
    because: 'Settings that change who the session is are refused by name.',
  },
  {
    door: 'guarded',
    scenario: /^people\.(read|star|join|prepared|async|cursor-read)/,
    through: [/\*\*\*-\*\*-00/, /"alive":true|"exit":0/],
    because: 'The protected columns are masked, in the type and format they have.',
  },
  {
    door: 'guarded',
    scenario: /^people\.(filter|expression|order|copy|pipeline-refused|refused-in-transaction|several-statements)/,
    through: [/"sqlstate":"(42501|0A000)"|ERROR: {2}sluice: /, 'sluice: ', /"alive":true|"exit":0/],
    because: 'What would reveal a protected column is refused with an ordinary error; the session goes on.',
  },
  {
    door: 'guarded',
    scenario: /^error\.diagnostics/,
    through: ['"23503"', alive],
    because: 'Where something is protected an error keeps its SQLSTATE and loses the fields that can quote a value.',
  },
  {
    door: 'guarded',
    scenario: /^listen/,
    through: [
      /"conformance",""|pg_notify is not reviewed|notification \\"conformance\\" received/,
      /"alive":true|"exit":0/,
    ],
    because:
      'Where something is protected a notification comes without its payload, which can hold anything; pg_notify takes computed ones.',
  },
  {
    door: 'guarded',
    scenario:
      /^(notice|copy\.|settings\.|advisory-lock|temporary-table|function\.|init|core\.ddl|prepared\.(after-ddl|shape-changed|reused|evicted)|error\.undefined-function)/,
    through: [/"sqlstate":"(42501|0A000)"|ERROR: {2}sluice: /, 'sluice: ', /"alive":true|"exit"/],
    because:
      'Where something is protected, DDL, routines and relations that are not reviewed, and settings that reorder rows are refused with an ordinary error.',
  },
  {
    scenario: /^error\.(undefined-(table|column)|position)|^metadata\.missing|^pipeline\.synchronised/,
    through: [/"sqlstate":"(42P01|42703)"|"undefined","42703"|sluice: (relation|column) \\"/, /"alive":true|"exit":0/],
    because: "Names are looked up before the statement is sent: same SQLSTATE, Sluice's words, and no position.",
  },
  {
    door: 'guarded',
    scenario: /^types\.(introspected|enum-composite|loaded)/,
    through: ['(composite) may run code that is not analysed', alive],
    because: 'Where something is protected, casts to composite types are refused; reading them works.',
  },
  {
    scenario: /^connect\.tls-direct/,
    through: ['without naming the protocol (ALPN)'],
    because: 'This driver starts TLS without ALPN, which PostgreSQL refuses too; Sluice says why.',
  },
  {
    scenario: /^people\.copy/,
    door: 'guarded',
    through: ['sluice: '],
    because: 'COPY of a table with protected columns is refused.',
  },
  {
    door: 'guarded',
    scenario: /^(cursor\.(named|scroll|declared|stepped|fetch-count)|core\.streamed|sql\.)/,
    through: [
      /(DECLARE CURSOR|FETCH|PREPARE|EXECUTE|DO|MOVE).* (is not carried|is not analysed|on a connection that protects)/,
    ],
    because:
      'Cursors and prepared statements made in SQL, and DO, are not carried yet where anything is protected; those of the protocol are.',
    gap: true,
  },
  {
    door: 'open',
    driver: /^asyncpg$/,
    scenario: /^cursor\.stepped/,
    through: ['was declared by DECLARE'],
    because: 'asyncpg moves a portal of the protocol by MOVE in SQL; Sluice keeps the two apart.',
    gap: true,
  },
  {
    door: 'open',
    scenario: /^(temporary-table|prepared\.after-ddl)/,
    through: ['is not in the catalogue of this connection', alive],
    because:
      'Temporary tables, and tables made earlier in the same query, are not in the catalogue that Sluice decides by.',
    gap: true,
  },
  {
    driver: /^pg_dump$/,
    scenario: /dump/,
    through: ['"exit":1', 'sluice: '],
    because:
      'pg_dump sets settings through a query over pg_settings and prepares statements in SQL, which is not carried yet.',
    gap: true,
  },
  ...suiteExplanations,
];
