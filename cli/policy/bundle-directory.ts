import { existsSync } from 'node:fs';
import path from 'node:path';
import { EndedBadly, EXIT, UsageError } from '../exit-codes.js';
import type { Session } from '../session.js';
import { formatFindings } from './format-findings.js';

/** The part of the service that works without one; loaded only by the commands that need it. */
export const toolkit = () => import('../../src/policy/toolkit/index.js');

type Toolkit = Awaited<ReturnType<typeof toolkit>>;
export type BundleReport = ReturnType<Toolkit['checkBundle']>;
export type Finding = BundleReport['findings'][number];
export type BundleFiles = Awaited<ReturnType<Toolkit['readBundleFiles']>>;

/** What is wrong in a folder that is no policy at all: of a file too large, or of a kind that is not known. */
export interface CheckedDirectory {
  /** As the command line named it. */
  readonly directory: string;
  readonly files: BundleFiles;
  readonly report: BundleReport;
}

/** @throws {UsageError} when there is no such folder */
export async function checkDirectory({ io }: Session, directory: string): Promise<CheckedDirectory> {
  const { readBundleFiles, checkBundle, PolicyBundleError } = await toolkit();
  const folder = path.resolve(io.cwd, directory);
  if (!existsSync(folder)) throw new UsageError(`${directory}: there is no such folder`);
  try {
    const files = await readBundleFiles(folder);
    return { directory, files, report: checkBundle(files) };
  } catch (error) {
    if (!(error instanceof PolicyBundleError)) throw error;
    const findings = error.problems.map(({ rule: check, ...problem }) => ({
      ...{ severity: 'error' as const, check },
      ...problem,
    }));
    return { directory, files: [], report: { bundle: undefined, findings, questions: [] } };
  }
}

/** Of a folder that must be a readable policy for the command to make sense. @throws {EndedBadly} after saying why it is not */
export async function readableDirectory(
  session: Session,
  directory: string,
): Promise<CheckedDirectory & { readonly report: { readonly bundle: NonNullable<BundleReport['bundle']> } }> {
  const checked = await checkDirectory(session, directory);
  const { bundle, findings } = checked.report;
  if (bundle !== undefined) return { ...checked, report: { ...checked.report, bundle } };
  session.output.result({ findings }, () => formatFindings(directory, findings));
  throw new EndedBadly(EXIT.failure);
}
