import { MultiBar, type SingleBar } from 'cli-progress';
import pLimit from 'p-limit';
import type { Io } from '../io.js';
import { formatSize } from '../output/format.js';

/** Transfers at a time. */
const PARALLEL = 6;

/** Something to send or fetch. */
export interface TransferItem {
  readonly name: string;
  readonly sizeBytes: number;
}

/** Carries one item. @param onBytes to be told of each piece that went over */
type Carry<Item, Result> = (item: Item, onBytes: (count: number) => void) => Promise<Result>;

/**
 * Carries all items, a few at a time, with a bar for each under way and one for all when standard error is a terminal. The first
 * failure stops the ones that did not start, and is thrown when those under way have ended.
 * @returns results in the order of `items`
 */
export async function transferAll<Item extends TransferItem, Result>(
  io: Io,
  items: readonly Item[],
  carry: Carry<Item, Result>,
): Promise<Result[]> {
  const limit = pLimit(PARALLEL);
  const bars = new Bars(io, items);
  let isFailed = false;
  const settled = await Promise.allSettled(
    items.map((item) =>
      limit(async () => {
        if (isFailed) throw new NotStarted();
        const bar = bars.begin(item);
        try {
          return await carry(item, (count) => bars.advance(bar, count));
        } catch (error) {
          isFailed = true;
          throw error;
        } finally {
          bars.end(bar);
        }
      }),
    ),
  );
  bars.stop();
  const failures = settled.filter(({ status }) => status === 'rejected') as PromiseRejectedResult[];
  const failure = failures.find(({ reason }) => !(reason instanceof NotStarted));
  if (failure !== undefined) throw failure.reason;
  return settled.map((each) => (each as PromiseFulfilledResult<Result>).value);
}

class NotStarted extends Error {}

/** The same bytes, told piece by piece. */
export async function* counted(
  bytes: AsyncIterable<Uint8Array>,
  onBytes: (count: number) => void,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of bytes) {
    onBytes(chunk.byteLength);
    yield chunk;
  }
}

/** Progress on a terminal; nothing elsewhere. */
class Bars {
  private readonly multi: MultiBar | undefined;
  private readonly total: SingleBar | undefined;

  constructor({ stderr }: Io, items: readonly TransferItem[]) {
    if (stderr.isTTY !== true) return;
    this.multi = new MultiBar({
      stream: stderr as NodeJS.WriteStream,
      format: '{bar} {percentage}% {done}/{size} {name}',
      barsize: 24,
      hideCursor: true,
      clearOnComplete: true,
      fps: 8,
    });
    const bytes = items.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    this.total = this.create(bytes, `all ${items.length} files`);
  }

  begin({ sizeBytes, name }: TransferItem): SingleBar | undefined {
    return this.create(sizeBytes, name);
  }

  advance(bar: SingleBar | undefined, count: number): void {
    for (const each of [bar, this.total]) {
      if (each === undefined) continue;
      each.increment(count);
      each.update({ done: formatSize(Math.max(0, (each as unknown as { value: number }).value)) });
    }
  }

  end(bar: SingleBar | undefined): void {
    if (bar !== undefined) this.multi?.remove(bar);
  }

  stop(): void {
    this.multi?.stop();
  }

  private create(bytes: number, name: string): SingleBar | undefined {
    return this.multi?.create(Math.max(1, bytes), 0, { name, size: formatSize(bytes), done: '0 B' });
  }
}
