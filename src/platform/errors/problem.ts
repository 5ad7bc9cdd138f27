import { HttpException } from '@nestjs/common';
import { currentRequestId } from '../logging/logger.js';
import { DomainError } from './domain-error.js';
import { ERROR_MAPPING } from './error-mapping.js';

/** A failure as HTTP tells it. Source: RFC 9457 (problem details), with `code` and `requestId` added. */
export interface Problem {
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  readonly code: string;
  readonly requestId?: string;
  readonly [detail: string]: unknown;
}

/** What a client may know of any thrown value. Unknown failures are told without their message, which may hold secrets. */
export function problemOf(error: unknown): Problem {
  const requestId = currentRequestId();
  if (error instanceof DomainError) {
    const { httpStatus } = ERROR_MAPPING[error.kind];
    return {
      ...error.details,
      status: httpStatus,
      title: error.kind,
      detail: error.message,
      code: error.code,
      requestId,
    };
  }
  const known = statusOf(error);
  if (known !== undefined && known < 500) {
    const { message, code } = error as Error & { code?: string };
    return { status: known, title: titleOf(known), detail: message, code: code ?? 'BadRequest', requestId };
  }
  return {
    status: known ?? 500,
    title: 'internal',
    detail: `Something went wrong in the service. Its log has the reason under request id ${requestId ?? '(none)'}.`,
    code: 'Internal',
    requestId,
  };
}

/** The status that Nest's or Fastify's own errors carry: no route, body too large, malformed JSON, wrong media type. */
function statusOf(error: unknown): number | undefined {
  if (error instanceof HttpException) return error.getStatus();
  const { statusCode } = (error ?? {}) as { statusCode?: unknown };
  return typeof statusCode === 'number' ? statusCode : undefined;
}

function titleOf(status: number): string {
  const kind = Object.entries(ERROR_MAPPING).find(([, mapping]) => mapping.httpStatus === status);
  return kind?.[0] ?? 'invalid-input';
}
