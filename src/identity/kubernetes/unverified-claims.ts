import { decodeJwt } from 'jose';
import { z } from 'zod';

/** What a token says of itself. Nobody has verified it: good for choosing who does, and for asking no one about what cannot be. */
export interface UnverifiedClaims {
  readonly issuer: string;
  readonly audiences: readonly string[];
  readonly expiresAt: number;
}

const CLAIMS = z.object({
  iss: z.string().min(1).max(500),
  aud: z.union([z.string().transform((one) => [one]), z.array(z.string())]),
  exp: z.number().positive().max(8_640_000_000_000),
});

/** @returns undefined for what is no JWT with the claims that a token of a service account has */
export function unverifiedClaims(token: string): UnverifiedClaims | undefined {
  try {
    const { iss, aud, exp } = CLAIMS.parse(decodeJwt(token));
    return { issuer: iss, audiences: aud, expiresAt: exp * 1000 };
  } catch {
    return undefined;
  }
}
