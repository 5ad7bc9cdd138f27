export { LocalObjectStore } from './drivers/local/local-object-store.js';
export type {
  DirectTransfers,
  DownloadAs,
  SignedPart,
  SignedRequest,
  SignedUpload,
  UploadPlace,
} from './direct-transfers.js';
export { CorruptObjectError, ObjectNotFoundError } from './errors.js';
export type {
  ByteRange,
  ExpectedObject,
  ObjectBody,
  ObjectStore,
  StoreCapabilities,
  StoredObject,
} from './object-store.js';
export type { ForeignObject, ImportSource } from './imports/import-source.js';
export type { ImportSources } from './imports/import-sources.js';
export { ImportedObjects } from './imports/imported-objects.js';
export type { ImportedObject } from './imports/imported-objects.js';
export type { KeptDocuments } from './kept/kept-documents.js';
export { Ledger } from './ledger/ledger.js';
export { isSha256, parseSha256, sha256Of } from './sha256.js';
export type { Sha256 } from './sha256.js';
export { IMPORT_SOURCES, KEPT_DOCUMENTS, OBJECT_STORE, StorageModule } from './storage.module.js';
export { ofLength } from './verified.js';
