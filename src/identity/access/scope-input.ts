import { z } from 'zod';

const MAX_NAMESPACES = 50;
const MAX_ACTIONS = 20;

/** What may be said of the scope of a new credential; which names there are policy knows. */
export const SCOPE = {
  namespaces: z.array(z.string().max(200)).min(1).max(MAX_NAMESPACES).nullish(),
  actions: z.array(z.string().max(200)).min(1).max(MAX_ACTIONS).nullish(),
};
