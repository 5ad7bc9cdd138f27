/** Outbox topic: a branch moved over commits. Payload: `{ assetId, from, to }`, ids of commits. Ordered per asset. */
export const CONTENT_LANDED = 'content.landed';
