import { describe, expect, it } from '@jest/globals';
import { CommanderError } from 'commander';
import { ApiError, errorFromBody } from './api/api-error.js';
import { EndedBadly, EXIT, exitCodeOf, UsageError } from './exit-codes.js';

describe('the exit code', () => {
  it.each([
    ['BAD_USER_INPUT', 2],
    ['ALREADY_EXISTS', 3],
    ['CONFLICT', 3],
    ['UNAUTHENTICATED', 4],
    ['FORBIDDEN', 4],
    ['NOT_FOUND', 5],
    ['UNAVAILABLE', 6],
    ['UNREACHABLE', 6],
    ['TOO_MANY_REQUESTS', 6],
    ['INTERNAL_SERVER_ERROR', 1],
    ['CHECKSUM_MISMATCH', 1],
    ['something new', 1],
  ])('of a request that failed with %s is %d', (code, expected) => {
    expect(exitCodeOf(new ApiError('x', code))).toBe(expected);
  });

  it.each([
    [400, 2],
    [401, 4],
    [403, 4],
    [404, 5],
    [409, 3],
    [413, 1],
    [500, 1],
    [503, 6],
  ])('of an HTTP answer with status %d is %d', (status, expected) => {
    expect(exitCodeOf(errorFromBody(status, { detail: 'x' }))).toBe(expected);
  });

  it('of a misused command is 2, of asking for help 0, of conflicts what the command says', () => {
    expect(exitCodeOf(new UsageError('x'))).toBe(EXIT.usage);
    expect(exitCodeOf(new CommanderError(1, 'commander.missingArgument', 'x'))).toBe(EXIT.usage);
    expect(exitCodeOf(new CommanderError(0, 'commander.helpDisplayed', 'x'))).toBe(EXIT.ok);
    expect(exitCodeOf(new EndedBadly(EXIT.conflict))).toBe(EXIT.conflict);
  });

  it('of what nobody foresaw is 1', () => {
    expect(exitCodeOf(new RangeError('x'))).toBe(EXIT.failure);
    expect(exitCodeOf(undefined)).toBe(EXIT.failure);
  });
});

describe('a failed answer', () => {
  it('is told in the words of the first GraphQL error, with its details', () => {
    const extensions = { code: 'FORBIDDEN', rule: 'D-001' };
    const error = errorFromBody(200, { errors: [{ message: 'Denied by D-001.', extensions }] });
    expect(error).toMatchObject({
      message: 'Denied by D-001.',
      code: 'FORBIDDEN',
      details: { rule: 'D-001' },
    });
  });

  it('is told in the words of the Open Inference Protocol', () => {
    expect(errorFromBody(400, { error: 'input "x" is missing' }).message).toBe('input "x" is missing');
  });

  it.each([undefined, null, 'text', []])('names the status when its body says nothing: %j', (body) => {
    expect(errorFromBody(503, body).message).toContain('503');
  });
});
