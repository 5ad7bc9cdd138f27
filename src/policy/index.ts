export { AuditLog } from './audit/audit-log.js';
export { AuditUnavailableError } from './audit/errors.js';
export { AUDIT_ROOTS } from './audit/roots/audit-roots.js';
export type { AuditRoots } from './audit/roots/audit-roots.js';
export { AuditModule } from './audit/audit.module.js';
export { AuditRetention } from './audit/retention/retention.js';
export { RootMaker } from './audit/roots/root-maker.js';
export { AccessDeniedError } from './access-denied-error.js';
export { PolicyBundleError } from './bundle/policy-bundle-error.js';
export type { CompiledPolicy } from './decision/compiled-policy.js';
export type { Decision } from './decision/decision.js';
export type { ColumnClassifications, Permit } from './decision/permit.js';
export { DecisionModel } from './decision/decision.model.js';
export { EmergencyService } from './emergencies/emergency.service.js';
export {
  type Emergency,
  EMERGENCY_STATES,
  stateOf as emergencyStateOf,
} from './emergencies/emergency-state.js';

export { GOVERNED_ASSETS } from './diff/governed-assets.js';
export type { GovernedAsset, GovernedAssets } from './diff/governed-assets.js';
export { globMatches, parseGlob } from './glob/glob.js';
export { LivePolicy } from './live-policy.js';
export type { BoundFilter } from './filter/filter.js';
export { maskName } from './mask/mask.js';
export type { Mask } from './mask/mask.js';
export { policyLinesOf } from './overlay/grant.js';
export type { Target } from './overlay/target.js';
export { byNamespace } from './plan/by-namespace.js';
export type { NamespacePart } from './plan/by-namespace.js';
export type { Plan } from './plan/plan.js';
export { isGuessed, planToSql } from './plan/plan-to-sql.js';
export { PolicyModule } from './policy.module.js';
export { Policy } from './policy.service.js';
export type { RequestContext, Resource, VisibilityPlan } from './policy.service.js';
export { PolicyMover } from './versions/policy-mover.js';
export {
  type AccessRequest,
  grantOf,
  REQUEST_STATES,
  stateOf as requestStateOf,
} from './requests/access-request.js';
export { AccessRequestService } from './requests/access-request.service.js';
export { isAction, systemResource, UNCLASSIFIED } from './vocabulary.js';
export type { Action, Kind } from './vocabulary.js';
