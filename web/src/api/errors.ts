/** A failed request, with what the service said about it. */
export class ApiError extends Error {
  override readonly name = 'ApiError';

  /**
   * @param code GraphQL's `extensions.code`, `UNREACHABLE` when nothing answered, or `HTTP_<status>`
   * @param requestId names the request in the service's log
   */
  constructor(
    message: string,
    readonly code: string,
    readonly requestId?: string,
  ) {
    super(message);
  }
}

const NEXT_STEPS: Readonly<Record<string, string>> = {
  UNAUTHENTICATED: 'Sign in again.',
  FORBIDDEN:
    'Ask for access on the page of the asset, or ask who administers the policy; the rule that decided is named above.',
  NOT_FOUND: 'Check the link, or search for the asset by name.',
  BAD_USER_INPUT: 'Change the value named above and try again.',
  GRAPHQL_VALIDATION_FAILED: 'The explorer and the service are of different versions. Reload the page.',
  TOO_MANY_REQUESTS: 'Wait a moment, then try again.',
  UNAVAILABLE: 'The service is starting or one of its parts is down. Try again in a moment.',
  TIMEOUT: 'Ask for less, for example a smaller depth, and try again.',
  UNREACHABLE: 'Check that Cairn is running and that you are connected, then try again.',
};

/** What a person can do about a failure. */
export function nextStepOf(error: Error): string {
  const known = error instanceof ApiError ? NEXT_STEPS[error.code] : undefined;
  return known ?? 'Try again. If it stays, give the request id to whoever runs this service.';
}

/** Reads a failure out of a response body: GraphQL errors or problem details (RFC 9457). */
export function errorFromBody(status: number, body: unknown): ApiError {
  const { errors, detail, title, requestId } = (body ?? {}) as {
    errors?: readonly { message: string; extensions?: { code?: string; requestId?: string } }[];
    detail?: string;
    title?: string;
    requestId?: string;
  };
  const first = errors?.[0];
  if (first !== undefined)
    return new ApiError(
      first.message,
      first.extensions?.code ?? `HTTP_${status}`,
      first.extensions?.requestId,
    );
  const code = CODE_BY_STATUS[status] ?? `HTTP_${status}`;
  return new ApiError(detail ?? title ?? `The service answered with status ${status}.`, code, requestId);
}

const CODE_BY_STATUS: Readonly<Record<number, string>> = {
  400: 'BAD_USER_INPUT',
  401: 'UNAUTHENTICATED',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  429: 'TOO_MANY_REQUESTS',
  502: 'UNAVAILABLE',
  503: 'UNAVAILABLE',
  504: 'TIMEOUT',
};
