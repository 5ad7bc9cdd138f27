import { pushTo } from '../bundle/ancestry.js';
import type { Ancestry } from '../bundle/ancestry.js';
import type { MaskRule } from '../bundle/bundle.js';
import type { PolicyContext } from '../condition/attributes.js';
import { evaluateCondition } from '../condition/evaluate-condition.js';
import { strictestMask } from '../mask/mask.js';
import type { Mask } from '../mask/mask.js';
import { ANY } from '../vocabulary.js';
import type { Action } from '../vocabulary.js';
import type { MatchedRule, Obligation } from './decision.js';
import type { HeldRoles } from './role-graph.js';

/** Who asks where for what, as far as masks depend on it. */
export interface MaskRequest {
  readonly namespaces: ReadonlySet<string>;
  readonly action: Action;
  readonly held: HeldRoles;
  readonly context: PolicyContext;
}

/** What the mask rules say about one classification. */
export interface MaskVerdict {
  /** Undefined when no mask matched, or when an exemption did. */
  readonly obligation: Obligation | undefined;
  readonly matched: readonly MatchedRule[];
}

/** The `p2` lines, by the classification they name. */
export class MaskRules {
  private readonly byTag = new Map<string, MaskRule[]>();

  constructor(
    rules: readonly MaskRule[],
    private readonly tags: Ancestry,
  ) {
    for (const rule of rules) pushTo(this.byTag, rule.tag, rule);
  }

  /**
   * What must be done with values that carry `tag`: a rule for it or for one above it applies. A mask applies unless
   * its condition is false, an exemption only if its condition is true; one exemption lifts every mask of the tag.
   */
  verdict(tag: string, request: MaskRequest): MaskVerdict {
    const masks: { readonly id: string; readonly mask: Mask }[] = [];
    const matched: MatchedRule[] = [];
    let isExempt = false;
    const path = this.tags.pathFrom(tag);
    for (const [index, ancestor] of path.entries()) {
      for (const rule of this.byTag.get(ancestor) ?? []) {
        const found = match(rule, path.slice(0, index + 1), request);
        if (found === undefined) continue;
        matched.push(found);
        if (rule.mask === undefined) isExempt = true;
        else masks.push({ id: rule.id, mask: rule.mask });
      }
    }
    const mask = isExempt ? undefined : strictestMask(masks.map((rule) => rule.mask));
    const obligation = mask === undefined ? undefined : { tag, mask, rules: masks.map(({ id }) => id) };
    return { obligation, matched };
  }
}

function match(rule: MaskRule, tagPath: readonly string[], request: MaskRequest): MatchedRule | undefined {
  const rolePath = request.held.get(rule.subject);
  if (rolePath === undefined || !request.namespaces.has(rule.namespace)) return undefined;
  if (rule.action !== ANY && rule.action !== request.action) return undefined;
  const condition = evaluateCondition(rule.when, request.context);
  const effect = rule.mask === undefined ? 'exempt' : 'mask';
  if (condition === 'false' || (condition === 'unknown' && effect === 'exempt')) return undefined;
  return { id: rule.id, effect, rolePath, tagPaths: [tagPath], condition };
}
