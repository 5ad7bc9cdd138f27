/** Words that are names to PostgreSQL where others have a kind of join, a clause or a hint. */
const CLAUSES: ReadonlySet<string> = new Set(
  (
    'semi anti asof positional global any straight_join apply final sample prewhere settings qualify pivot unpivot ' +
    'match_recognize connect start model force ignore use partition cluster distribute sort minus at before changes option top'
  ).split(' '),
);

/** Functions that mean the same wherever they are, of their arguments alone. */
const FUNCTIONS: ReadonlySet<string> = new Set(
  (
    'sum count avg min max upper lower ltrim rtrim abs round floor ceil ceiling concat length replace ' +
    'row_number rank dense_rank lag lead first_value last_value'
  ).split(' '),
);
const OPERATORS: ReadonlySet<string> = new Set(
  ['+', '-', '*', '/', '=', '<>', '!=', '<', '>', '<=', '>=', '||', '~~', '!~~'].concat([
    'BETWEEN',
    'NOT BETWEEN',
  ]),
);

/** Fields of a part, as libpg-query has them. */
export type Fields = Readonly<Record<string, unknown>>;
/** What a field may hold: other parts, a plain value, a part of a kind that is not written there, or what fits. */
export type Rule = 'parts' | 'value' | { readonly kind: string } | ((value: unknown) => boolean);
type Shape = Readonly<Record<string, Rule>>;

const allOf = (rule: Rule, fields: string): Shape =>
  Object.fromEntries(fields.split(' ').map((field) => [field, rule]));
const parts = (fields: string) => allOf('parts', fields);
const values = (fields: string) => allOf('value', fields);
const oneOf =
  (...allowed: unknown[]) =>
  (value: unknown) =>
    allowed.includes(value);
/** The words of a name in parts. */
export const wordsOf = (names: unknown) =>
  (names as { String?: { sval: string } }[]).map((name) => name.String?.sval ?? '');
const wordOf = (words: ReadonlySet<string>) => (names: unknown) => {
  const [word, ...others] = wordsOf(names);
  return others.length === 0 && words.has(word!);
};
const RANGE: Rule = { kind: 'RangeVar' };
const SELECT: Rule = { kind: 'SelectStmt' };
const WITH: Rule = { kind: 'WithClause' };
const ALIAS: Rule = { kind: 'Alias' };

/** The language that engines have in common, as far as it says the same in all of them. Where anything else stands nothing is read. */
export const SHAPES: Readonly<Record<string, Shape>> = {
  InsertStmt: {
    ...parts('cols selectStmt'),
    ...{ relation: RANGE, withClause: WITH, override: oneOf('OVERRIDING_NOT_SET') },
  },
  CreateTableAsStmt: {
    ...parts('query'),
    ...values('if_not_exists'),
    ...{ into: { kind: 'IntoClause' }, objtype: oneOf('OBJECT_TABLE') },
  },
  IntoClause: { rel: RANGE, onCommit: oneOf('ONCOMMIT_NOOP') },
  ViewStmt: {
    ...parts('query'),
    ...values('replace'),
    ...{ view: RANGE, withCheckOption: oneOf('NO_CHECK_OPTION') },
  },
  TruncateStmt: { ...parts('relations'), ...values('behavior') },
  TransactionStmt: { ...values('location'), kind: oneOf('TRANS_STMT_BEGIN', 'TRANS_STMT_COMMIT') },
  SelectStmt: {
    ...parts('targetList fromClause whereClause groupClause havingClause sortClause limitCount limitOffset'),
    ...values('limitOption op all'),
    ...{ larg: SELECT, rarg: SELECT, withClause: WITH },
    // Without ON.
    distinctClause: (value) => JSON.stringify(value) === '[{}]',
  },
  WithClause: { ...parts('ctes'), ...values('location') },
  CommonTableExpr: {
    ...parts('ctequery'),
    ...values('ctename location'),
    ctematerialized: oneOf('CTEMaterializeDefault'),
  },
  RangeVar: {
    ...values('catalogname schemaname relname location'),
    ...{ alias: ALIAS, inh: oneOf(true), relpersistence: oneOf('p') },
  },
  Alias: { aliasname: (name) => !CLAUSES.has(String(name)) },
  RangeSubselect: { ...parts('subquery'), alias: ALIAS },
  JoinExpr: {
    ...parts('larg rarg quals'),
    jointype: oneOf('JOIN_INNER', 'JOIN_LEFT', 'JOIN_RIGHT', 'JOIN_FULL'),
  },
  ResTarget: { ...parts('val'), ...values('name location') },
  ColumnRef: values('fields location'),
  A_Const: values('ival fval sval boolval isnull location'),
  A_Expr: {
    ...parts('lexpr rexpr'),
    ...values('location rexpr_list_start rexpr_list_end'),
    kind: oneOf(
      ...['AEXPR_OP', 'AEXPR_IN', 'AEXPR_LIKE', 'AEXPR_BETWEEN', 'AEXPR_NOT_BETWEEN', 'AEXPR_NULLIF'],
    ),
    name: wordOf(OPERATORS),
  },
  List: parts('items'),
  BoolExpr: { ...parts('args'), ...values('boolop location') },
  NullTest: { ...parts('arg'), ...values('nulltesttype location') },
  CaseExpr: { ...parts('arg args defresult'), ...values('location') },
  CaseWhen: { ...parts('expr result'), ...values('location') },
  CoalesceExpr: { ...parts('args'), ...values('location') },
  TypeCast: { ...parts('arg'), ...values('location'), typeName: { kind: 'TypeName' } },
  TypeName: values('names typmods typemod location'),
  FuncCall: {
    ...parts('args'),
    ...values('agg_star agg_distinct location'),
    ...{
      over: { kind: 'WindowDef' },
      funcname: wordOf(FUNCTIONS),
      funcformat: oneOf('COERCE_EXPLICIT_CALL'),
    },
  },
  WindowDef: {
    ...parts('partitionClause orderClause startOffset endOffset'),
    ...values('frameOptions location'),
  },
  SortBy: {
    ...parts('node'),
    ...values('sortby_nulls location'),
    sortby_dir: oneOf('SORTBY_DEFAULT', 'SORTBY_ASC', 'SORTBY_DESC'),
  },
  SubLink: {
    ...parts('testexpr subselect'),
    ...values('location'),
    ...{ subLinkType: oneOf('EXISTS_SUBLINK', 'ANY_SUBLINK', 'EXPR_SUBLINK'), operName: wordOf(OPERATORS) },
  },
};
