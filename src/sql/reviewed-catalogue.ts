/**
 * Relations of the system schemas that describe the database and hold no data of tables: reading them is `session`, not
 * `select`. Not here: statistics (values of protected columns), other sessions, credentials, large objects.
 */
export function isReviewedCatalogue(schema: string, name: string): boolean {
  if (schema === 'information_schema') return informationSchema.has(name);
  return schema === 'pg_catalog' && catalogue.has(name);
}

const catalogue = words(`
  pg_aggregate pg_am pg_amop pg_amproc pg_attrdef pg_attribute pg_auth_members pg_available_extension_versions
  pg_available_extensions pg_cast pg_class pg_collation pg_constraint pg_conversion pg_database pg_db_role_setting
  pg_default_acl pg_depend pg_description pg_enum pg_event_trigger pg_extension pg_foreign_data_wrapper pg_foreign_table
  pg_group pg_index pg_indexes pg_inherits pg_init_privs pg_language pg_matviews pg_namespace pg_opclass pg_operator
  pg_opfamily pg_parameter_acl pg_partitioned_table pg_policies pg_policy pg_proc pg_publication pg_publication_namespace
  pg_publication_rel pg_publication_tables pg_range pg_rewrite pg_roles pg_rules pg_seclabel pg_seclabels pg_sequence
  pg_sequences pg_settings pg_shdepend pg_shdescription pg_shseclabel pg_statistic_ext pg_tables pg_tablespace pg_timezone_abbrevs
  pg_timezone_names pg_transform pg_trigger pg_ts_config pg_ts_config_map pg_ts_dict pg_ts_parser pg_ts_template pg_type
  pg_views
`);

const informationSchema = words(`
  administrable_role_authorizations applicable_roles attributes character_sets check_constraint_routine_usage
  check_constraints collation_character_set_applicability collations column_column_usage column_domain_usage column_options
  column_privileges column_udt_usage columns constraint_column_usage constraint_table_usage data_type_privileges
  domain_constraints domain_udt_usage domains element_types enabled_roles information_schema_catalog_name key_column_usage
  parameters referential_constraints role_column_grants role_routine_grants role_table_grants role_udt_grants
  role_usage_grants routine_column_usage routine_privileges routine_routine_usage routine_sequence_usage routine_table_usage
  routines schemata sequences sql_features sql_implementation_info sql_parts sql_sizing table_constraints table_privileges
  tables transforms triggered_update_columns triggers udt_privileges usage_privileges user_defined_types view_column_usage
  view_routine_usage view_table_usage views
`);

function words(text: string): ReadonlySet<string> {
  return new Set(text.split(/\s+/).filter((word) => word !== ''));
}
