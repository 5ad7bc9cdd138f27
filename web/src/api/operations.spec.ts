import { readFileSync } from 'node:fs';
import { buildSchema, parse, validate } from 'graphql';
import { describe, expect, it } from 'vitest';
import type { Operation } from './client.js';
import * as governance from './governance.js';
import * as operations from './operations.js';

const schema = buildSchema(readFileSync(new URL('../../../schema.gql', import.meta.url), 'utf8'));

describe('the operations', () => {
  const { ACCESS, ACTIONS_OF: _, ...ofGovernance } = governance;
  const all = { ...operations, ...ofGovernance, ...ACCESS };
  it.each(Object.entries(all) as [string, Operation<unknown, unknown>][])(
    "%s fits the service's schema",
    (_, { text }) => {
      expect(validate(schema, parse(text))).toEqual([]);
    },
  );
});
