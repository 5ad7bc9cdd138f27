import { LineageDirectionEnum, LineageFilterInput } from './graph.model.js';

/** Arguments that several questions about a graph have, as GraphQL shows them. */
export const DIRECTION = { type: () => LineageDirectionEnum, defaultValue: 'both' } as const;

export const AS_OF = {
  type: () => Date,
  nullable: true,
  description: 'The instant, by the times of events. Default: now.',
} as const;

export const FILTER = {
  type: () => LineageFilterInput,
  nullable: true,
  description: 'The others are gone through.',
} as const;

export const AFTER = {
  type: () => String,
  nullable: true,
  description: '`pageInfo.endCursor` of the page before, with the same arguments.',
} as const;
