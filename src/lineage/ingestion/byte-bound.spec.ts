import { describe, expect, it } from '@jest/globals';
import { ByteBound } from './byte-bound.js';
import { IngestionOverloadedError } from './errors.js';

describe('a bound of bytes', () => {
  it('holds what fits while work goes on, and refuses the rest before it begins', async () => {
    const bound = new ByteBound(10);
    let end!: () => void;
    const first = bound.during(8, () => new Promise<void>((resolve) => (end = resolve)));
    let begun = 0;
    await expect(bound.during(3, () => void begun++)).rejects.toThrow(IngestionOverloadedError);
    await bound.during(2, () => void begun++);
    end();
    await first;
    await bound.during(10, () => void begun++);
    expect(begun).toBe(2);
  });

  it('forgets what failed', async () => {
    const bound = new ByteBound(10);
    const failing = bound.during(10, () => Promise.reject(new RangeError('failed')));
    await expect(failing).rejects.toThrow(RangeError);
    expect(await bound.during(10, () => 'done')).toBe('done');
  });
});
