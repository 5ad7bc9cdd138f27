import { describe, expect, it } from '@jest/globals';

import { sha256Of } from '../../storage/index.js';
import { EMPTY_TREE } from '../trees/index.js';
import { commitId, MAX_MESSAGE_LENGTH, type Commit } from './index.js';

const first: Omit<Commit, 'id'> = {
  tree: EMPTY_TREE,
  parents: [],
  author: 'user:bob',
  committer: 'user:eve',
  committedAt: new Date('2026-01-02T03:04:05.678Z'),
  message: 'Start',
  metadata: { b: '2', a: '1', '10': 'x' },
};
const other = sha256Of(Buffer.from('other'));

describe('commit id', () => {
  it('stays what it was when the format was fixed', () => {
    expect(commitId(first)).toBe('6e149743f6ee035762b5140a36bcce82fb7bca94fd60b7f8af0a65508aaad97b');
  });

  it('does not depend on the order in which metadata was given', () => {
    expect(commitId({ ...first, metadata: { a: '1', '10': 'x', b: '2' } })).toBe(commitId(first));
  });

  it.each<[string, Partial<Commit>]>([
    ['tree', { tree: other }],
    ['parents', { parents: [other] }],
    ['author', { author: 'user:eve' }],
    ['committer', { committer: 'user:bob' }],
    ['time', { committedAt: new Date('2026-01-02T03:04:05.679Z') }],
    ['message', { message: 'start' }],
    ['metadata', { metadata: { a: '1' } }],
    ['text moved between fields', { author: 'user:', committer: 'bobuser:eve' }],
  ])('another %s is another commit', (_name, part) => {
    expect(commitId({ ...first, ...part })).not.toBe(commitId(first));
  });

  it.each<[string, Partial<Commit>]>([
    ['committedAt', { committedAt: new Date(Number.NaN) }],
    ['message', { message: 'x'.repeat(MAX_MESSAGE_LENGTH + 1) }],
    ['message', { message: '\ud800' }],
    ['metadata', { metadata: { a: '\udc00' } }],
  ])('a bad %s is refused by name', (field, part) => {
    expect(() => commitId({ ...first, ...part })).toThrow(`${field}: `);
  });
});
