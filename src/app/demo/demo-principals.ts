/** Somebody the development issuer makes tokens for. */
export interface DemoPrincipal {
  readonly kind: 'workload' | 'person';
  readonly groups: readonly string[];
  /** Claims beyond `sub`, `groups` and `kind`. A `sub` here replaces the name. */
  readonly claims: Readonly<Record<string, unknown>>;
}

/** Everybody in the demo, by the name that `sluice token` takes. */
export const demoPrincipals: ReadonlyMap<string, DemoPrincipal> = new Map<string, DemoPrincipal>([
  [
    'nightly-etl',
    {
      kind: 'workload',
      groups: ['pipelines'],
      claims: {
        owner: 'ada',
        repository: 'demo-clinic/nightly-etl',
        repository_id: '900100200',
        repository_owner: 'demo-clinic',
        ref: 'refs/heads/main',
        ref_protected: 'true',
        sha: '5b1f6e0c9a7d4832b6e1f0a9c8d7e6f5a4b3c2d1',
        run_id: '1842',
        run_attempt: '1',
        workflow: 'nightly',
        environment: 'production',
        actor: 'ada',
        runner_environment: 'self-hosted',
      },
    },
  ],
  [
    'coding-agent',
    // An agent acts for a person: the person is the subject, the agent the actor (RFC 8693, 4.1).
    { kind: 'workload', groups: ['agents'], claims: { sub: 'dana', act: { sub: 'coding-agent' } } },
  ],
  ['dana', { kind: 'person', groups: ['compliance'], claims: { name: 'Dana' } }],
  ['sam', { kind: 'person', groups: ['compliance'], claims: { name: 'Sam' } }],
  ['omar', { kind: 'person', groups: ['audit'], claims: { name: 'Omar' } }],
  ['ada', { kind: 'person', groups: ['platform'], claims: { name: 'Ada' } }],
]);
