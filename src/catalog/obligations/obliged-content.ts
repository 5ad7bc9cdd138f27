import { createHash } from 'node:crypto';
import path from 'node:path';
import { Readable } from 'node:stream';
import type { FileHandle } from 'node:fs/promises';
import { Inject, Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { SecretBox } from '../../identity/index.js';
import { CONFIG, type Config } from '../../platform/index.js';
import type { Permit } from '../../policy/index.js';
import { type ByteRange, OBJECT_STORE, type ObjectStore } from '../../storage/index.js';
import { LocalCopies } from '../merging/local-copies.js';
import { tableFormatOf } from '../merging/table-format.js';
import type { TableFormat } from '../merging/table-task.js';
import { TaskRunner } from '../merging/task-runner.js';
import type { TreeEntry } from '../trees/index.js';
import { ContentWithheldError } from './errors.js';
import { type MaskedFile, MaskedFiles } from './masked-files.js';
import { maskDuration, obligedReads } from './metrics.js';
import { isPlain } from './read-access.js';
import type { TableObligations } from './table/table-obligations.js';

/** A file as its reader gets it. */
export interface ShownContent {
  /** Digest and size are of what the reader gets; metadata is left out where that is not the file as it was stored. */
  readonly entry: TreeEntry;
  /** Not as it was stored. */
  readonly isMasked: boolean;
  /** The bytes, whole or a part; whole ones of the stored file are verified while they pass. */
  open(range?: ByteRange): Promise<Readable>;
}

/** What is known of a file under some obligations, but for the masked file itself. */
type Verdict = { readonly kind: 'untouched' } | { readonly kind: 'unfit'; readonly reason: string };

const MAX_VERDICTS = 100_000;
/** Another one gives other bytes for the same file and obligations, as a new version of DuckDB may. */
const MASKING_VERSION = 1;

/** The one place where masks and row filters are carried out: whatever the door, the same file is the same bytes to the same reader. */
@Injectable()
export class ObligedContent {
  private readonly verdicts = new LRUCache<string, Verdict>({ max: MAX_VERDICTS });
  private readonly pending = new Map<string, Promise<MaskedFile | Verdict>>();
  private key: Promise<Buffer> | undefined;

  constructor(
    private readonly files: MaskedFiles,
    private readonly copies: LocalCopies,
    private readonly tasks: TaskRunner,
    private readonly secrets: SecretBox,
    @Inject(OBJECT_STORE) private readonly objects: ObjectStore,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * What the reader gets of a file. The permit says who that is: policy gave it for the repository of the file.
   * @throws {ContentWithheldError} masks or filters cannot be carried out on it
   */
  async show(at: string, entry: TreeEntry, permit: Permit): Promise<ShownContent> {
    if (isPlain(permit)) return this.plain(entry);
    const format = tableFormatOf([{ path: at, contentType: entry.contentType }]);
    if (typeof format !== 'string') throw this.withheld(at, `is no table, and ${format.reason}`, permit);
    const limit = this.config.CAIRN_MASK_MAX_BYTES;
    if (entry.sizeBytes > limit)
      throw this.withheld(
        at,
        `has ${entry.sizeBytes} bytes, more than the ${limit} that can be masked`,
        permit,
      );
    const obligations = obligationsOf(permit);
    const id = idOf(entry, format, obligations);
    const found = await this.find(id, entry, format, obligations);
    if ('sizeBytes' in found) {
      const { sha256, sizeBytes } = found;
      return {
        entry: {
          sha256,
          sizeBytes,
          ...(entry.contentType !== undefined && { contentType: entry.contentType }),
        },
        isMasked: true,
        open: async (range) => streamOf(await this.handle(id, entry, format, obligations), found, range),
      };
    }
    if (found.kind === 'untouched') return this.plain(entry);
    throw this.withheld(at, found.reason, permit);
  }

  /** Like {@link show}; undefined where that would throw, for lists: what cannot be had is not in them. */
  async showIfPossible(at: string, entry: TreeEntry, permit: Permit): Promise<ShownContent | undefined> {
    try {
      return await this.show(at, entry, permit);
    } catch (error) {
      if (error instanceof ContentWithheldError) return undefined;
      throw error;
    }
  }

  private plain(entry: TreeEntry): ShownContent {
    return { entry, isMasked: false, open: (range) => this.objects.open(entry.sha256, range) };
  }

  private withheld(at: string, reason: string, { masks, filters }: Permit): ContentWithheldError {
    obligedReads.inc({ outcome: 'withheld' });
    const rules = [...masks.flatMap((mask) => mask.rules), ...filters.map(({ rule }) => rule)];
    return new ContentWithheldError(at, reason, [...new Set(rules)]);
  }

  private async find(
    id: string,
    entry: TreeEntry,
    format: TableFormat,
    obligations: TableObligations,
  ): Promise<MaskedFile | Verdict> {
    const known = this.files.describe(id) ?? this.verdicts.get(id);
    if (known !== undefined) {
      obligedReads.inc({ outcome: 'known' });
      return known;
    }
    return this.make(id, entry, format, obligations);
  }

  /** A file that is here, made again if it was let go of. */
  private async handle(
    id: string,
    entry: TreeEntry,
    format: TableFormat,
    obligations: TableObligations,
  ): Promise<FileHandle> {
    for (;;) {
      const handle = await this.files.open(id);
      if (handle !== undefined) return handle;
      const made = await this.make(id, entry, format, obligations);
      if (!('sizeBytes' in made))
        throw new ContentWithheldError('The file', made.kind === 'unfit' ? made.reason : 'changed', []);
    }
  }

  /** Once for all who ask for it meanwhile. */
  private make(
    id: string,
    entry: TreeEntry,
    format: TableFormat,
    obligations: TableObligations,
  ): Promise<MaskedFile | Verdict> {
    const making =
      this.pending.get(id) ??
      this.carryOut(id, entry, format, obligations).finally(() => this.pending.delete(id));
    this.pending.set(id, making);
    return making;
  }

  private async carryOut(
    id: string,
    entry: TreeEntry,
    format: TableFormat,
    obligations: TableObligations,
  ): Promise<MaskedFile | Verdict> {
    const key = await this.maskKey();
    const end = maskDuration.startTimer({ format });
    const made = await this.copies.use({ raw: entry.sha256 }, async (directory) => {
      const task = { kind: 'mask', format, directory, obligations, key } as const;
      const result = await this.tasks.run(task, entry.sizeBytes, this.config.CAIRN_MASK_TIMEOUT_MS);
      // Not remembered: the next try may have the time and the memory.
      if (result.kind === 'lost')
        return { kind: 'unfit', reason: `cannot be masked: ${result.reason}` } as const;
      if (result.answer.kind !== 'written') return this.remember(id, result.answer);
      const kept = await this.files.keep(id, path.join(directory, 'result'));
      if (kept !== undefined) return kept;
      const limit = this.config.CAIRN_MASK_CACHE_BYTES;
      return this.remember(id, { kind: 'unfit', reason: `would be larger than ${limit} bytes once masked` });
    });
    end();
    obligedReads.inc({ outcome: 'made' });
    return made;
  }

  private remember(id: string, verdict: Verdict): Verdict {
    this.verdicts.set(id, verdict);
    return verdict;
  }

  private maskKey(): Promise<Buffer> {
    this.key ??= this.secrets.keyFor('masked values').catch((error: unknown) => {
      this.key = undefined;
      throw error;
    });
    return this.key;
  }
}

function obligationsOf({ masks, filters }: Permit): TableObligations {
  return {
    masks: masks.map(({ column, mask }) => ({ column, mask })),
    filters: filters.map(({ rule, filter }) => ({ rule, filter })),
  };
}

/** Names what a reader gets: the same for all who have the same done to the same bytes. */
function idOf({ sha256 }: TreeEntry, format: TableFormat, obligations: TableObligations): string {
  return createHash('sha256')
    .update(JSON.stringify([MASKING_VERSION, sha256, format, obligations]))
    .digest('hex');
}

async function streamOf(handle: FileHandle, { sizeBytes }: MaskedFile, range?: ByteRange): Promise<Readable> {
  const start = range?.start ?? 0;
  const end = Math.min(range?.end ?? sizeBytes, sizeBytes);
  if (end > start) return handle.createReadStream({ start, end: end - 1, autoClose: true });
  await handle.close();
  return Readable.from([]);
}
