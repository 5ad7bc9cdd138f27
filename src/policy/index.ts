export { AuditLog } from './audit/audit-log.js';
export { AuditUnavailableError } from './audit/errors.js';
export { AUDIT_ROOTS } from './audit/roots/audit-roots.js';
export type { AuditRoots } from './audit/roots/audit-roots.js';
export { AuditModule } from './audit/audit.module.js';
export { RootMaker } from './audit/roots/root-maker.js';
export { AccessDeniedError } from './access-denied-error.js';
export { PolicyBundleError } from './bundle/policy-bundle-error.js';
export type { Decision } from './decision/decision.js';
export { DecisionModel } from './decision/decision.model.js';

export { globMatches, parseGlob } from './glob/glob.js';
export type { Plan } from './plan/plan.js';
export { planToSql } from './plan/plan-to-sql.js';
export { PolicyModule } from './policy.module.js';
export { Policy } from './policy.service.js';
export type { RequestContext, Resource, VisibilityPlan } from './policy.service.js';
export { isAction, systemResource, UNCLASSIFIED } from './vocabulary.js';
export type { Action, Kind } from './vocabulary.js';
