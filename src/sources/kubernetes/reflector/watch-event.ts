import { z } from 'zod';
import { ClusterGarbageError } from '../../../platform/kubernetes/index.js';

/** A line of a watch. */
export type WatchEvent =
  | { readonly type: 'changed' | 'deleted'; readonly object: unknown; readonly resourceVersion: string }
  | { readonly type: 'bookmark'; readonly resourceVersion: string }
  | { readonly type: 'expired' }
  | { readonly type: 'error'; readonly status: number; readonly message: string };

const VERSIONED = z.object({ metadata: z.object({ resourceVersion: z.string().min(1) }) });
const LINE = z.object({
  type: z.enum(['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK', 'ERROR']),
  object: z.unknown(),
});
const STATUS = z.object({
  code: z.int().optional(),
  reason: z.string().optional(),
  message: z.string().optional(),
});

/** Reads a line. Source: Kubernetes, meta/v1 WatchEvent. @throws {ClusterGarbageError} */
export function readWatchEvent(line: unknown): WatchEvent {
  const parsed = LINE.safeParse(line);
  if (!parsed.success) throw new ClusterGarbageError('a line is no watch event');
  const { type, object } = parsed.data;
  if (type === 'ERROR') {
    const status = STATUS.safeParse(object).data ?? {};
    if (status.code === 410 || status.reason === 'Expired' || status.reason === 'Gone')
      return { type: 'expired' };
    return {
      type: 'error',
      status: status.code ?? 500,
      message: (status.message ?? 'no reason').slice(0, 1_000),
    };
  }
  const versioned = VERSIONED.safeParse(object);
  if (!versioned.success) throw new ClusterGarbageError('an object has no resourceVersion');
  const { resourceVersion } = versioned.data.metadata;
  if (type === 'BOOKMARK') return { type: 'bookmark', resourceVersion };
  return { type: type === 'DELETED' ? 'deleted' : 'changed', object, resourceVersion };
}

const PAGE = z.object({
  metadata: z.object({
    resourceVersion: z.string().min(1),
    continue: z.string().optional(),
  }),
  items: z.array(z.unknown()).nullish(),
});

/** A page of a list. */
export interface ListPage {
  readonly items: readonly unknown[];
  readonly resourceVersion: string;
  /** Asks for the next page. */
  readonly more?: string;
}

/** Reads a page. Source: Kubernetes, meta/v1 ListMeta. @throws {ClusterGarbageError} */
export function readListPage(body: unknown): ListPage {
  const parsed = PAGE.safeParse(body);
  if (!parsed.success) throw new ClusterGarbageError('it is no list');
  const { metadata, items } = parsed.data;
  return {
    items: items ?? [],
    resourceVersion: metadata.resourceVersion,
    ...(metadata.continue && { more: metadata.continue }),
  };
}
