import type { AccessRule, Bundle, MaskRule } from '../../bundle/bundle.js';
import { rulesOf } from '../../bundle/rules.js';
import { strictestMask } from '../../mask/mask.js';
import type { Report } from './report.js';
import { implies, isSure } from './constraint.js';
import { objectCovers, tagsImply } from './covers.js';
import { saysAsMuch, WiderRules } from './rule-lookup.js';
import { findShadowedFilters } from './shadowed-filters.js';

/** Rules that change no answer, because others say as much or always override them. */
export function findShadowed(bundle: Bundle, report: Report): void {
  const { rules, tags } = bundle;
  const orderOf = new Map<string, number>(rulesOf(bundle).map(({ id }, order) => [id, order]));
  const isLater = (rule: { id: string }, than: { id: string }): boolean =>
    orderOf.get(rule.id)! > orderOf.get(than.id)!;

  const covers = (wide: AccessRule, narrow: AccessRule): boolean =>
    objectCovers(wide.object, narrow.object) &&
    tagsImply(narrow.tags, wide.tags, tags) &&
    implies(narrow.when, wide.when);
  const allows = new WiderRules(
    bundle,
    rules.filter(({ effect }) => effect === 'allow'),
  );
  const denies = new WiderRules(
    bundle,
    rules.filter(({ effect }) => effect === 'deny'),
  );
  for (const rule of rules) {
    if (rule.effect === 'allow') {
      const denying = denies.find(rule, (other) => covers(other, rule));
      if (denying !== undefined) {
        report.warn(
          'dead',
          rule,
          `never allows anything: ${denying.id} denies all of it; remove one of them`,
        );
        continue;
      }
    }
    const alike = rule.effect === 'allow' ? allows : denies;
    const wider = alike.find(
      rule,
      (other) => covers(other, rule) && (isLater(rule, other) || !saysAsMuch(rule, other, covers)),
    );
    if (wider !== undefined)
      report.warn(
        'shadowed',
        rule,
        `adds nothing to ${wider.id}, which says as much; remove it, or narrow that one`,
      );
  }
  const isCut = [
    findShadowedMasks(bundle, report, isLater),
    findShadowedFilters(bundle, report, isLater),
    allows.isExhausted || denies.isExhausted,
  ];
  if (isCut.includes(true))
    report.whole(
      'lint',
      'has so many rules of one subject and place that not all were compared with each other',
    );
}

function findShadowedMasks(
  bundle: Bundle,
  report: Report,
  isLater: (rule: MaskRule, than: MaskRule) => boolean,
): boolean {
  const { maskRules, tags } = bundle;
  const covers = (wide: MaskRule, narrow: MaskRule): boolean =>
    tags.pathFrom(narrow.tag).includes(wide.tag) && implies(narrow.when, wide.when);
  const masks = new WiderRules(
    bundle,
    maskRules.filter(({ mask }) => mask !== undefined),
  );
  const exemptions = new WiderRules(
    bundle,
    maskRules.filter(({ mask }) => mask === undefined),
  );
  for (const rule of maskRules) {
    const { mask } = rule;
    const lifting = mask && exemptions.find(rule, (other) => isSure(other.when) && covers(other, rule));
    if (lifting !== undefined) {
      const message = `masks nothing: the exemption ${lifting.id} lifts all of it; narrow the exemption, or remove the mask`;
      report.error('dead', rule, message);
      continue;
    }
    const isAsStrict = (other: MaskRule): boolean =>
      mask === undefined || strictestMask([mask, other.mask!]) === other.mask || sameMask(mask, other.mask!);
    const wider = (mask === undefined ? exemptions : masks).find(
      rule,
      (other) =>
        covers(other, rule) &&
        isAsStrict(other) &&
        (isLater(rule, other) || !(saysAsMuch(rule, other, covers) && sameMask(mask, other.mask))),
    );
    if (wider !== undefined)
      report.warn('shadowed', rule, `adds nothing to ${wider.id}, which is as wide and as strict; remove it`);
  }
  return masks.isExhausted || exemptions.isExhausted;
}

function sameMask(left: MaskRule['mask'], right: MaskRule['mask']): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}
