import type { Bundle, FilterRule } from '../../bundle/bundle.js';
import { implies, isSure } from './constraint.js';
import { objectCovers, tagsImply } from './covers.js';
import type { Report } from './report.js';
import { impassableColumn, passesOnly } from './row-filters.js';
import { saysAsMuch, WiderRules } from './rule-lookup.js';

/** Filters that change no answer, because an exemption lifts them or another one shows no more rows, and those that show none. */
export function findShadowedFilters(
  bundle: Bundle,
  report: Report,
  isLater: (rule: FilterRule, than: FilterRule) => boolean,
): boolean {
  const covers = (wide: FilterRule, narrow: FilterRule): boolean =>
    objectCovers(wide.object, narrow.object) &&
    tagsImply(narrow.tags, wide.tags, bundle.tags) &&
    implies(narrow.when, wide.when);
  const { filterRules } = bundle;
  const filters = new WiderRules(
    bundle,
    filterRules.filter(({ filter }) => filter !== undefined),
  );
  const exemptions = new WiderRules(
    bundle,
    filterRules.filter(({ filter }) => filter === undefined),
  );
  for (const rule of filterRules) {
    const { filter } = rule;
    const lifting = filter && exemptions.find(rule, (other) => isSure(other.when) && covers(other, rule));
    if (lifting !== undefined) {
      const message = `filters nothing: the exemption ${lifting.id} lifts all of it; narrow the exemption, or remove the filter`;
      report.error('dead', rule, message);
      continue;
    }
    const isMet = (other: FilterRule): boolean =>
      filter === undefined || passesOnly(other.filter!.root, filter.root);
    const isSame = (other: FilterRule): boolean => filter?.source === other.filter?.source;
    const wider = (filter === undefined ? exemptions : filters).find(
      rule,
      (other) =>
        covers(other, rule) &&
        isMet(other) &&
        (isLater(rule, other) || !(saysAsMuch(rule, other, covers) && isSame(other))),
    );
    if (wider !== undefined)
      report.warn('shadowed', rule, `adds nothing to ${wider.id}, which is as wide and as strict; remove it`);
    else tellImpassable(rule, filters, covers, report);
  }
  return filters.isExhausted || exemptions.isExhausted;
}

function tellImpassable(
  rule: FilterRule,
  filters: WiderRules<FilterRule>,
  covers: (wide: FilterRule, narrow: FilterRule) => boolean,
  report: Report,
): void {
  if (rule.filter === undefined) return;
  const { root, source } = rule.filter;
  const column = impassableColumn(root);
  if (column !== undefined) {
    report.warn('no-rows', rule, `shows no row: no value of ${column} meets "${source}"; correct it`);
    return;
  }
  const opposite = filters.find(
    rule,
    (other) =>
      covers(other, rule) &&
      impassableColumn({ kind: 'and', parts: [root, other.filter!.root] }) !== undefined,
  );
  if (opposite === undefined || impassableColumn(opposite.filter!.root) !== undefined) return;
  const message = `shows no row: whom it is for must also pass ${opposite.id}, and no row passes both; narrow one of them`;
  report.warn('no-rows', rule, message);
}
