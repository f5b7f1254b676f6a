/**
 * What `sluice init` writes. Every placeholder stands in `<...>` and is a fault with its line number until it is replaced, so
 * that the file cannot start half-filled.
 */
export const configurationTemplate = `# Sluice: one file, strict keys. \`sluice check -c FILE\` names every fault with its line; docs/configuration.md lists every key.
# Paths start at the folder of this file. Secrets never stand here: { env: NAME } or { file: PATH }.

name: <name of this gateway>          # in every ledger entry
tenant: <name of your organisation>   # one gateway serves one tenant
dataDir: ./data                       # state, ledger, keys; made with mode 0700
# state: { url: { env: SLUICE_STATE_URL } }   # a PostgreSQL that several instances share; without it, in dataDir

api:
  address: 127.0.0.1:8400             # REST and console; beyond loopback a proxy with TLS stands in front of it
  # publicUrl: https://sluice.example
  # login: { issuer: people, clientId: sluice }   # people log in with a browser and decide on /approvals

listeners:
  pg:
    protocol: postgres
    address: 127.0.0.1:15432
    tls: auto                         # auto (own authority in dataDir) | { cert: FILE, key: FILE } | off (loopback only)
    auth: token                       # clients present a token of an issuer below as their password

identity:
  issuers:
    - id: github                      # principals are github/<repository id>
      issuer: https://token.actions.githubusercontent.com
      audience: sluice                # what the job asks its token for
      profile: github-actions         # also gitlab-ci, azure-devops, entra-app, kubernetes, spiffe, generic, people
      require:                        # exact values; a list is any-of; a token without the claim is refused
        repository_owner_id: "<numeric id of your GitHub organisation>"
        ref_protected: "true"
      groups: [pipelines]             # what policies speak of
    # - id: people                    # those who approve, audit and administer
    #   issuer: https://login.example
    #   audience: sluice
    #   profile: people
    #   groupsFrom: groups            # a claim whose values are groups
  # workloads:                        # the inventory
  #   - { principal: github/123456789, owner: dana, purpose: HOPERAT, expires: 2030-06-30 }
  roles: { approver: [compliance], auditor: [audit], admin: [platform] }

connections:
  clinic:                             # clients give this name as their database
    protocol: postgres
    target: { host: <host of the database>, port: 5432, database: <name of the database>, tls: verify-full }
    credentials:                      # the first match wins; without \`for\` it serves everyone
      - { for: group:pipelines, user: sluice_etl, password: { env: CLINIC_PASSWORD } }
    protect:                          # schema.table.column: class; * is a glob; the most specific wins
      public.patients.ssn: ssn
      public.*.full_name: name

masking:                              # a class without a transform is redacted
  classes:
    ssn: redact                       # redact | null | year | tokenize | { partial: { keepLast: 4 } }

# policies: ./policies                # *.cedar; without any, nothing is permitted
ledger: { durability: fsync }         # fsync | os (survives a killed process, not a power cut)
# approvals: { wait: 15m }
# retention: { recordings: 6y, ledger: 6y, approvals: 6y, policies: 6y }
# limits: { sessionsPerPrincipal: 50, idleMs: 30m }
`;
