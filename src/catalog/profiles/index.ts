export { bytesReader, objectReader } from './content-reader.js';
export type { ContentReader } from './content-reader.js';
export { diffProfiles, isBackwardCompatible } from './diff-profiles.js';
export type {
  ColumnStatistics,
  Compatibility,
  FieldChange,
  ProfileDiff,
  StatisticsChange,
} from './diff-profiles.js';
export { formatOf, profile } from './profile-content.js';
export type { ContentHint } from './profile-content.js';
export { MAX_SCAN_BYTES } from './profile.js';
export type { ColumnProfile, ContentProfile, ModelProfile, ModelValue, ProfileFormat } from './profile.js';
