import { describe, expect, test } from '@jest/globals';
import { parseNodeId } from './node-id.js';

const first = (nodeId: string) => {
  const { type, readings, version } = parseNodeId(nodeId);
  return { type, ...readings[0], version };
};

describe('ids of nodes', () => {
  test('a namespace with a scheme and a port is read whole', () => {
    expect(first('dataset:postgres://db:5432:shop.orders')).toEqual({
      ...{ type: 'dataset', namespace: 'postgres://db:5432', name: 'shop.orders' },
      ...{ field: undefined, version: undefined },
    });
    expect(first('datasetField:s3://bucket:a/b:email')).toMatchObject({
      ...{ type: 'datasetField', namespace: 's3://bucket', name: 'a/b', field: 'email' },
    });
  });

  test('every reading is given, for names that hold colons', () => {
    expect(parseNodeId('job:a:b:c').readings).toEqual([
      { namespace: 'a', name: 'b:c', field: undefined },
      { namespace: 'a:b', name: 'c', field: undefined },
    ]);
  });

  test('a version is a UUID after a hash; any other hash belongs to the name', () => {
    const version = '01a20a4d-0000-3000-8000-000000000001';
    expect(first(`dataset:db:t#${version.toUpperCase()}`)).toMatchObject({ name: 't', version });
    expect(first('dataset:db:t#1')).toMatchObject({ name: 't#1', version: undefined });
  });

  test.each(['', 'dataset', 'dataset:db', 'dataset::t', 'datasetField:db:t', 'run:a:b', 'model:a:b'])(
    '%j is refused',
    (nodeId) => {
      expect(() => parseNodeId(nodeId)).toThrow('nodeId: must be dataset:NAMESPACE:NAME');
    },
  );

  test('a flood of colons is refused before anything is asked of it', () => {
    expect(() => parseNodeId(`datasetField:${'a:'.repeat(25)}b`)).toThrow('at most 24 colons');
    expect(() => parseNodeId(`dataset:${'a'.repeat(5_000)}:b`)).toThrow('at most 4,000 characters');
  });
});
