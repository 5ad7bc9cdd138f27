/**
 * The one Casbin model that bundles are written in. It is code, not configuration: `model.conf` in a bundle must say
 * exactly this, so that stock Casbin reads the same bundle to the same decisions.
 */
export const MODEL_CONF = `[request_definition]
r  = sub, ns, obj, act, ctx
r2 = sub, ns, tag, act, ctx

[policy_definition]
p  = id, sub, ns, obj, act, tags, when, eft
p2 = id, sub, ns, tag, act, mask, when, eft

[role_definition]
g  = _, _, _, _, _
g2 = _, _
g3 = _, _

[policy_effect]
e  = some(where (p.eft == allow)) && !some(where (p.eft == deny))
e2 = some(where (p2.eft == allow)) && !some(where (p2.eft == deny))

[matchers]
m  = actMatch(r.act, p.act) && g2(r.ns, p.ns) && objMatch(r.obj, p.obj) && tagsMatch(r.ctx, p.tags) && g(r.sub, p.sub, r.ns) && holds(r.ctx, p.when, p.eft)
m2 = actMatch(r2.act, p2.act) && g2(r2.ns, p2.ns) && g3(r2.tag, p2.tag) && g(r2.sub, p2.sub, r2.ns) && holdsMask(r2.ctx, p2.when, p2.eft)
`;

/** The file of a bundle that holds the model. */
export const MODEL_FILE = 'model.conf';

/** Whether `text` is the known model; line ends and blank space at the end of lines and file do not count. */
export function isKnownModel(text: string): boolean {
  return normalize(text) === normalize(MODEL_CONF);
}

function normalize(text: string): string {
  return text
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
    .trimEnd();
}
