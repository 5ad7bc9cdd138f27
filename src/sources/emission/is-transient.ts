import { DomainError } from '../../platform/index.js';

/** Whether the same event may be taken later; anything else never will be as it is. */
export function isTransient(error: unknown): boolean {
  const passing = ['unavailable', 'too-many-requests', 'timeout', 'storage-full'];
  return error instanceof DomainError && passing.includes(error.kind);
}
