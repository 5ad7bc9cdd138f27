import { z } from 'zod';

/** Who says that something carries a classification: people, a scanner; or it flowed there from what it was made of. */
export const CLAIM_ORIGINS = ['hand', 'scanner', 'flow'] as const;
export type ClaimOrigin = (typeof CLAIM_ORIGINS)[number];

/** What people decided about a claim: nothing yet, that it is right, or that it is wrong, until it is asked again. */
export const CLAIM_STATES = ['suggested', 'confirmed', 'rejected'] as const;
export type ClaimState = (typeof CLAIM_STATES)[number];

/** Stands, as a column's name, for the asset as a whole. */
export const WHOLE_ASSET = '';

/** Of one asset or column by one origin; several of the same classification are kept beside each other. */
export interface Claim {
  readonly assetId: string;
  /** A field of a struct as `struct.field`; {@link WHOLE_ASSET} for the asset itself. */
  readonly column: string;
  readonly tag: string;
  readonly origin: ClaimOrigin;
  /** The scanner's name; empty for people. */
  readonly source: string;
  /** 0–1. */
  readonly confidence: number;
  readonly state: ClaimState;
  /** Whether it counts: said by hand or confirmed, or a scanner's above the configured confidence. */
  readonly isEffective: boolean;
  /** Subject of who said it, or decided about it last. */
  readonly author: string;
  readonly reason: string;
  readonly since: Date;
}

const PATTERN = /^[a-z][a-z0-9_-]{0,31}(\.[a-z0-9][a-z0-9_-]{0,31}){0,4}$/;

/** Of one asset or column, by one origin. */
export const MAX_TAGS = 50;
export const TAG = z.string().regex(PATTERN, 'must be a classification like pii or pii.email');
export const TAGS = z.array(TAG).max(MAX_TAGS);

const MAX_COLUMN = 1_000;

/** A column as callers name it; absent for the asset itself. */
export const COLUMN = z
  .string()
  .min(1)
  .max(MAX_COLUMN)
  .nullish()
  .transform((column) => column ?? WHOLE_ASSET);

export const REASON = z.string().trim().min(1, 'must say why').max(2_000);
