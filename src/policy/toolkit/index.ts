/** What is done with policy files where no service runs: on a desk, in a pipeline. Pure code, without Nest or a database. */
export { readBundleFiles } from '../bundle/read-bundle-directory.js';
export { PolicyBundleError } from '../bundle/policy-bundle-error.js';
export { coverageOf } from '../cases/coverage.js';
export type { Coverage, NamedLine } from '../cases/coverage.js';
export { mutate } from '../cases/survivors.js';
export type { MutationRun, Survivor } from '../cases/survivors.js';
export { checkBundle } from '../check/check-bundle.js';
export type { BundleReport } from '../check/check-bundle.js';
export type { Finding } from '../check/finding.js';
export { CompiledPolicy } from '../decision/compiled-policy.js';
export { filterTexts, flipsOf, maskTexts } from '../diff/flips.js';
export { lineChanges } from '../diff/line-changes.js';
export { explain } from '../explain/explain.js';
export { parseRequest } from '../explain/parse-request.js';
export { InvalidInputError } from '../../platform/errors/index.js';
export { STARTING_FILES } from './starting-files.js';
