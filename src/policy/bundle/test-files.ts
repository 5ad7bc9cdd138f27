/** Folder of a bundle whose files say what the policy must answer. */
export const TESTS_FOLDER = 'tests';

/** Whether a file of a bundle, by its path, holds cases and no policy. */
export function isTestFile(path: string): boolean {
  return path.startsWith(`${TESTS_FOLDER}/`) && path.endsWith('.yaml');
}
