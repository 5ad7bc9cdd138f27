/** No node but the last of its level has fewer items, unless they are huge. So every level is far shorter than the one below. */
export const MIN_ITEMS = 32;
/** After those, one path in so many ends a node: a node has 64 items on average. */
export const ONE_IN = 32;
/** Ends a node however the paths hash, so that chosen paths cannot make one that is slow to edit. */
export const MAX_ITEMS = 256;
export const MAX_BYTES = 256 * 1024;
