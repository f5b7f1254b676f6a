/** How a session may set a setting. */
export type SettingRule =
  | { readonly kind: 'any' }
  /** One of these values, compared without case; letters and digits only. */
  | { readonly kind: 'values'; readonly values: readonly string[] }
  /** One of these values where the connection protects columns, else any. */
  | { readonly kind: 'values-if-protecting'; readonly values: readonly string[] };

/** Settings a client may change; null: not reviewed. Never here: roles, planner debugging, logging, replication, libraries. */
export function settingRule(name: string): SettingRule | null {
  return rules.get(name) ?? null;
}

const rules = new Map<string, SettingRule>([
  // Analysis reads UTF-8 and standard strings: under anything else a literal would be code.
  ['client_encoding', { kind: 'values', values: ['utf8', 'unicode', 'utf-8'] }],
  ['standard_conforming_strings', { kind: 'values', values: ['on', 'true', '1', 'yes'] }],
  // Below notice the server would send plans, with constants, to the client.
  ['client_min_messages', { kind: 'values', values: ['notice', 'warning', 'error'] }],
  // Masks of dates read ISO.
  [
    'datestyle',
    {
      kind: 'values-if-protecting',
      values: ['iso', 'iso, mdy', 'iso, dmy', 'iso, ymd', 'iso,mdy', 'iso,dmy', 'iso,ymd', 'mdy', 'dmy', 'ymd'],
    },
  ],
]);

const free = `
  application_name search_path statement_timeout lock_timeout idle_in_transaction_session_timeout
  idle_session_timeout transaction_timeout deadlock_timeout intervalstyle timezone extra_float_digits bytea_output
  xmloption default_transaction_isolation default_transaction_read_only default_transaction_deferrable
  transaction_isolation transaction_read_only transaction_deferrable row_security maintenance_work_mem temp_buffers
  default_statistics_target gin_fuzzy_search_limit array_nulls quote_all_identifiers lc_messages lc_monetary
  lc_numeric lc_time tcp_keepalives_idle tcp_keepalives_interval tcp_keepalives_count tcp_user_timeout
  client_connection_check_interval jit
`;
for (const name of free.split(/\s+/)) if (name !== '') rules.set(name, { kind: 'any' });

// What chooses plans chooses the order in which rows come, and an index over a protected column has an order that tells.
const planner = `
  work_mem hash_mem_multiplier effective_cache_size random_page_cost seq_page_cost cpu_tuple_cost
  cpu_index_tuple_cost cpu_operator_cost enable_bitmapscan enable_hashagg enable_hashjoin enable_incremental_sort
  enable_indexonlyscan enable_indexscan enable_material enable_memoize enable_mergejoin enable_nestloop
  enable_partition_pruning enable_partitionwise_aggregate enable_partitionwise_join enable_seqscan enable_sort
  enable_tidscan from_collapse_limit join_collapse_limit geqo max_parallel_workers_per_gather plan_cache_mode
  constraint_exclusion cursor_tuple_fraction synchronize_seqscans
`;
for (const name of planner.split(/\s+/)) if (name !== '') rules.set(name, { kind: 'values-if-protecting', values: [] });
