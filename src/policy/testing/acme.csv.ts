/** The policy by which the model is explained, with one rule of every sort. */
export const ACME = `# p: id, sub, ns, obj, act, tags, when, eft
p, R-001, role:reader,  acme,       dataset/**, read,  *,         -, allow
p, R-002, role:steward, acme/sales, **,         *,     *,         -, allow
p, R-003, role:trainer, acme,       model/**,   train, none(pii), branch == main, allow
p, R-004, role:fraud,   acme/sales, dataset/**, read,  any(pii),  purpose in [fraud audit] && mfa == true, allow
p, R-005, user:vendor1, acme/sales, dataset/orders, read, *,      now < 2026-12-31T00:00:00Z, allow
p, D-001, *,            acme,       **,         *,     any(restricted), clearance < 3, deny
p, D-002, *,            acme/sales, **,         write, *,         branch == main && approvals < 2, deny
# p2: "allow" applies the mask, "deny" exempts from it
p2, M-001, *,           acme,       pii,        read,  sha256,    -, allow
p2, M-002, *,           acme,       pii.email,  read,  partial:4, -, allow
p2, M-003, role:fraud,  acme/sales, pii,        read,  none,      purpose == fraud, deny
# g: member, role, namespace, not_before, not_after
g, user:bob, role:reader, acme, -, -
g, user:eve, role:fraud, acme/sales, 2026-01-01T00:00:00Z, 2026-06-30T00:00:00Z
g, user:sue, role:steward, acme/sales, -, -
g, service:nightly, role:trainer, *, -, -
g, role:fraud, role:reader, *, -, -
g2, acme/sales, acme
g3, pii.email, pii
`;
