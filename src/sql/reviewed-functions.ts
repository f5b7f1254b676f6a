/** How a reviewed built-in answers. */
export interface ReviewedFunction {
  /** Combines rows into one value. */
  readonly aggregate: boolean;
  /** Answers with any number of rows. */
  readonly set: boolean;
  /** In FROM: exactly one column (`column`), or several whose names depend on its arguments (`columns`). */
  readonly rows: 'column' | 'columns';
  /** Its arguments are seen by other sessions: only constants and parameters may be given. */
  readonly constant?: true;
}

/**
 * Built-ins of `pg_catalog` whose result tells nothing but what their arguments tell, and that change nothing. Null: not
 * reviewed. Never here: SQL in strings (`query_to_xml`, `ts_stat`, `dblink`), files, large objects, signals, `pg_sleep`,
 * `set_config`, sequences, replication, statistics of other sessions.
 */
export function reviewedFunction(name: string): ReviewedFunction | null {
  return reviewed.get(name) ?? null;
}

const plain = `
  ascii bit_length btrim char_length character_length chr concat concat_ws convert convert_from convert_to crc32 crc32c decode
  encode format initcap left length like like_escape lower lpad ltrim md5 normalize is_normalized notlike octet_length overlay
  parse_ident position quote_ident quote_literal quote_nullable regexp_count regexp_instr regexp_like regexp_match
  regexp_replace regexp_split_to_array regexp_substr repeat replace reverse right rpad rtrim sha224 sha256 sha384 sha512
  similar_escape similar_to_escape split_part starts_with string_to_array strpos substr substring to_ascii to_bin to_hex to_oct
  translate upper unistr casefold get_bit get_byte set_bit set_byte bit_count hashtext hashtextextended textcat textlen

  abs acos acosd acosh asin asind asinh atan atan2 atan2d atand atanh cbrt ceil ceiling cos cosd cosh cot cotd degrees div erf
  erfc exp factorial floor gcd lcm ln log log10 min_scale mod pi power radians round scale sign sin sind sinh sqrt tan tand tanh
  trim_scale trunc width_bucket random random_normal gamma lgamma
  numeric_inc int4 int8 int2 float4 float8 numeric text varchar bpchar name bool date time timetz timestamp timestamptz interval

  age clock_timestamp date_add date_bin date_part date_subtract date_trunc extract isfinite justify_days justify_hours
  justify_interval make_date make_interval make_time make_timestamp make_timestamptz now overlaps statement_timestamp timeofday
  timezone to_char to_date to_number to_timestamp transaction_timestamp uuid_extract_timestamp uuid_extract_version

  array_append array_cat array_dims array_fill array_length array_lower array_ndims array_position array_positions array_prepend
  array_remove array_replace array_sample array_shuffle array_to_string array_upper cardinality trim_array array_reverse array_sort
  array_to_json row_to_json to_json to_jsonb json_array_length jsonb_array_length json_build_array json_build_object
  jsonb_build_array jsonb_build_object json_extract_path json_extract_path_text jsonb_extract_path jsonb_extract_path_text
  json_object jsonb_object json_strip_nulls jsonb_strip_nulls json_typeof jsonb_typeof jsonb_insert jsonb_path_exists
  jsonb_path_match jsonb_path_query_array jsonb_path_query_first jsonb_pretty jsonb_set jsonb_set_lax jsonb_contains jsonb_exists
  isempty lower_inc lower_inf range_merge upper_inc upper_inf multirange daterange int4range int8range numrange tsrange tstzrange
  int4multirange int8multirange nummultirange datemultirange tsmultirange tstzmultirange

  abbrev broadcast family host hostmask inet_merge inet_same_family masklen netmask network set_masklen
  area center diameter height isclosed isopen npoints radius width box circle line lseg path point polygon
  gen_random_uuid uuidv4 uuidv7 to_tsquery to_tsvector plainto_tsquery phraseto_tsquery websearch_to_tsquery ts_headline ts_rank
  ts_rank_cd numnode querytree setweight strip tsvector_to_array array_to_tsvector
  num_nonnulls num_nulls xmlcomment xml_is_well_formed xpath xpath_exists xmlexists enum_first enum_last enum_range

  current_catalog current_database current_query current_role current_schema current_schemas current_user session_user user
  version pg_typeof pg_backend_pid pg_client_encoding pg_conf_load_time pg_postmaster_start_time pg_is_in_recovery
  inet_client_addr inet_client_port inet_server_addr inet_server_port current_setting txid_current pg_current_xact_id
  txid_current_if_assigned pg_current_xact_id_if_assigned row_security_active getdatabaseencoding pg_my_temp_schema
  pg_is_other_temp_schema pg_jit_available pg_trigger_depth

  pg_table_is_visible pg_type_is_visible pg_function_is_visible pg_operator_is_visible pg_opclass_is_visible
  pg_opfamily_is_visible pg_collation_is_visible pg_conversion_is_visible pg_statistics_obj_is_visible pg_ts_config_is_visible
  pg_ts_dict_is_visible pg_ts_parser_is_visible pg_ts_template_is_visible
  format_type pg_get_userbyid pg_get_constraintdef pg_get_indexdef pg_get_expr pg_get_function_arguments
  pg_get_function_identity_arguments pg_get_function_result pg_get_functiondef pg_get_function_arg_default pg_get_serial_sequence
  pg_get_triggerdef pg_get_ruledef pg_get_viewdef pg_get_partkeydef pg_get_partition_constraintdef pg_get_statisticsobjdef
  pg_get_statisticsobjdef_columns pg_get_replica_identity_index pg_index_column_has_property pg_index_has_property
  pg_indexam_has_property pg_relation_is_publishable pg_relation_is_updatable pg_column_is_updatable pg_partition_root
  obj_description col_description shobj_description pg_describe_object pg_identify_object
  pg_relation_size pg_total_relation_size pg_table_size pg_indexes_size pg_database_size pg_tablespace_size pg_size_pretty
  pg_size_bytes pg_relation_filenode pg_tablespace_location pg_filenode_relation pg_encoding_to_char pg_char_to_encoding
  pg_collation_for pg_collation_actual_version pg_options_to_table_text to_regclass to_regcollation to_regnamespace to_regoper
  to_regoperator to_regproc to_regprocedure to_regrole to_regtype to_regtypemod oidvectortypes regexp_eq array_eq
  has_any_column_privilege has_column_privilege has_database_privilege has_foreign_data_wrapper_privilege has_function_privilege
  has_language_privilege has_parameter_privilege has_schema_privilege has_sequence_privilege has_server_privilege
  has_table_privilege has_tablespace_privilege has_type_privilege pg_has_role
  _pg_expandarray_text pg_char_max_length _pg_char_max_length _pg_truetypid _pg_truetypmod
  row_number rank dense_rank percent_rank cume_dist ntile lag lead first_value last_value nth_value
`;

const aggregates = `
  any_value array_agg avg bit_and bit_or bit_xor bool_and bool_or corr count covar_pop covar_samp cume_dist every json_agg
  json_agg_strict json_object_agg json_object_agg_strict json_object_agg_unique json_object_agg_unique_strict jsonb_agg
  jsonb_agg_strict jsonb_object_agg jsonb_object_agg_strict jsonb_object_agg_unique jsonb_object_agg_unique_strict max min mode
  percentile_cont percentile_disc range_agg range_intersect_agg regr_avgx regr_avgy regr_count regr_intercept regr_r2 regr_slope
  regr_sxx regr_sxy regr_syy stddev stddev_pop stddev_samp string_agg sum var_pop var_samp variance xmlagg
`;

const oneColumn = `
  generate_series generate_subscripts json_array_elements json_array_elements_text jsonb_array_elements
  jsonb_array_elements_text json_object_keys jsonb_object_keys jsonb_path_query regexp_matches regexp_split_to_table
  string_to_table
`;

const severalColumns = `
  unnest json_each json_each_text jsonb_each jsonb_each_text json_to_record json_to_recordset jsonb_to_record jsonb_to_recordset
  json_populate_record json_populate_recordset jsonb_populate_record jsonb_populate_recordset aclexplode pg_options_to_table
  pg_get_keywords pg_timezone_names pg_timezone_abbrevs pg_partition_tree pg_partition_ancestors _pg_expandarray
  pg_get_publication_tables pg_get_object_address pg_available_extensions ts_parse ts_token_type pg_get_catalog_foreign_keys
  pg_input_error_info
`;

// Other sessions see their keys in pg_locks.
const locks = `
  pg_advisory_lock pg_advisory_lock_shared pg_advisory_unlock pg_advisory_unlock_all pg_advisory_unlock_shared
  pg_advisory_xact_lock pg_advisory_xact_lock_shared pg_try_advisory_lock pg_try_advisory_lock_shared
  pg_try_advisory_xact_lock pg_try_advisory_xact_lock_shared
`;

const reviewed = new Map<string, ReviewedFunction>();
add(plain, { aggregate: false, set: false, rows: 'column' });
add('acldefault makeaclitem aclcontains pg_input_is_valid', { aggregate: false, set: false, rows: 'column' });
add(oneColumn, { aggregate: false, set: true, rows: 'column' });
add(severalColumns, { aggregate: false, set: true, rows: 'columns' });
add(locks, { aggregate: false, set: false, rows: 'column', constant: true });
add(aggregates, { aggregate: true, set: false, rows: 'column' });

function add(names: string, review: ReviewedFunction): void {
  for (const name of names.split(/\s+/)) if (name !== '') reviewed.set(name, review);
}
