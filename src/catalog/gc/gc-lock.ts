/**
 * Advisory lock: whoever puts a ref on a commit that is there already holds it shared until the ref is written, so that the commit is
 * not collected in between. Any number that no other advisory lock of the service uses.
 */
export const GC_LOCK = 4_600_002;
