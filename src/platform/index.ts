export { CONFIG, InvalidConfigurationError, loadConfig, loadMigrationConfig } from './config/config.js';
export type { Config } from './config/config.js';
export { imageName, QUANTITY } from './config/execution-settings.js';
export { columnsOf } from './database/copied-rows.js';
export { batched } from './database/batched.js';
export { jsonText } from './database/json-text.js';
export {
  assertOutsideTransaction,
  Database,
  isInTransaction,
  isUniqueViolation,
} from './database/database.js';
export { assertMigrated, dataSourceOptions, migrateDatabase } from './database/data-source.js';
export type { EntityClass } from './database/data-source.js';
export { lockDataDir } from './database/embedded/data-dir-lock.js';
export { startEmbeddedPostgres } from './database/embedded/embedded-postgres.js';
export type { EmbeddedPostgres } from './database/embedded/embedded-postgres.js';
export type { DedicatedConnection } from './database/dedicated-connection.js';
export { DatabaseUnavailableError } from './database/errors.js';
export { MonthlyTable } from './database/monthly-table.js';
export type { Month } from './database/monthly-table.js';
export { Installation } from './database/installation.js';
export { prepared } from './database/prepared.js';
export { namelessId, seal, unseal } from './database/sealed-text.js';
export { AlreadyExistsError, DomainError, InvalidInputError, NotFoundError } from './errors/domain-error.js';
export type { ErrorDetails, ErrorKind } from './errors/domain-error.js';
export type { Problem } from './errors/problem.js';
export { problemOf } from './errors/problem.js';
export { isText, TEXT_RULE } from './errors/text.js';
export { validate } from './errors/validate.js';
export { builtProgram } from './files/built-program.js';
export { readOrCreate } from './files/read-or-create.js';
export type { GraphqlContext } from './graphql/graphql.module.js';
export {
  cursorOf,
  numberedPageRequest,
  PageArgs,
  PageInfo,
  pageOf,
  pageRequest,
  pageType,
} from './graphql/pagination.js';
export type { Page, PageRequest } from './graphql/pagination.js';
export { BigIntScalar, JsonScalar } from './graphql/scalars.js';
export { HealthChecks } from './health/health-checks.js';
export type { HealthReport, PartHealth } from './health/health-checks.js';
export { createFastifyAdapter } from './http/fastify.js';
export { jsonLines, sendLines } from './http/send-lines.js';
export { ControlLoop } from './leases/control-loop.js';
export { Housekeeping } from './leases/housekeeping.js';
export { LeaseLostError, Leases } from './leases/leases.js';
export type { Lease } from './leases/leases.js';
export { createLogger, currentRequestId, LOGGER, NestLogger, withRequestId } from './logging/logger.js';
export type { Logger } from './logging/logger.js';
export { metricsRegistry, outboxDepth, outboxLag } from './metrics/metrics.js';
export { DeadLetters } from './outbox/dead-letters.js';
export type { DeadLetter } from './outbox/dead-letters.js';
export { Outbox } from './outbox/outbox.js';
export type { OutboxEntry, OutboxHandler, OutboxMessage } from './outbox/outbox.js';
export { OutboxWorker } from './outbox/outbox-worker.js';
export { startTracing } from './tracing/start-tracing.js';
export { PlatformModule } from './platform.module.js';
export type { PlatformOptions } from './platform.module.js';
