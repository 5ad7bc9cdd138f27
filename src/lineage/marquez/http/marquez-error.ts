import { HttpException } from '@nestjs/common';
import { DomainError, problemOf } from '../../../platform/index.js';

/** A failure as Marquez's clients read it. Source: Dropwizard's `ErrorMessage`. */
export interface MarquezError {
  readonly code: number;
  readonly message: string;
}

/** Something that Marquez lets its clients write, and that follows from events here. */
export class MarquezWriteError extends DomainError {
  readonly kind = 'invalid-input';
  constructor(readonly route: string) {
    super(
      `${route} is not served: namespaces, sources, datasets, jobs and runs follow from OpenLineage events. Send events to POST /api/v1/lineage.`,
      { route },
    );
  }
}

const METHOD_NOT_ALLOWED = 405;

/** What a client may know of any thrown value. */
export function marquezErrorOf(error: unknown): MarquezError {
  if (error instanceof MarquezWriteError) return { code: METHOD_NOT_ALLOWED, message: error.message };
  const { status, detail, requestId } = problemOf(error);
  const isKnown = error instanceof DomainError || error instanceof HttpException || status < 500;
  return { code: status, message: isKnown ? detail : `${detail} (request ${requestId ?? 'unknown'})` };
}
