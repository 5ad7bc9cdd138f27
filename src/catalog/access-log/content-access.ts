/** By which door content was reached. */
export type AccessDoor = 's3' | 'rest' | 'mlflow';

/** What was done: the bytes or what is known of them were read, names were listed, a path was written or removed. */
export type AccessAction = 'read' | 'list' | 'write' | 'delete';

/** Who did what to which content. */
export interface ContentAccess {
  readonly repositoryId: string;
  readonly subject: string;
  readonly door: AccessDoor;
  readonly action: AccessAction;
  /** What was read at; absent for writes, which become part of a commit later. */
  readonly commitId?: string;
  /** The path was staged, and not part of that commit. */
  readonly isStaged: boolean;
  /** As it was asked for: a branch, a tag, a commit. */
  readonly revision: string;
  /** Of a list: the prefix. */
  readonly path: string;
  /** The part of the bytes that was asked for, half-open; absent for the whole. */
  readonly range?: { readonly start: number; readonly end: number };
}

/** An access as it was recorded. */
export interface RecordedAccess extends Omit<ContentAccess, 'repositoryId'> {
  readonly id: string;
  readonly at: Date;
  readonly requestId?: string;
}
