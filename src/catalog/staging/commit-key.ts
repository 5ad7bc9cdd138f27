/** Commits of what is staged on one branch happen one after the other: their operations' `serialKey`. */
export const commitKey = (repositoryId: string, branch: string): string => `commit:${repositoryId}:${branch}`;
