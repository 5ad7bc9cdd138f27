import { describe, expect, it } from 'vitest';
import { errorFromBody, nextStepOf } from './errors.js';

describe('a failed answer', () => {
  it('is told in the words of the GraphQL error, with its code and request id', () => {
    const body = {
      errors: [{ message: 'Rule D-001 denies it.', extensions: { code: 'FORBIDDEN', requestId: 'r1' } }],
    };
    expect(errorFromBody(200, body)).toMatchObject({
      message: 'Rule D-001 denies it.',
      code: 'FORBIDDEN',
      requestId: 'r1',
    });
  });

  it('is told in the words of problem details, with a code by status', () => {
    const problem = {
      status: 401,
      title: 'unauthenticated',
      detail: 'The token has expired.',
      requestId: 'r2',
    };
    expect(errorFromBody(401, problem)).toMatchObject({
      message: 'The token has expired.',
      code: 'UNAUTHENTICATED',
      requestId: 'r2',
    });
  });

  it.each([null, 'bad gateway', {}, { errors: [] }])(
    'says the status when the body says nothing: %j',
    (body) => {
      expect(errorFromBody(502, body).message).toContain('502');
    },
  );

  it('always says what to do next', () => {
    expect(nextStepOf(errorFromBody(401, {}))).toContain('Sign in');
    expect(nextStepOf(errorFromBody(418, {}))).toContain('Try again');
    expect(nextStepOf(new Error('x'))).toContain('Try again');
  });
});
