/** A request that failed, in the service's words. */
export class ApiError extends Error {
  override readonly name = 'ApiError';

  /**
   * @param code GraphQL's `extensions.code`, its equal for an HTTP status, or `UNREACHABLE` when nothing answered
   * @param details what the service said beside the message: field, rule, request id …
   */
  constructor(
    message: string,
    readonly code: string,
    readonly details: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
  }
}

const CODE_BY_STATUS: Readonly<Record<number, string>> = {
  400: 'BAD_USER_INPUT',
  401: 'UNAUTHENTICATED',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  409: 'CONFLICT',
  413: 'TOO_LARGE',
  415: 'UNSUPPORTED_MEDIA',
  422: 'CHECKSUM_MISMATCH',
  429: 'TOO_MANY_REQUESTS',
  502: 'UNAVAILABLE',
  503: 'UNAVAILABLE',
  504: 'TIMEOUT',
  507: 'STORAGE_FULL',
};

interface FailedBody {
  readonly errors?: readonly {
    readonly message: string;
    readonly extensions?: Readonly<Record<string, unknown>>;
  }[];
  readonly detail?: unknown;
  readonly error?: unknown;
}

/** Reads a failure out of an answer's body: GraphQL errors, problem details (RFC 9457), or the `error` of the Open Inference Protocol. */
export function errorFromBody(status: number, body: unknown): ApiError {
  const { errors, ...problem } = (typeof body === 'object' && body !== null ? body : {}) as FailedBody;
  const statusCode = CODE_BY_STATUS[status] ?? `HTTP_${status}`;
  const first = errors?.[0];
  if (first !== undefined) {
    const { code, ...details } = first.extensions ?? {};
    return new ApiError(first.message, typeof code === 'string' ? code : statusCode, details);
  }
  const said = [problem.detail, problem.error].find((text) => typeof text === 'string');
  return new ApiError(
    said ??
      `The answer is HTTP ${status} and not in Cairn's words: is the URL that of a Cairn, or is a proxy in front of it?`,
    statusCode,
    { ...problem },
  );
}
