import { describe } from '@jest/globals';
import { planTable, selectsWhatIsAllowed } from './contract/plan-table.contract.js';

describe('a plan in PostgreSQL, at length', () => {
  selectsWhatIsAllowed(planTable(), 10_000);
});
