import base from './jest.config.js';

/** Tests against real servers; start with `npm run test:services`, which brings the servers up. */
export default {
  ...base,
  testMatch: ['**/*.service-spec.ts'],
  testTimeout: 120_000,
  globals: { EVENTUALLY_MS: 100_000 },
  maxWorkers: 1,
};
