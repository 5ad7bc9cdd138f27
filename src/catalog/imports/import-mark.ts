/** Key in an entry's metadata that marks imported content, and names its source. */
export const IMPORT_MARK = 'cairn.import';
