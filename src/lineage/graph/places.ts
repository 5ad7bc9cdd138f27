const UUID_CHARS = 36;

/**
 * The asset at a place of a walk. A place is an asset, or a job as it is come to from one dataset where statements say which of its inputs
 * flow into which of its outputs: then only these are gone on to.
 */
export function assetOfPlace(place: string): string {
  return place.slice(0, UUID_CHARS);
}

/** The dataset from which a job is come to, where that counts. */
export function viaOfPlace(place: string): string | undefined {
  return place.length > UUID_CHARS ? place.slice(UUID_CHARS + 1) : undefined;
}

/** A column of an asset. */
export interface ColumnPlace {
  readonly assetId: string;
  readonly column: string;
}

/** A column's place in a walk. */
export function placeOfColumn({ assetId, column }: ColumnPlace): string {
  return `${assetId} ${column}`;
}

export function columnOfPlace(place: string): ColumnPlace {
  return { assetId: place.slice(0, UUID_CHARS), column: place.slice(UUID_CHARS + 1) };
}
