import path from 'node:path';
import type { Readable } from 'node:stream';
import { Inject, Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import pLimit from 'p-limit';
import { Database, jsonText, LOGGER, type Logger } from '../../platform/index.js';
import { OBJECT_STORE, type ObjectStore, type Sha256 } from '../../storage/index.js';
import { LocalCopies } from '../merging/local-copies.js';
import { TaskRunner } from '../merging/task-runner.js';
import {
  type ContentProfile,
  type ContentReader,
  diffProfiles,
  formatOf,
  MAX_SCAN_BYTES,
  objectReader,
  profile,
  type ProfileDiff,
} from '../profiles/index.js';
import type { ShownContent } from '../obligations/obliged-content.js';
import type { TreeEdit } from '../trees/index.js';

/** The bytes at a path. */
export interface ProfiledEntry {
  readonly path: string;
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly contentType?: string;
}

/** Files profiled at once. */
const AT_ONCE = 4;
/** Files of a commit that are profiled before it lands; the others when somebody asks. */
const MAX_PREPARED = 1000;
/** Larger texts are read in a child process: a second of work for each 25 MiB. */
const MAX_INLINE_BYTES = 1024 * 1024;
const TIMEOUT_MS = 120_000;
/** A file that could not be read is not tried again for so long. */
const RETRY_MS = 600_000;

/**
 * Schema, row counts and statistics of files, kept by the digest of the bytes and what the path says of their format, so that
 * the same bytes are read once: at commit, or when they are first asked for.
 */
@Injectable()
export class ProfileService {
  private readonly limit = pLimit(AT_ONCE);
  private readonly pending = new Map<string, Promise<ContentProfile | undefined>>();
  private readonly failed = new LRUCache<string, true>({ max: 10_000, ttl: RETRY_MS });

  constructor(
    private readonly database: Database,
    private readonly copies: LocalCopies,
    private readonly tasks: TaskRunner,
    @Inject(OBJECT_STORE) private readonly objects: ObjectStore,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  /** Reads what a commit is about to add. A file that cannot be read gets a profile that says so; the commit goes on. */
  async prepare(edits: readonly TreeEdit[]): Promise<void> {
    const entries = edits.flatMap(({ path, entry }) => (entry === undefined ? [] : [{ path, ...entry }]));
    const profiled = entries.filter((entry) => formatOf(entry) !== undefined).slice(0, MAX_PREPARED);
    // Not all at once: each asks the database first, whose connections are few.
    const turn = pLimit(AT_ONCE);
    await Promise.all(profiled.map((entry) => turn(() => this.find(entry))));
  }

  /** @returns `undefined` for formats that are not profiled, and for a file that could not be read now */
  async find(entry: ProfiledEntry): Promise<ContentProfile | undefined> {
    if (formatOf(entry) === undefined) return undefined;
    const hint = hintOf(entry);
    const [row] = await this.database.query<{ profile: ContentProfile }>(
      'SELECT profile FROM content_profile WHERE sha256 = $1 AND hint = $2',
      [entry.sha256, hint],
    );
    if (row !== undefined) return row.profile;
    const id = `${entry.sha256} ${hint}`;
    if (this.failed.has(id)) return undefined;
    const found = this.pending.get(id) ?? this.limit(() => this.readOnce(entry, id));
    this.pending.set(id, found);
    return found.finally(() => this.pending.delete(id));
  }

  /** Reads what somebody gets of a file; nothing of it is kept. @returns `undefined` when it could not be read now */
  async read(at: string, shown: ShownContent): Promise<ContentProfile | undefined> {
    const { entry } = shown;
    const chunksOf = async (start: number, end: number): Promise<Uint8Array> =>
      Buffer.concat(await (await shown.open({ start, end })).toArray());
    const entryAt = { path: at, ...entry };
    if (formatOf(entryAt) === undefined) return undefined;
    try {
      return await this.limit(() =>
        this.profile(entryAt, { sizeBytes: entry.sizeBytes, read: chunksOf }, (end) =>
          shown.open({ start: 0, end }),
        ),
      );
    } catch (error) {
      this.log.warn({ err: error, path: at }, 'catalog: a masked file could not be profiled');
      return undefined;
    }
  }

  /** Undefined unless both sides exist and could be read. */
  async compare(
    before: ProfiledEntry | undefined,
    after: ProfiledEntry | undefined,
  ): Promise<ProfileDiff | undefined> {
    if (!before || !after) return undefined;
    const [left, right] = await Promise.all([this.find(before), this.find(after)]);
    return left && right && diffProfiles(left, right);
  }

  private async readOnce(entry: ProfiledEntry, id: string): Promise<ContentProfile | undefined> {
    const stored = { sha256: entry.sha256 as Sha256, sizeBytes: entry.sizeBytes };
    const reader = objectReader(this.objects, stored);
    const openHead = (end: number) => this.objects.open(stored.sha256, { start: 0, end });
    const found = await this.profile(entry, reader, openHead).catch((error: unknown) => {
      this.log.warn(
        { err: error, path: entry.path, sha256: entry.sha256 },
        'catalog: a file could not be profiled',
      );
      return undefined;
    });
    if (found === undefined) {
      this.failed.set(id, true);
      return undefined;
    }
    await this.database.query(
      'INSERT INTO content_profile (sha256, hint, profile) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING',
      [entry.sha256, hintOf(entry), jsonText(found)],
    );
    return found;
  }

  private profile(
    entry: ProfiledEntry,
    reader: ContentReader,
    openHead: (end: number) => Promise<Readable>,
  ): Promise<ContentProfile | undefined> {
    const format = formatOf(entry);
    const isText = format === 'csv' || format === 'json' || format === 'jsonl';
    if (!isText || entry.sizeBytes <= MAX_INLINE_BYTES) return profile(reader, entry);
    return this.copies.useHead(openHead, MAX_SCAN_BYTES, async (directory) => {
      const file = path.join(directory, 'head');
      const task = {
        kind: 'profile',
        file,
        hint: { path: entry.path, contentType: entry.contentType },
        sizeBytes: entry.sizeBytes,
      } as const;
      const result = await this.tasks.run(task, Math.min(entry.sizeBytes, MAX_SCAN_BYTES), TIMEOUT_MS);
      if (result.kind === 'lost') throw new Error(result.reason);
      return result.answer;
    });
  }
}

/** What decides the format beside the bytes: the end of the name and the media type. */
function hintOf({ path: at, contentType }: ProfiledEntry): string {
  const name = at.slice(at.lastIndexOf('/') + 1);
  const dot = name.lastIndexOf('.');
  return `${dot < 0 ? '' : name.slice(dot).toLowerCase()} ${contentType ?? ''}`;
}
