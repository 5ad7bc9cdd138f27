import type { Node, TypeName } from 'libpg-query';
import { textsOf } from './reader.js';

/** A name, and whether it names the value itself rather than its form. */
interface Named {
  readonly name: string;
  readonly isStrong: boolean;
}

const strong = (name: string | undefined): Named | undefined =>
  name === undefined ? undefined : { name, isStrong: true };
const weak = (name: string): Named => ({ name, isStrong: false });

/** Names of what is named by its form alone. */
const BY_FORM: Readonly<Record<string, string>> = {
  GroupingFunc: 'grouping',
  MergeSupportFunc: 'merge_action',
  A_ArrayExpr: 'array',
  RowExpr: 'row',
  CoalesceExpr: 'coalesce',
  XmlSerialize: 'xmlserialize',
  JsonParseExpr: 'json',
  JsonScalarExpr: 'json_scalar',
  JsonSerializeExpr: 'json_serialize',
  JsonObjectConstructor: 'json_object',
  JsonArrayConstructor: 'json_array',
  JsonArrayQueryConstructor: 'json_array',
  JsonObjectAgg: 'json_objectagg',
  JsonArrayAgg: 'json_arrayagg',
};

const BY_OPERATION: Readonly<Record<string, string>> = {
  IS_GREATEST: 'greatest',
  IS_LEAST: 'least',
  IS_XMLCONCAT: 'xmlconcat',
  IS_XMLELEMENT: 'xmlelement',
  IS_XMLFOREST: 'xmlforest',
  IS_XMLPARSE: 'xmlparse',
  IS_XMLPI: 'xmlpi',
  IS_XMLROOT: 'xmlroot',
  JSON_EXISTS_OP: 'json_exists',
  JSON_QUERY_OP: 'json_query',
  JSON_VALUE_OP: 'json_value',
};

/** The name that PostgreSQL gives to a column without AS. Source: FigureColname in its parse_target.c. */
export function columnNameOf(node: Node | undefined): string {
  return named(node)?.name ?? '?column?';
}

function named(node: Node | undefined): Named | undefined {
  if (node === undefined) return undefined;
  if ('ColumnRef' in node) return strong(textsOf(node.ColumnRef.fields).at(-1));
  if ('A_Indirection' in node) {
    const { arg, indirection } = node.A_Indirection;
    return strong(textsOf(indirection).at(-1)) ?? named(arg);
  }
  if ('FuncCall' in node) return strong(textsOf(node.FuncCall.funcname).at(-1));
  if ('A_Expr' in node) return node.A_Expr.kind === 'AEXPR_NULLIF' ? strong('nullif') : undefined;
  if ('TypeCast' in node) return castNamed(node.TypeCast.arg, node.TypeCast.typeName);
  if ('CollateClause' in node) return named(node.CollateClause.arg);
  if ('CaseExpr' in node) {
    const otherwise = named(node.CaseExpr.defresult);
    return otherwise?.isStrong === true ? otherwise : weak('case');
  }
  if ('SubLink' in node) return subLinkNamed(node.SubLink);
  if ('SQLValueFunction' in node)
    return strong(
      String(node.SQLValueFunction.op)
        .replace(/^SVFOP_/, '')
        .replace(/_N$/, '')
        .toLowerCase(),
    );
  const [tag, value] = Object.entries(node)[0] ?? ['', undefined];
  return strong(BY_FORM[tag] ?? BY_OPERATION[String((value as { op?: unknown } | undefined)?.op)]);
}

function castNamed(arg: Node | undefined, typeName: TypeName | undefined): Named | undefined {
  const ofValue = named(arg);
  if (ofValue?.isStrong === true) return ofValue;
  const type = textsOf(typeName?.names).at(-1);
  return type === undefined ? ofValue : weak(type);
}

function subLinkNamed({
  subLinkType,
  subselect,
}: {
  subLinkType?: string;
  subselect?: Node;
}): Named | undefined {
  if (subLinkType === 'EXISTS_SUBLINK') return strong('exists');
  if (subLinkType === 'ARRAY_SUBLINK') return strong('array');
  if (subLinkType !== 'EXPR_SUBLINK' || subselect === undefined || !('SelectStmt' in subselect))
    return undefined;
  const [first] = subselect.SelectStmt.targetList ?? [];
  if (first === undefined || !('ResTarget' in first)) return undefined;
  return first.ResTarget.name === undefined ? named(first.ResTarget.val) : strong(first.ResTarget.name);
}
