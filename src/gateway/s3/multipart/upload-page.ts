import { comparePaths } from '../../../catalog/index.js';
import type { MultipartUpload, UploadRepository } from './upload.repository.js';

const BATCH = 1_000;

/** An upload with its key, or a folder of keys of uploads. */
export type ListedUpload =
  { readonly key: string; readonly upload: MultipartUpload } | { readonly folder: string };

/** Uploads in the order of keys, then of their ids. */
export interface UploadPage {
  readonly items: readonly ListedUpload[];
  readonly isTruncated: boolean;
}

/**
 * A page of the uploads under way in a repository.
 * @param isFolding keys with a `/` behind the prefix are told as one folder
 * @param after the last key, or folder, and id of the page before
 */
export async function pageOfUploads(
  uploads: Pick<UploadRepository, 'list'>,
  repositoryId: string,
  { prefix, isFolding, limit, after }: UploadQuery,
): Promise<UploadPage> {
  const items: ListedUpload[] = [];
  let [at, last] = [after, after.key];
  const size = isFolding ? BATCH : limit + 1;
  for (;;) {
    const batch = limit === 0 ? [] : await uploads.list(repositoryId, prefix, at, size);
    for (const upload of batch) {
      const key = `${upload.branch}/${upload.path}`;
      const end = isFolding ? key.indexOf('/', prefix.length) : -1;
      const folder = end < 0 ? undefined : key.slice(0, end + 1);
      // What else is in a folder is passed over: the next batch begins with the first key behind it, as 0 comes after the slash.
      at = folder === undefined ? { key, id: upload.id } : { key: `${folder.slice(0, -1)}0`, id: '' };
      if (folder !== undefined && comparePaths(folder, last) <= 0) continue;
      if (items.length === limit) return { items, isTruncated: true };
      items.push(folder === undefined ? { key, upload } : { folder });
      last = folder ?? key;
    }
    if (batch.length < size) return { items, isTruncated: false };
  }
}

/** What a list of uploads asks for. */
export interface UploadQuery {
  readonly prefix: string;
  readonly isFolding: boolean;
  readonly limit: number;
  readonly after: { readonly key: string; readonly id: string };
}
