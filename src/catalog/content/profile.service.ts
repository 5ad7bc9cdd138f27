import { Inject, Injectable } from '@nestjs/common';
import { Database, LOGGER, type Logger } from '../../platform/index.js';
import { OBJECT_STORE, type ObjectStore, type Sha256 } from '../../storage/index.js';
import {
  type ContentProfile,
  diffProfiles,
  objectReader,
  profile,
  type ProfileDiff,
} from '../profiles/index.js';
import type { TreeEdit } from '../trees/index.js';

/** The bytes at a path. */
export interface ProfiledEntry {
  readonly path: string;
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly contentType?: string;
}

/** Files profiled at once during a commit. */
const AT_ONCE = 4;

/**
 * Schema, row counts and statistics of files: read at commit, kept by the digest of the bytes and what the path says of their
 * format, so that the same bytes are read once.
 */
@Injectable()
export class ProfileService {
  constructor(
    private readonly database: Database,
    @Inject(OBJECT_STORE) private readonly objects: ObjectStore,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  /** Reads what a commit is about to add. A file that cannot be read gets a profile that says so; the commit goes on. */
  async prepare(edits: readonly TreeEdit[]): Promise<void> {
    const pending = edits.flatMap(({ path, entry }) => (entry === undefined ? [] : [{ path, ...entry }]));
    const worker = async () => {
      for (let entry = pending.pop(); entry; entry = pending.pop()) await this.read(entry);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
  }

  async find(entry: ProfiledEntry): Promise<ContentProfile | undefined> {
    const [row] = await this.database.query<{ profile: ContentProfile }>(
      'SELECT profile FROM content_profile WHERE sha256 = $1 AND hint = $2',
      [entry.sha256, hintOf(entry)],
    );
    return row?.profile;
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

  private async read(entry: ProfiledEntry): Promise<void> {
    if (await this.find(entry)) return;
    const stored = { sha256: entry.sha256 as Sha256, sizeBytes: entry.sizeBytes };
    const found = await profile(objectReader(this.objects, stored), entry).catch((error: unknown) => {
      this.log.warn(
        { err: error, path: entry.path, sha256: entry.sha256 },
        'catalog: a file could not be profiled',
      );
      return undefined;
    });
    if (!found) return;
    await this.database.query(
      'INSERT INTO content_profile (sha256, hint, profile) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING',
      [entry.sha256, hintOf(entry), JSON.stringify(found)],
    );
  }
}

/** What decides the format beside the bytes: the end of the name and the media type. */
function hintOf({ path, contentType }: ProfiledEntry): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const dot = name.lastIndexOf('.');
  return `${dot < 0 ? '' : name.slice(dot).toLowerCase()} ${contentType ?? ''}`;
}
