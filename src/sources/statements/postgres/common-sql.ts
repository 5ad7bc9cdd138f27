import type { SqlQuestion } from '../../../lineage/index.js';
import { type Fields, type Rule, SHAPES, wordsOf } from './common-shapes.js';
import type { Parsed } from './postgres-parser.js';

/** Comments and texts, from the left. */
const UNREAD = /--[^\n]*|\/\*[^]*?\*\/|'(?:[^']|'')*'/g;
/** MySQL's and Oracle's comments that are code, comments in comments, and two dashes that are two minus signs to MySQL. */
const ODD_COMMENT = /^(?:\/\*[!+]|\/\*[^]*\/\*|--\S)/;
/** Outside of texts: quoted names that are texts elsewhere, variables, other comments, paths, prefixes of texts, letters beyond ASCII. */
const ODD = /["`#@$&[\]{}?]|\/\/|(?<!:):(?!:)|\w''|[^\x00-\x7f]/;

/** What a text says by name, for what its form alone does not tell. */
interface Names {
  /** Of columns without a table before them, and of all. */
  readonly bare: string[];
  readonly columns: string[];
  readonly qualifiers: Set<string>;
  readonly relations: Set<string>;
  /** Names that a query gives. */
  readonly given: Set<string>;
  /** Of queries within queries, where the walk is. */
  depth: number;
}

/** Each level of queries is looked at once more for the names in it. */
const MAX_DEPTH = 30;

/**
 * Whether a text says the same in every engine, so that PostgreSQL's parser reads it as its own engine does: statements that fill a table
 * by a query, of known columns, with names that can stand for one thing only. Pure.
 * @param question whose names and columns are in small letters
 */
export function isCommonSql(parsed: Parsed, { query, inputs, outputs }: SqlQuestion): boolean {
  if ('problem' in parsed) return false;
  const tables = [...inputs, ...outputs];
  const known = new Set(tables.flatMap(({ columns }) => columns ?? []));
  if (tables.some(({ columns }) => columns === undefined)) return false;
  const widths = new Map(outputs.map(({ name, columns }) => [name, columns!.length]));
  const names: Names = {
    ...{ bare: [], columns: [], qualifiers: new Set(), relations: new Set(), given: new Set() },
    depth: 0,
  };
  const isFitting = parsed.statements.every(
    (one) => 'tree' in one && isStatement(one.tree, widths) && isPart(one.tree, names),
  );
  return (
    isFitting &&
    isReadAlike(query) &&
    names.columns.every((name) => known.has(name) || names.given.has(name)) &&
    names.bare.every((name) => !names.relations.has(name)) &&
    [...names.qualifiers].every((name) => !known.has(name))
  );
}

/** Whether every engine finds the same words, texts and comments. */
function isReadAlike(text: string): boolean {
  if (text.includes('\\')) return false;
  let isOdd = false;
  const words = text.replace(UNREAD, (found) => {
    if (found.startsWith("'")) return "''";
    isOdd ||= ODD_COMMENT.test(found);
    return ' ';
  });
  return !isOdd && !ODD.test(words);
}

const STATEMENTS: ReadonlySet<string> = new Set([
  ...['InsertStmt', 'CreateTableAsStmt', 'ViewStmt', 'TruncateStmt', 'TransactionStmt'],
]);

/** An INSERT without a list of columns must fill all of them: some engines pass over those that they fill themselves. */
function isStatement(tree: object, widths: ReadonlyMap<string, number>): boolean {
  const [[kind, fields] = ['', {}]] = Object.entries(tree) as [string, Fields][];
  if (!STATEMENTS.has(kind)) return false;
  if (kind !== 'InsertStmt' || fields['cols'] !== undefined) return true;
  const query = (fields['selectStmt'] as { SelectStmt?: Fields } | undefined)?.SelectStmt;
  const targets = targetsOf(query);
  const { relname } = fields['relation'] as { relname: string };
  const fitting = [...widths].filter(([name]) => name === relname || name.endsWith(`.${relname}`));
  return (
    targets !== undefined &&
    !targets.some((target) => JSON.stringify(target).includes('"A_Star"')) &&
    fitting.length === 1 &&
    fitting[0]![1] === targets.length
  );
}

function targetsOf(query: Fields | undefined): readonly object[] | undefined {
  const first = query?.['larg'] as Fields | undefined;
  return first === undefined ? (query?.['targetList'] as object[] | undefined) : targetsOf(first);
}

/** Whether a part of the tree, and all below it, is common. Collects the names in it. */
function isPart(value: unknown, names: Names): boolean {
  if (Array.isArray(value)) return value.every((one) => isPart(one, names));
  const [[kind, fields] = ['', {}], ...others] = Object.entries(value as object) as [string, Fields][];
  return others.length === 0 && isOfKind(kind, fields, names);
}

function isOfKind(kind: string, fields: Fields, names: Names): boolean {
  const shape = Object.hasOwn(SHAPES, kind) ? SHAPES[kind]! : {};
  const isDeep = kind === 'SelectStmt' && ++names.depth > MAX_DEPTH;
  const isFitting =
    !isDeep &&
    Object.entries(fields).every(
      ([field, value]) => Object.hasOwn(shape, field) && isRight(shape[field]!, value, names),
    ) &&
    (NAMED[kind]?.(fields, names) ?? Object.hasOwn(SHAPES, kind));
  if (kind === 'SelectStmt') names.depth--;
  return isFitting;
}

function isRight(rule: Rule, value: unknown, names: Names): boolean {
  if (rule === 'value') return true;
  if (rule === 'parts') return isPart(value, names);
  return typeof rule === 'function' ? rule(value) : isOfKind(rule.kind, value as Fields, names);
}

/** What is asked of the names in a part. */
const NAMED: Readonly<Record<string, (fields: Fields, names: Names) => boolean>> = {
  ColumnRef({ fields }, { bare, columns, qualifiers }) {
    const parts = fields as { String?: { sval: string }; A_Star?: object }[];
    if (parts.length > 2) return false;
    if (parts.length === 2) qualifiers.add(parts[0]!.String?.sval ?? '');
    const name = parts.at(-1)!.String?.sval;
    if (name !== undefined) columns.push(name);
    if (name !== undefined && parts.length === 1) bare.push(name);
    return true;
  },
  RangeVar({ relname, alias }, { relations }) {
    relations.add((alias as { aliasname?: string } | undefined)?.aliasname ?? String(relname));
    return true;
  },
  RangeSubselect({ alias }, { relations }) {
    relations.add(String((alias as { aliasname?: string } | undefined)?.aliasname));
    return alias !== undefined;
  },
  CommonTableExpr({ ctename, ctequery }) {
    return 'SelectStmt' in (ctequery as object) && !namesItself(String(ctename), ctequery);
  },
  // `name 'Customer'` is a column under another name to some, and a text of the type `name` to others.
  TypeCast({ arg, typeName }) {
    const constant = (arg as { A_Const?: { location?: number } }).A_Const;
    return constant === undefined || (typeName as { location: number }).location > (constant.location ?? 0);
  },
  SelectStmt: hasPlainNames,
};

/** Some engines take a query's name within itself for recursion, others for the table. */
function namesItself(name: string, tree: unknown): boolean {
  return JSON.stringify(tree).includes(`"relname":${JSON.stringify(name)}`);
}

/** A name that a query gives to what is no column of that name is used nowhere else in it: engines differ in what it means there. */
function hasPlainNames(select: Fields, names: Names): boolean {
  const targets = (select['targetList'] ?? []) as { ResTarget: { name?: string; val: object } }[];
  const uses = bareNamesIn(select);
  return targets.every(({ ResTarget: { name, val } }) => {
    // `x = a` gives `a` the name x in SQL Server.
    const comparison = (val as { A_Expr?: Fields }).A_Expr;
    if (comparison?.['kind'] === 'AEXPR_OP' && wordsOf(comparison['name'])[0] === '=') return false;
    if (name === undefined) return true;
    names.given.add(name);
    return name === ownNameOf(val) || (uses.get(name) ?? 0) === (bareNamesIn(val).get(name) ?? 0);
  });
}

function ownNameOf(val: object): string | undefined {
  const fields = (val as { ColumnRef?: { fields: unknown } }).ColumnRef?.fields;
  return fields === undefined ? undefined : wordsOf(fields).at(-1);
}

const BARE_NAME = /"ColumnRef":\{"fields":\[\{"String":\{"sval":"([^"]*)"\}\}\]/g;

/** How often names stand there as columns without a table. */
function bareNamesIn(tree: unknown): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const [, name] of JSON.stringify(tree).matchAll(BARE_NAME))
    counts.set(name!, (counts.get(name!) ?? 0) + 1);
  return counts;
}
