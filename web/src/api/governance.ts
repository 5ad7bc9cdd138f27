import { operation } from './client.js';
import type {
  AccessRequest,
  Claim,
  ClaimState,
  ClassificationPath,
  Decision,
  Emergency,
  PolicyStatus,
  TablePreview,
} from './governance-types.js';
import type { AssetKind, Page } from './types.js';

const DECISION = 'allowed reason matched { id effect rolePath tagPaths }';
const OBLIGATIONS = 'masks { column mask rules } filters { rule filter }';
const TARGET = 'namespace kind name actions reason steps';
const REQUEST = `id state requester role wantedUntil createdAt decidedAt decidedBy decisionReason grantedUntil revokedAt revokedBy revocationReason ${TARGET}`;
const EMERGENCY = `id state subject openedAt until closedAt closedBy reviewedAt reviewedBy review ${TARGET}`;

/** Actions that an asset's page tells of, by the kind of asset. */
export const ACTIONS_OF: Readonly<Record<AssetKind, readonly string[]>> = {
  dataset: ['read', 'write', 'merge', 'manage', 'train'],
  model: ['read', 'write', 'merge', 'manage', 'deploy'],
  job: ['read', 'run', 'manage'],
  endpoint: ['infer', 'deploy', 'manage'],
  workload: ['read', 'run', 'manage'],
};

const accessOf = (kind: AssetKind) =>
  operation<Readonly<Record<string, Decision>>, { id: string }>(
    `query Access($id: ID!) { ${ACTIONS_OF[kind]
      .map((action) => `${action}: explainAccess(assetId: $id, action: "${action}") { ${DECISION} }`)
      .join(' ')} }`,
  );

/** What the reader may do with an asset, by action. */
export const ACCESS: Readonly<Record<AssetKind, ReturnType<typeof accessOf>>> = {
  dataset: accessOf('dataset'),
  model: accessOf('model'),
  job: accessOf('job'),
  endpoint: accessOf('endpoint'),
  workload: accessOf('workload'),
};

export const READING = operation<
  { reading: Decision & Pick<Required<Decision>, 'masks' | 'filters'> },
  { id: string }
>(
  `query Reading($id: ID!) { reading: explainAccess(assetId: $id, action: "read") { ${DECISION} ${OBLIGATIONS} } }`,
);

export const REQUESTS = operation<{ accessRequests: Page<AccessRequest> }, { first: number; state?: string }>(
  `query Requests($first: Int!, $state: AccessRequestState) {
    accessRequests(first: $first, state: $state) { nodes { ${REQUEST} } pageInfo { hasNextPage endCursor } }
  }`,
);

export const EMERGENCIES = operation<{ emergencies: Page<Emergency> }, { first: number; state?: string }>(
  `query Emergencies($first: Int!, $state: EmergencyState) {
    emergencies(first: $first, state: $state) { nodes { ${EMERGENCY} } pageInfo { hasNextPage endCursor } }
  }`,
);

export const WAITING = operation<{
  accessRequests: { nodes: readonly { steps: readonly string[] }[] };
  emergencies: { nodes: readonly { steps: readonly string[] }[] };
}>(
  `query Waiting {
    accessRequests(first: 100, state: open) { nodes { steps } }
    emergencies(first: 100, state: ended) { nodes { steps } }
  }`,
);

export const REQUEST_ACCESS = operation<
  unknown,
  { input: { assetId: string; actions: readonly string[]; reason: string; until: string } }
>('mutation RequestAccess($input: RequestAccessInput!) { requestAccess(input: $input) { id } }');

export const APPROVE = operation<unknown, { id: string; reason: string }>(
  'mutation Approve($id: ID!, $reason: String!) { approveAccess(id: $id, reason: $reason) { id } }',
);
export const DENY = operation<unknown, { id: string; reason: string }>(
  'mutation Deny($id: ID!, $reason: String!) { denyAccess(id: $id, reason: $reason) { id } }',
);
export const REVOKE = operation<unknown, { id: string; reason: string }>(
  'mutation Revoke($id: ID!, $reason: String!) { revokeAccess(id: $id, reason: $reason) { id } }',
);
export const WITHDRAW = operation<unknown, { id: string }>(
  'mutation Withdraw($id: ID!) { withdrawAccessRequest(id: $id) { id } }',
);
export const END_EMERGENCY = operation<unknown, { id: string }>(
  'mutation EndEmergency($id: ID!) { endEmergency(id: $id) { id } }',
);
export const REVIEW_EMERGENCY = operation<unknown, { id: string; review: string }>(
  'mutation ReviewEmergency($id: ID!, $review: String!) { reviewEmergency(id: $id, review: $review) { id } }',
);

export const CLASSIFICATIONS = operation<
  { asset: { classifications: readonly Claim[] }; manage: { allowed: boolean } },
  { id: string }
>(
  `query Classifications($id: ID!) {
    asset(id: $id) {
      classifications { tag column origin source confidence state isEffective author reason since }
    }
    manage: explainAccess(assetId: $id, action: "manage") { allowed }
  }`,
);

export const CLASSIFICATION_PATHS = operation<
  { asset: { classificationPaths: readonly ClassificationPath[] } },
  { id: string; tag: string; column?: string }
>(
  `query ClassificationPaths($id: ID!, $tag: String!, $column: String) {
    asset(id: $id) {
      classificationPaths(tag: $tag, column: $column) {
        steps { column node { id asset { id identityName } } job { asset { id identityName } } }
      }
    }
  }`,
);

export const DECIDE_CLASSIFICATION = operation<
  unknown,
  { id: string; tag: string; column: string | null; state: ClaimState; reason: string }
>(
  `mutation DecideClassification($id: ID!, $tag: String!, $column: String, $state: ClassificationState!, $reason: String!) {
    decideClassification(id: $id, tag: $tag, column: $column, state: $state, reason: $reason) { id }
  }`,
);

export const PREVIEW = operation<
  { asset: { repository: { entry: { preview: TablePreview | null } } | null } },
  { id: string; path: string; first: number }
>(
  `query Preview($id: ID!, $path: String!, $first: Int!) {
    asset(id: $id) { repository { entry(revision: "HEAD", path: $path) { preview(first: $first) { columns rows } } } }
  }`,
);

const ATTEMPT = 'outcome version refusal message source sourceRef attemptedBy attemptedAt';
const FINDINGS = 'findings { check file line message severity }';

export const ADMINISTERS_POLICY = operation<{ administersPolicy: boolean }>(
  'query AdministersPolicy { administersPolicy }',
);

export const POLICY = operation<{ policy: PolicyStatus }, { first: number }>(
  `query Policy($first: Int!) {
    policy {
      version generation since changedBy source isApplyOpen keys
      answering { version generation lagReason }
      lastAttempt { ${ATTEMPT} } lastOfSource { ${ATTEMPT} } lastRefused { ${ATTEMPT} ${FINDINGS} }
      history(first: $first) {
        nodes { generation version source sourceRef signedBy movedBy reason movedAt }
        pageInfo { hasNextPage endCursor }
      }
    }
  }`,
);
