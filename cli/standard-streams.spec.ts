import { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import { endWithOutput, writeWaiting } from './standard-streams.js';

function failing(error: object): { codes: number[]; said: string } {
  const codes: number[] = [];
  let said = '';
  const stdout = new EventEmitter();
  const stderr = Object.assign(new EventEmitter(), { write: (text: unknown) => (said += String(text)) });
  endWithOutput({ stdout, stderr }, (code) => codes.push(code));
  stdout.emit('error', error);
  return { codes, said };
}

describe('standard output', () => {
  test('a reader that has enough ends the command without a word, as SIGPIPE does', () => {
    expect(failing({ code: 'EPIPE', message: 'write EPIPE' })).toEqual({ codes: [141], said: '' });
  });

  test('a full disk is told', () => {
    const { codes, said } = failing({ code: 'ENOSPC', message: 'ENOSPC: no space left on device, write' });
    expect(codes).toEqual([1]);
    expect(said).toBe('cairn: standard output: ENOSPC: no space left on device, write\n');
  });

  test('bytes wait for a slow reader', async () => {
    const pipe = new PassThrough({ highWaterMark: 4 });
    const order: string[] = [];
    const written = writeWaiting(pipe, Buffer.from('12345678')).then(() => order.push('written'));
    await new Promise(setImmediate);
    order.push('read');
    pipe.resume();
    await written;
    expect(order).toEqual(['read', 'written']);
  });
});
