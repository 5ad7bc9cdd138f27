export { commitId, MAX_MESSAGE_LENGTH } from './commit.js';
export type { Commit } from './commit.js';
export { isAncestor, mergeBase, mergeBases } from './merge-base.js';
export type { ParentsLookup } from './merge-base.js';
export { mergeTrees } from './merge-trees.js';
export type {
  ConflictKind,
  ContentMerge,
  ContentResolver,
  MergeConflict,
  MergeInput,
  MergeOutcome,
  MergeStrategy,
  PathVersions,
  RowConflict,
} from './merge-trees.js';
export { parseAddress, parseRefName, parseRevision } from './names.js';
export type { Address, Revision, RevisionStart, RevisionStep } from './names.js';
