import type { BundleFile } from '../bundle/bundle.js';
import { MODEL_CONF, MODEL_FILE } from '../bundle/model-conf.js';

const ROLES = `# What each role may do, wherever somebody holds it.
# p, id, subject, namespace, object, action, tags, when, effect
p, ADMIN, role:admin, *, **, *, *, -, allow
p, READER-LIST, role:reader, *, **, list, *, -, allow
p, READER-READ, role:reader, *, **, read, *, -, allow
p, EDITOR-WRITE, role:editor, *, **, write, *, -, allow
g, role:editor, role:reader, *, -, -

# The first administrator, and the service's own workers.
# g, member, role, namespace, not before, not after
g, user:admin, role:admin, *, -, -
g, service:cairn, role:admin, *, -, -
`;

const EXAMPLE = `# An example: the namespace acme/sales. Rename it, or remove this file and tests/acme.yaml.

# Namespaces: child, parent. What holds in acme holds in acme/sales.
g2, acme, *
g2, acme/sales, acme
g2, external, *

# Classifications: child, parent. What is tagged pii.email is pii; * declares one that has none above it.
g3, pii.email, pii
g3, restricted, *

# Who holds which role, where, and for how long.
g, user:rea.reader, role:reader, acme, -, -
g, user:eddi.editor, role:editor, acme/sales, -, -
g, group:fraud-team, role:fraud, acme/sales, -, -
g, role:fraud, role:reader, *, -, -

# Nobody below the third clearance does anything with what is restricted. Who says no clearance has none.
p, NO-RESTRICTED, *, acme, **, *, any(restricted), clearance < 3, deny

# Personal data is read as digests only. Who works on fraud, and says so, reads it as it is.
p2, MASK-PII, *, acme, pii, read, sha256, -, allow
p2, FRAUD-PII, role:fraud, acme/sales, pii, read, none, purpose == fraud, deny

# Of the visits everybody sees those of the own region. Who works on fraud, and says so, sees all of them.
p3, OWN-REGION, *, acme/sales, dataset/visits, read, *, region == $region, -, allow
p3, FRAUD-VISITS, role:fraud, acme/sales, dataset/visits, read, *, none, purpose == fraud, deny
`;

const TESTS = `# Every principal is asked for every action on every resource. What is not under allow must be denied.
- matrix: who may do what in acme
  now: 2026-06-01T12:00:00Z
  principals:
    admin: { subject: user:admin, context: { clearance: 3 } }
    cairn: { subject: service:cairn, context: { clearance: 3 } }
    reader: user:rea.reader
    cleared-reader: { subject: user:rea.reader, context: { clearance: 3 } }
    editor: user:eddi.editor
    fraud: { subject: user:ida, groups: [group:fraud-team], context: { purpose: fraud } }
    fraud-at-lunch: { subject: user:ida, groups: [group:fraud-team] }
    stranger: user:nobody
  resources:
    orders: { namespace: acme/sales, kind: dataset, name: orders }
    customers: { namespace: acme/sales, kind: dataset, name: customers, tags: [pii.email] }
    prices: { namespace: acme/sales, kind: dataset, name: prices, tags: [restricted] }
    visits: { namespace: acme/sales, kind: dataset, name: visits }
    wages: { namespace: acme, kind: dataset, name: wages }
    policy: { namespace: '*', kind: system, name: policy }
  actions: [list, read, write, manage, administer]
  allow:
    - { principals: [admin, cairn], resources: [orders, prices, wages, policy] }
    - { principals: [admin, cairn], resources: customers, actions: [list, write, manage] }
    - { principals: [admin, cairn], resources: customers, actions: read, masks: { pii.email: sha256 } }
    - { principals: [admin, cairn], resources: visits, actions: [list, write, manage] }
    - { principals: [admin, cairn], resources: visits, actions: read, filters: region == $region }
    - { principals: [reader, cleared-reader], resources: [orders, wages], actions: [list, read] }
    - { principals: cleared-reader, resources: prices, actions: [list, read] }
    - { principals: [reader, cleared-reader, fraud-at-lunch], resources: customers, actions: list }
    - { principals: [reader, cleared-reader, fraud-at-lunch], resources: customers, actions: read, masks: { pii.email: sha256 } }
    - { principals: editor, resources: orders, actions: [list, read, write] }
    - { principals: editor, resources: customers, actions: [list, write] }
    - { principals: editor, resources: customers, actions: read, masks: { pii.email: sha256 } }
    - { principals: [reader, cleared-reader, fraud-at-lunch], resources: visits, actions: list }
    - { principals: editor, resources: visits, actions: [list, write] }
    - { principals: [reader, cleared-reader, editor, fraud-at-lunch], resources: visits, actions: read, filters: region == $region }
    - { principals: fraud, resources: [customers, visits], actions: [list, read] }
    - { principals: [fraud, fraud-at-lunch], resources: orders, actions: [list, read] }

# A single case says which rules answer.
- sentence: who says no clearance does not read what is restricted
  subject: user:rea.reader
  action: read
  namespace: acme/sales
  kind: dataset
  name: prices
  tags: [restricted]
  expect: { allowed: false, rules: [NO-RESTRICTED] }
`;

const PLACES = `# Where an asset known only from events stands: pattern over its OpenLineage namespace, policy namespace.
# The first match wins; the last line takes the rest.
**, external
`;

/** A policy to begin with: it lints without a finding, its tests pass, and every line of it is tested. */
export const STARTING_FILES: readonly BundleFile[] = [
  { path: MODEL_FILE, text: MODEL_CONF },
  { path: 'roles.csv', text: ROLES },
  { path: 'acme.csv', text: EXAMPLE },
  { path: 'places.csv', text: PLACES },
  { path: 'tests/acme.yaml', text: TESTS },
];
