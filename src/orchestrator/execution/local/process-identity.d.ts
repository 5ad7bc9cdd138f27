/** See process-identity.js. */
export function identityOf(pid: number): string | undefined;
