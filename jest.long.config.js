import base from './jest.config.js';

/** Long histories: several replicas, many orders, everybody at every door; start with `npm run test:long`. */
export default {
  ...base,
  testMatch: ['**/*.long-spec.ts'],
  testTimeout: 120_000,
  globals: { EVENTUALLY_MS: 100_000 },
};
