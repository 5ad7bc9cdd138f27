import { AuthorizationResponseError, ResponseBodyError } from 'oauth4webapi';

/** A sign-in, or its renewal, that came to nothing; the message is for people. */
export class ProviderError extends Error {
  override readonly name = 'ProviderError';

  /** @param isRefusal the provider said no, and will say no again; else it could not be asked */
  constructor(
    message: string,
    readonly isRefusal: boolean,
  ) {
    super(message);
  }
}

const MAX_WORDS = 200;

/**
 * One line of what somebody else wrote: bounded, and without characters that move, hide or break a line. It is shown as text, never as
 * markup.
 */
export function plain(text: string): string {
  const line = text
    .slice(0, MAX_WORDS * 5)
    .replace(/[\p{C}\p{Zl}\p{Zp}]/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  return line.length > MAX_WORDS ? `${line.slice(0, MAX_WORDS - 1).trimEnd()}…` : line;
}

/** Says what went wrong at the provider. What it sends is not trusted, and neither is who sent people back here. */
export function providerError(error: unknown): ProviderError {
  if (error instanceof ProviderError) return error;
  if (error instanceof AuthorizationResponseError || error instanceof ResponseBodyError) {
    const { error: code, error_description: description } = error;
    const said = description === undefined ? plain(code) : `${plain(description)} (${plain(code)})`;
    return new ProviderError(`The identity provider did not sign you in. It says: ${said}`, true);
  }
  if (error instanceof DOMException && (error.name === 'TimeoutError' || error.name === 'AbortError'))
    return new ProviderError('The identity provider does not answer.', false);
  // `fetch` tells no difference between the two.
  if (error instanceof TypeError && !('code' in error))
    return new ProviderError(
      'The identity provider cannot be reached from this page: it is away, or does not know this address as one that may ask it.',
      false,
    );
  const said = error instanceof Error ? plain(error.message) : 'an unknown error';
  return new ProviderError(`What the identity provider answered is not valid: ${said}`, true);
}
