import { createHash } from 'node:crypto';
import { parseGlob } from '../glob/glob.js';
import { EXTERNAL_NAMESPACE, ROOT_NAMESPACE, ROOT_TAG } from '../vocabulary.js';
import { Ancestry } from './ancestry.js';
import type { Bundle, BundleFile, Place } from './bundle.js';
import { crossCheck } from './cross-checks.js';
import type { Placed } from './cross-checks.js';
import { checkSingleParent, checkWays } from './link-checks.js';
import type { PlacedLink } from './link-checks.js';
import { isKnownModel, MODEL_FILE } from './model-conf.js';
import { parseNamespaceLink, parsePlace, parseRoleLink, parseTagLink } from './parse-link.js';
import type { TreeLink } from './parse-link.js';
import { parseAccessRule, parseMaskRule } from './parse-rule.js';
import { policyLines } from './policy-lines.js';
import type { PolicyLine } from './policy-lines.js';
import { Problems } from './problems.js';
import { isTestFile } from './test-files.js';

/** The file of a bundle that says where assets known only from events stand. May be left out: all are `external`. */
export const PLACES_FILE = 'places.csv';

/** Columns of each type of line, its name among them. */
const COLUMN_COUNT: Readonly<Record<string, number>> = { p: 9, p2: 9, g: 6, g2: 3, g3: 3 };

/**
 * Reads and checks a whole policy: `model.conf`, which must be the known model, `places.csv`, and any other files as
 * policy lines, whatever their names. What the policy is tested with (`tests/*.yaml`) is no part of what it says.
 * @throws {PolicyBundleError} with every problem there is; then nothing of the bundle may be used
 */
export function loadBundle(files: readonly BundleFile[]): Bundle {
  const problems = new Problems();
  checkModel(files, problems);
  const policyFiles = files.filter(
    ({ path }) => path !== MODEL_FILE && path !== PLACES_FILE && !isTestFile(path),
  );
  const read = policyFiles.flatMap((file) => policyLines(file, problems));
  const lines = read.filter((line) => isKnownLine(line, problems));
  const places = files
    .filter(({ path }) => path === PLACES_FILE)
    .flatMap((file) => policyLines(file, problems))
    .filter((line) => hasColumns(line, 2, problems));

  const parse = <T>(
    type: string,
    parser: (line: PolicyLine, problems: Problems) => T | undefined,
  ): Placed<T>[] =>
    lines.filter((line) => line.columns[0] === type).flatMap((line) => placed(line, parser(line, problems)));
  const parsed = {
    rules: parse('p', parseAccessRule),
    maskRules: parse('p2', parseMaskRule),
    roleLinks: parse('g', parseRoleLink),
    namespaceLinks: parse('g2', parseNamespaceLink),
    tagLinks: parse('g3', parseTagLink),
    places: places.flatMap((line) => placed(line, parsePlace(line, problems))),
  };
  crossCheck({ ...parsed, ...mentioned(read) }, problems);
  checkTree(parsed.namespaceLinks, 'namespace', problems);
  checkTree(parsed.tagLinks, 'classification', problems);
  const roleWays = parsed.roleLinks.map(({ value, at }) => ({ from: value.member, to: value.role, at }));
  checkWays(roleWays, 'role', problems);
  problems.throwIfAny();

  const values = <T>(list: readonly Placed<T>[]): readonly T[] =>
    Object.freeze(list.map(({ value }) => Object.freeze(value)));
  return Object.freeze({
    version: versionOf(lines, places),
    rules: values(parsed.rules),
    maskRules: values(parsed.maskRules),
    roleLinks: values(parsed.roleLinks),
    // The root is above everything by definition, so that a link to it only declares its child.
    namespaces: new Ancestry(
      values(parsed.namespaceLinks).filter(([, parent]) => parent !== ROOT_NAMESPACE),
      values(parsed.namespaceLinks).map(([child]) => child),
    ),
    tags: new Ancestry(
      values(parsed.tagLinks).filter(([, parent]) => parent !== ROOT_TAG),
      values(parsed.tagLinks).map(([child]) => child),
    ),
    places: parsed.places.length > 0 ? values(parsed.places) : [everythingExternal()],
    source: {
      ruleAt: new Map([...parsed.rules, ...parsed.maskRules].map(({ value, at }) => [value.id, at])),
      roleLinkAt: new Map(parsed.roleLinks.map(({ value, at }) => [value, at])),
      namespaceLinks: parsed.namespaceLinks,
      tagLinks: parsed.tagLinks,
      places: parsed.places,
    },
  });
}

function checkModel(files: readonly BundleFile[], problems: Problems): void {
  const model = files.find(({ path }) => path === MODEL_FILE);
  const at = { file: MODEL_FILE, line: 0 };
  if (model === undefined) problems.add(at, 'model', 'is missing; copy it from the default policies');
  else if (!isKnownModel(model.text))
    problems.add(at, 'model', 'is not the known model, and no other is understood; restore it');
  const paths = files.map(({ path }) => path);
  for (const path of new Set(paths.filter((path, index) => paths.indexOf(path) < index))) {
    problems.add({ file: path, line: 0 }, 'duplicate', 'is handed in twice');
  }
}

function isKnownLine(line: PolicyLine, problems: Problems): boolean {
  const type = line.columns[0] ?? '';
  const count = Object.hasOwn(COLUMN_COUNT, type) ? COLUMN_COUNT[type] : undefined;
  if (count !== undefined) return hasColumns(line, count, problems);
  problems.add(
    line,
    'line-type',
    `"${type}" is not a type of line; there are ${Object.keys(COLUMN_COUNT).join(', ')}`,
  );
  return false;
}

function hasColumns(line: PolicyLine, count: number, problems: Problems): boolean {
  if (line.columns.length === count) return true;
  const name = count === 2 ? 'a place' : `${line.columns[0]} ${line.columns[1] ?? ''}`.trim();
  problems.add(
    line,
    'column-count',
    `${name} has ${line.columns.length} columns, and must have exactly ${count}`,
  );
  return false;
}

function checkTree(links: readonly Placed<TreeLink>[], what: string, problems: Problems): void {
  const ways: PlacedLink[] = links.map(({ value: [from, to], at }) => ({ from, to, at }));
  checkSingleParent(ways, what, problems);
  checkWays(ways, what, problems);
}

/** What the lines speak of, whether or not they can be parsed. */
function mentioned(lines: readonly PolicyLine[]): {
  ruleSubjects: readonly string[];
  hasAccessRule: boolean;
} {
  const rules = lines.filter(({ columns }) => columns[0] === 'p' || columns[0] === 'p2');
  return {
    ruleSubjects: rules.map(({ columns }) => columns[2] ?? ''),
    hasAccessRule: rules.some(({ columns }) => columns[0] === 'p'),
  };
}

function placed<T>({ file, line }: PolicyLine, value: T | undefined): Placed<T>[] {
  return value === undefined ? [] : [{ value, at: { file, line } }];
}

/** Rules and links are a set, so they are sorted; places are a list. */
function versionOf(lines: readonly PolicyLine[], places: readonly PolicyLine[]): string {
  const said = {
    policy: lines.map(({ columns }) => JSON.stringify(columns)).sort(),
    places: places.map(({ columns }) => columns),
  };
  return createHash('sha256').update(JSON.stringify(said)).digest('hex');
}

function everythingExternal(): Place {
  const pattern = parseGlob('**');
  if (typeof pattern === 'string') throw new TypeError(pattern);
  return { pattern, namespace: EXTERNAL_NAMESPACE };
}
