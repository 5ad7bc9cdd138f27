/** Injection token of {@link AuditRoots}, which a room provides that may use the object store. */
export const AUDIT_ROOTS = Symbol('AuditRoots');

/** Where roots are kept, outside of the database. Nothing replaces or removes one. */
export interface AuditRoots {
  /** @returns false when there is one of that name; it stays as it is */
  add(name: string, text: string): Promise<boolean>;
  read(name: string): Promise<string | undefined>;
  /** Names of all, in order. */
  list(): AsyncIterable<string>;
}
