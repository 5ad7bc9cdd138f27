import type { Bundle } from '../../bundle/bundle.js';
import type { Finding } from '../finding.js';
import { findEffectless } from './effectless.js';
import { checkGrants } from './grants.js';
import { findIdle } from './idle.js';
import { checkNames } from './names.js';
import { Report } from './report.js';
import { findShadowed } from './shadowed.js';

/**
 * What is odd in a bundle that can be read. An error is only what is very likely a mistake and opens something, such as a mask that an
 * exemption always lifts; all else is a warning.
 * @param nowMs milliseconds since 1970, for what has ended
 */
export function lint(bundle: Bundle, nowMs: number): readonly Finding[] {
  const report = new Report(bundle.source);
  checkNames(bundle, report);
  findEffectless(bundle, report);
  findIdle(bundle, report);
  findShadowed(bundle, report);
  checkGrants(bundle, report, nowMs);
  return report.findings;
}
