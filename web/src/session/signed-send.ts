import { createSend, type Send } from '../api/client.js';
import { ApiError } from '../api/errors.js';
import type { Session } from './session.js';

/** A client of whoever is signed in: it renews tokens, and lets the session end when the service takes none any more. */
export function signedSend(session: Session): Send {
  return async (operation, variables, signal) => {
    const token = await tokenOf(session);
    try {
      return await createSend(token)(operation, variables, signal);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      const another = await tokenOf(session, { token, why: error.message });
      try {
        return await createSend(another)(operation, variables, signal);
      } catch (again) {
        if (isRefusal(again)) session.end(again.message);
        throw again;
      }
    }
  };
}

async function tokenOf(session: Session, refused?: { token: string; why: string }): Promise<string> {
  const token = await session.token(refused).catch((error: Error) => {
    throw new ApiError(error.message, 'UNREACHABLE');
  });
  if (token === undefined) throw new ApiError(refused?.why ?? 'Nobody is signed in.', 'UNAUTHENTICATED');
  return token;
}

function isRefusal(error: unknown): error is ApiError {
  return error instanceof ApiError && error.code === 'UNAUTHENTICATED';
}
