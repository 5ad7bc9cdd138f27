import type { Claim } from '../api/governance-types.js';

/** A classification of an asset or a column, with all that is said of it. */
export interface TagOrigins {
  readonly tag: string;
  /** `effective`: it counts; `suggested`: somebody has to say; `rejected`: somebody said no. */
  readonly standing: 'effective' | 'suggested' | 'rejected';
  readonly claims: readonly Claim[];
  /** Of an asset as a whole: the columns that carry it. */
  readonly columns: readonly string[];
}

const ORDER = ['effective', 'suggested', 'rejected'] as const;

/** Classifications of one column, those that count first, then by name. */
export function tagsOfColumn(claims: readonly Claim[], column: string): TagOrigins[] {
  return grouped(claims.filter((claim) => claim.column === column));
}

/**
 * Classifications of an asset as a whole.
 * @param carried what the asset carries; of those that only its columns carry the columns are named
 */
export function tagsOfAsset(claims: readonly Claim[], carried: readonly string[]): TagOrigins[] {
  const own = grouped(claims.filter(({ column }) => column === null));
  const columnsOf = (tag: string): string[] => [
    ...new Set(
      claims.flatMap((claim) =>
        claim.tag === tag && claim.isEffective && claim.column !== null ? [claim.column] : [],
      ),
    ),
  ];
  const known = own.map((each): TagOrigins => ({
    ...each,
    standing: carried.includes(each.tag) ? 'effective' : each.standing,
    columns: columnsOf(each.tag),
  }));
  const others = carried
    .filter((tag) => !own.some((each) => each.tag === tag))
    .map((tag): TagOrigins => ({ tag, standing: 'effective', claims: [], columns: columnsOf(tag) }));
  return sorted([...known, ...others]);
}

/** What a chip says of where its classification comes from; nothing where people said it. */
export function originMark({ claims, standing }: TagOrigins): string | undefined {
  const counted = standing === 'effective' ? claims.filter(({ isEffective }) => isEffective) : claims;
  if (counted.some(({ origin }) => origin === 'hand')) return undefined;
  const scanner = counted.find(({ origin }) => origin === 'scanner');
  if (scanner !== undefined) return scanner.state === 'confirmed' ? undefined : percent(scanner.confidence);
  return counted.some(({ origin }) => origin === 'flow') ? 'flowed' : undefined;
}

/** How a claim came, as a headline. */
export function originTitle({ origin, source, confidence }: Claim): string {
  if (origin === 'hand') return 'Said by hand';
  if (origin === 'flow') return 'Flowed here';
  return `Scanner ${source ?? ''}, ${percent(confidence)} sure`.replace(' ,', ',');
}

/** What stands of a claim. */
export function claimStanding({ origin, state, author, isEffective }: Claim): string {
  if (origin === 'hand') return `by ${author}`;
  if (origin === 'flow') return isEffective ? 'from what the data was made of' : 'it does not count';
  if (state === 'confirmed') return `confirmed by ${author}`;
  if (state === 'rejected') return `dismissed by ${author}`;
  return isEffective ? 'it counts; nobody has confirmed it' : 'it does not count until somebody confirms it';
}

/** `97 %`; only what is certain is 100 %. */
export function percent(confidence: number): string {
  return `${confidence >= 1 ? 100 : Math.min(99, Math.round(confidence * 100))} %`;
}

function grouped(claims: readonly Claim[]): TagOrigins[] {
  const tags = new Map<string, Claim[]>();
  for (const claim of claims) tags.set(claim.tag, [...(tags.get(claim.tag) ?? []), claim]);
  return sorted(
    [...tags].map(([tag, said]) => ({ tag, claims: said, standing: standingOf(said), columns: [] })),
  );
}

function standingOf(claims: readonly Claim[]): TagOrigins['standing'] {
  if (claims.some(({ isEffective }) => isEffective)) return 'effective';
  return claims.every(({ state }) => state === 'rejected') ? 'rejected' : 'suggested';
}

function sorted(tags: readonly TagOrigins[]): TagOrigins[] {
  return [...tags].sort(
    (a, b) => ORDER.indexOf(a.standing) - ORDER.indexOf(b.standing) || a.tag.localeCompare(b.tag),
  );
}
