// The rings of docs/architecture.md. Each rule is proven by a planted violation in test/scripts/rings.test.ts.
const only = (name, from, to) => ({ name, severity: 'error', from: { path: from }, to: { pathNot: to } });
const decisions = 'sql|policy|masking|identity|ledger|approvals';
const pure = '^(node:)?(crypto|buffer)$';
const packages = (names) => `node_modules/(${names})/`;

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    only('base-imports-nothing', '^src/base/', ['^src/base/', pure]),
    only('core-imports-base', '^src/core/', ['^src/(base|core)/']),
    only('protocols-are-pure', '^src/protocols/', ['^src/(base|core|protocols)/', pure]),
    {
      name: 'protocols-do-not-meet',
      severity: 'error',
      from: { path: '^src/protocols/([^/]+)/' },
      to: { path: '^src/protocols/([^/]+)/', pathNot: '^src/protocols/$1/' },
    },
    only('sql-is-pure', '^src/sql/', ['^src/(base|core|sql)/', pure, packages('libpg-query|@libpg-query|@pgsql')]),
    only('policy-is-pure', '^src/policy/', ['^src/(base|core|policy)/', pure, packages('@cedar-policy')]),
    only('masking-is-pure', '^src/masking/', ['^src/(base|core|masking)/', pure, packages('@noble|re2js')]),
    only('identity-is-pure', '^src/identity/', ['^src/(base|core|identity)/', pure, packages('jose')]),
    only('ledger-is-pure', '^src/ledger/', ['^src/(base|core|ledger)/', pure]),
    only('approvals-are-pure', '^src/approvals/', ['^src/(base|core|approvals)/', pure]),
    only('engine-knows-no-wire', '^src/engine/', [`^src/(base|core|engine|${decisions})/`, pure]),
    {
      name: 'net-is-handed-its-protocols',
      severity: 'error',
      from: { path: '^src/net/' },
      to: { path: '^src/', pathNot: '^src/(base|core|net)/' },
    },
    {
      name: 'the-outside-does-not-meet',
      severity: 'error',
      from: { path: '^src/(targets|store|issuers|secrets|notifiers)/' },
      to: { path: '^src/', pathNot: `^src/(base|core|engine|${decisions}|$1)/` },
    },
    {
      name: 'sockets-live-outside',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(net|targets|issuers|notifiers|api|cli|app)/' },
      to: { path: '^(node:)?(net|tls|https?|http2|dgram)$' },
    },
    {
      name: 'files-live-outside',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(net|store|secrets|cli|app)/' },
      to: { path: '^(node:)?(fs|fs/promises|child_process|worker_threads)$' },
    },
    {
      name: 'surfaces-stay-out-of-the-wire',
      severity: 'error',
      from: { path: '^src/(api|cli)/' },
      to: { path: '^src/(net|protocols|targets|store|issuers|secrets|notifiers|app)/' },
    },
    {
      name: 'only-app-knows-everyone',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(app|cli|api)/' },
      to: { path: '^src/(app|cli|api)/' },
    },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(test|bench|conformance)/' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};
