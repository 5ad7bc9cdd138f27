import { describe, expect, test } from '@jest/globals';
import { batched } from './batched.js';
import { DatabaseUnavailableError } from './errors.js';

/** Loads that end when they are told to. */
function controlled() {
  const loads: {
    keys: readonly string[];
    end: (found: Map<string, string>) => void;
    fail: (error: Error) => void;
  }[] = [];
  const read = batched<string>((keys) => new Promise((end, fail) => loads.push({ keys, end, fail })));
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  return { loads, read, turn };
}

describe('reads in batches', () => {
  test('what is asked for while a query is under way is asked together after it, each key once', async () => {
    const { loads, read, turn } = controlled();
    const first = read('a');
    await turn();
    const later = ['a', 'b', 'b', 'none'].map(read);
    await turn();
    expect(loads.map(({ keys }) => keys)).toEqual([['a']]);
    loads[0]!.end(new Map([['a', 'old']]));
    expect(await first).toBe('old');
    await turn();
    expect(loads[1]!.keys).toEqual(['a', 'b', 'none']);
    loads[1]!.end(
      new Map([
        ['a', 'new'],
        ['b', 'B'],
      ]),
    );
    expect(await Promise.all(later)).toEqual(['new', 'B', 'B', undefined]);
  });

  test('while the database is away all fail together, and are not asked for one by one', async () => {
    const { loads, read, turn } = controlled();
    const failing = Promise.allSettled(['a', 'b', 'c'].map(read));
    await turn();
    loads[0]!.fail(new DatabaseUnavailableError('ECONNREFUSED'));
    expect((await failing).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(loads).toHaveLength(1);
  });

  test('a query that fails fails those that it was for, and no others', async () => {
    const { loads, read, turn } = controlled();
    const failing = read('a').catch((error: Error) => error.message);
    await turn();
    const later = read('a');
    await turn();
    loads[0]!.fail(new Error('away'));
    expect(await failing).toBe('away');
    await turn();
    loads[1]!.end(new Map([['a', 'back']]));
    expect(await later).toBe('back');
  });

  test('a key that cannot be asked for fails alone', async () => {
    const read = batched<string>(async (keys) => {
      if (keys.includes('bad')) throw new Error('a NUL');
      return new Map(keys.map((key) => [key, key.toUpperCase()]));
    });
    const outcomes = await Promise.allSettled(['a', 'bad', 'b'].map(read));
    expect(outcomes).toMatchObject([
      { value: 'A' },
      { status: 'rejected', reason: new Error('a NUL') },
      { value: 'B' },
    ]);
  });
});
