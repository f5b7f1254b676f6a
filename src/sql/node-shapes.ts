/**
 * Every node that analysis of a query understands, with every field it accounts for; `field:Kind` is a field that holds that
 * node without its wrapper. The parser leaves out fields that have their default, so a node or field that is not here states
 * something that analysis would overlook: the statement is refused.
 */
export const nodeShapes: ReadonlyMap<string, ReadonlyMap<string, string>> = new Map(
  Object.entries({
    SelectStmt:
      'distinctClause intoClause:IntoClause targetList fromClause whereClause groupClause groupDistinct havingClause windowClause valuesLists sortClause limitOffset limitCount limitOption lockingClause withClause:WithClause op all larg:SelectStmt rarg:SelectStmt',
    InsertStmt:
      'relation:RangeVar cols selectStmt onConflictClause:OnConflictClause returningClause:ReturningClause withClause:WithClause override',
    UpdateStmt:
      'relation:RangeVar targetList whereClause fromClause returningClause:ReturningClause withClause:WithClause',
    DeleteStmt: 'relation:RangeVar usingClause whereClause returningClause:ReturningClause withClause:WithClause',
    MergeStmt:
      'relation:RangeVar sourceRelation joinCondition mergeWhenClauses returningClause:ReturningClause withClause:WithClause',
    IntoClause: 'rel:RangeVar colNames accessMethod options onCommit tableSpaceName skipData',
    WithClause: 'ctes recursive location',
    CommonTableExpr: 'ctename aliascolnames ctematerialized ctequery location',
    OnConflictClause: 'action infer:InferClause targetList whereClause location',
    InferClause: 'indexElems whereClause conname location',
    IndexElem: 'name expr collation opclass ordering nulls_ordering',
    ReturningClause: 'options exprs',
    ReturningOption: 'option value location',
    MergeWhenClause: 'matchKind commandType override condition targetList values',
    MergeSupportFunc: 'msftype location',
    MultiAssignRef: 'source colno ncolumns',
    SetToDefault: 'location',
    ResTarget: 'name indirection val location',
    RangeVar: 'schemaname relname inh relpersistence alias:Alias location',
    Alias: 'aliasname colnames',
    RangeSubselect: 'lateral subquery alias:Alias',
    RangeFunction: 'lateral ordinality is_rowsfrom functions alias:Alias coldeflist',
    ColumnDef: 'colname typeName:TypeName is_local location collClause:CollateClause',
    RangeTableSample: 'relation method args repeatable location',
    RangeTableFunc: 'lateral docexpr rowexpr namespaces columns alias:Alias location',
    RangeTableFuncCol: 'colname typeName:TypeName for_ordinality is_not_null colexpr coldefexpr location',
    JoinExpr: 'jointype isNatural larg rarg usingClause join_using_alias:Alias quals alias:Alias',
    LockingClause: 'lockedRels strength waitPolicy',
    SortBy: 'node sortby_dir sortby_nulls location',
    GroupingSet: 'kind content location',
    WindowDef: 'name refname partitionClause orderClause frameOptions startOffset endOffset location',
    String: 'sval',
    Integer: 'ival',
    Boolean: 'boolval',
    List: 'items',
    A_Star: '',
    A_Const: 'kind location',
    ParamRef: 'number location',
    ColumnRef: 'fields location',
    A_Expr: 'kind name lexpr rexpr rexpr_list_start rexpr_list_end location',
    A_ArrayExpr: 'elements location list_start list_end',
    A_Indirection: 'arg indirection',
    A_Indices: 'is_slice lidx uidx',
    BoolExpr: 'boolop args location',
    NullTest: 'arg nulltesttype location',
    BooleanTest: 'arg booltesttype location',
    SubLink: 'subLinkType testexpr operName subselect location',
    CaseExpr: 'arg args defresult location',
    CaseWhen: 'expr result location',
    CoalesceExpr: 'args location',
    MinMaxExpr: 'op args location',
    RowExpr: 'args row_format location',
    TypeCast: 'arg typeName:TypeName location',
    TypeName: 'names typmods typemod arrayBounds setof location',
    CollateClause: 'arg collname location',
    FuncCall:
      'funcname args agg_order agg_filter over:WindowDef agg_within_group agg_star agg_distinct func_variadic funcformat location',
    NamedArgExpr: 'name arg argnumber location',
    SQLValueFunction: 'op type typmod location',
    GroupingFunc: 'args location',
    XmlExpr: 'op name named_args arg_names args xmloption indent location',
    XmlSerialize: 'xmloption expr typeName:TypeName indent location',
    JsonFormat: 'format_type encoding location',
    JsonReturning: 'format:JsonFormat typid typmod',
    JsonOutput: 'typeName:TypeName returning:JsonReturning',
    JsonValueExpr: 'raw_expr formatted_expr format:JsonFormat',
    JsonKeyValue: 'key value:JsonValueExpr',
    JsonObjectConstructor: 'exprs output:JsonOutput absent_on_null unique location',
    JsonArrayConstructor: 'exprs output:JsonOutput absent_on_null location',
    JsonArrayQueryConstructor: 'query output:JsonOutput format:JsonFormat absent_on_null location',
    JsonAggConstructor: 'output:JsonOutput agg_filter agg_order over:WindowDef location',
    JsonObjectAgg: 'constructor:JsonAggConstructor arg:JsonKeyValue absent_on_null unique',
    JsonArrayAgg: 'constructor:JsonAggConstructor arg:JsonValueExpr absent_on_null',
    JsonIsPredicate: 'expr format:JsonFormat item_type unique_keys location',
    JsonParseExpr: 'expr:JsonValueExpr output:JsonOutput unique_keys location',
    JsonScalarExpr: 'expr output:JsonOutput location',
    JsonSerializeExpr: 'expr:JsonValueExpr output:JsonOutput location',
    JsonBehavior: 'btype expr coerce location',
    JsonArgument: 'val:JsonValueExpr name',
    JsonFuncExpr:
      'op column_name context_item:JsonValueExpr pathspec passing output:JsonOutput on_empty:JsonBehavior on_error:JsonBehavior wrapper quotes location',
    JsonTablePathSpec: 'string name name_location location',
    JsonTable:
      'context_item:JsonValueExpr pathspec:JsonTablePathSpec passing columns on_error:JsonBehavior alias:Alias lateral location',
    JsonTableColumn:
      'coltype name typeName:TypeName pathspec:JsonTablePathSpec format:JsonFormat wrapper quotes columns on_empty:JsonBehavior on_error:JsonBehavior location',
  }).map(([kind, fields]) => [kind, fieldMap(fields)]),
);

function fieldMap(fields: string): ReadonlyMap<string, string> {
  const pairs = fields.split(' ').filter((field) => field !== '');
  return new Map(pairs.map((field) => [field.split(':')[0] ?? '', field.split(':')[1] ?? '']));
}
