/**
 * The one Casbin model that bundles are written in. It is code, not configuration: `model.conf` in a bundle must say
 * exactly this, so that stock Casbin reads the same bundle to the same decisions.
 */
export const MODEL_CONF = `[request_definition]
r  = sub, ns, obj, act, ctx
r2 = sub, ns, tag, act, ctx
r3 = sub, ns, obj, act, ctx

[policy_definition]
p  = id, sub, ns, obj, act, tags, when, eft
p2 = id, sub, ns, tag, act, mask, when, eft
p3 = id, sub, ns, obj, act, tags, filter, when, eft

[role_definition]
g  = _, _, _, _, _
g2 = _, _
g3 = _, _

[policy_effect]
e  = some(where (p.eft == allow)) && !some(where (p.eft == deny))
e2 = some(where (p2.eft == allow)) && !some(where (p2.eft == deny))
e3 = some(where (p3.eft == allow)) && !some(where (p3.eft == deny))

[matchers]
m  = actMatch(r.act, p.act) && g2(r.ns, p.ns) && objMatch(r.obj, p.obj) && tagsMatch(r.ctx, p.tags) && g(r.sub, p.sub, r.ns) && holds(r.ctx, p.when, p.eft)
m2 = actMatch(r2.act, p2.act) && g2(r2.ns, p2.ns) && g3(r2.tag, p2.tag) && g(r2.sub, p2.sub, r2.ns) && holdsMask(r2.ctx, p2.when, p2.eft)
m3 = actMatch(r3.act, p3.act) && g2(r3.ns, p3.ns) && objMatch(r3.obj, p3.obj) && tagsMatch(r3.ctx, p3.tags) && g(r3.sub, p3.sub, r3.ns) && holdsMask(r3.ctx, p3.when, p3.eft)
`;

/** The model without its lines about row filters: what bundles said before there were any. */
const WITHOUT_FILTERS = MODEL_CONF.replace(/^[rpem]3 .*\n/gm, '');

/** Which text of the model a bundle has. Without filters it cannot have `p3` lines. */
export type KnownModel = 'with-filters' | 'without-filters';

/** The file of a bundle that holds the model. */
export const MODEL_FILE = 'model.conf';

/** Which known model `text` is, if any; line ends and blank space at the end of lines and file do not count. */
export function modelOf(text: string): KnownModel | undefined {
  const found = normalize(text);
  if (found === normalize(MODEL_CONF)) return 'with-filters';
  return found === normalize(WITHOUT_FILTERS) ? 'without-filters' : undefined;
}

function normalize(text: string): string {
  return text
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
    .trimEnd();
}
