/** What a record's body says, as far as it is told. */
export interface RecordBody {
  readonly kind: string;
  readonly at: string;
  readonly requestId?: string;
  readonly bundle?: string;
  readonly input?: Readonly<Record<string, unknown>>;
  readonly allowed?: boolean;
  readonly rules?: readonly string[];
  readonly reason?: string;
  readonly [said: string]: unknown;
}

/** Source: OCSF 1.3.0. */
const VERSION = '1.3.0';
const PRODUCT = { name: 'Cairn', vendor_name: 'Cairn' } as const;
const [API_ACTIVITY, ENTITY_MANAGEMENT, APPLICATION_LIFECYCLE] = [6003, 3004, 6002];
const OTHER = 99;

/** Activities that API Activity and Entity Management share: 1 Create, 2 Read, 3 Update, 4 Delete. */
const ACTIVITY_OF_ACTION: Readonly<Record<string, number>> = {
  ...{ list: 2, read: 2, infer: 2, train: 2 },
  ...{ write: 3, merge: 3, manage: 3, deploy: 3, administer: 3 },
  ...{ run: 1, emit: 1 },
};
const ACTIVITY_OF_CHANGE: Readonly<Record<string, number>> = {
  ...{
    created: 1,
    issued: 1,
    started: 1,
    submitted: 1,
    added: 1,
    connected: 1,
    deployed: 1,
    'version-registered': 1,
  },
  ...{ deleted: 4, revoked: 4, removed: 4, disconnected: 4, disabled: 4, 'version-deleted': 4 },
};

/**
 * A record as an event of the Open Cybersecurity Schema Framework: decisions are API Activity (6003), changes Entity Management (3004),
 * what the log says of itself Application Lifecycle (6002). What the schema has no place for is in `unmapped`.
 * @param id of the record, `SEGMENT:SEQ`
 */
export function ocsfOf(id: string, hash: string, body: RecordBody): object {
  const shared = {
    time: Date.parse(body.at),
    metadata: {
      ...{ version: VERSION, product: PRODUCT, uid: id },
      ...(body.requestId !== undefined && { correlation_uid: body.requestId }),
    },
  };
  if (body.kind === 'change')
    return { ...shared, ...changeOf(body), unmapped: { hash, detail: body['detail'] } };
  if (body.input !== undefined) {
    const { bundle, rules, input } = body;
    return { ...shared, ...decisionOf(body, body.input), unmapped: { hash, bundle, rules, input } };
  }
  const activity = body.kind === 'opened' ? 3 : body.kind === 'closed' ? 4 : OTHER;
  const { kind, at: _, ...said } = body;
  return {
    ...{ ...shared, ...classOf(6, APPLICATION_LIFECYCLE, activity, `audit log: ${kind}`), severity_id: 1 },
    ...{ app: PRODUCT, message: `audit log: ${kind}`, unmapped: { hash, ...said } },
  };
}

function decisionOf(body: RecordBody, input: Readonly<Record<string, unknown>>): object {
  const action = String(input['action']);
  const allowed = body.allowed === true;
  const name = input['name'];
  return {
    ...classOf(6, API_ACTIVITY, ACTIVITY_OF_ACTION[action] ?? OTHER, action),
    ...{ severity_id: allowed ? 1 : 2, status_id: allowed ? 1 : 2, status: allowed ? 'Success' : 'Failure' },
    ...{ ...(body.reason !== undefined && { status_detail: body.reason }) },
    actor: actorOf(String(input['subject']), input['groups']),
    api: { operation: action, service: { name: 'cairn' } },
    src_endpoint: { svc_name: 'cairn' },
    ...(name !== undefined && {
      resources: [{ name: String(name), type: String(input['kind']), namespace: String(input['namespace']) }],
    }),
  };
}

function changeOf(body: RecordBody): object {
  const action = String(body['action']);
  const activity = ACTIVITY_OF_CHANGE[action.slice(action.indexOf('.') + 1)] ?? 3;
  return {
    ...classOf(3, ENTITY_MANAGEMENT, activity, action),
    ...{ severity_id: 1, status_id: 1, status: 'Success', message: action },
    actor: actorOf(String(body['subject']), undefined),
    entity: { name: String(body['name']), type: String(body['on']), uid: String(body['id']) },
  };
}

function classOf(category: number, uid: number, activity: number, name: string): object {
  return {
    ...{ category_uid: category, class_uid: uid, activity_id: activity, type_uid: uid * 100 + activity },
    activity_name: name,
  };
}

function actorOf(subject: string, groups: unknown): object {
  const [kind] = subject.split(':');
  const names = Array.isArray(groups) ? groups.map((group) => ({ name: String(group) })) : [];
  return { user: { name: subject, uid: subject, type_id: kind === 'user' ? 1 : 3, groups: names } };
}
