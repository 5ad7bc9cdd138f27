import { describe, expect, it } from '@jest/globals';
import { maskName, parseMask, strictestMask } from './mask.js';
import type { Mask } from './mask.js';

function mask(text: string): Mask {
  const parsed = parseMask(text);
  if (typeof parsed === 'string') throw new TypeError(parsed);
  return parsed;
}

describe('a mask', () => {
  it.each([
    'null',
    'redact',
    'constant:not shown',
    'hmac',
    'sha256',
    'partial:1',
    'partial:32',
    'date:year',
    'date:day',
  ])('%s is read and written alike', (text) => {
    expect(maskName(mask(text))).toBe(text);
  });

  it.each([
    'none',
    'SHA256',
    'partial',
    'partial:0',
    'partial:33',
    'partial:04',
    'md5',
    'date',
    'date:hour',
    'constant:',
    'constant: x',
    'constant:a;b',
    '',
  ])('%j is refused', (text) => {
    expect(parseMask(text)).toContain('is not a mask');
  });

  it.each([
    [['partial:4', 'sha256'], 'sha256'],
    [['partial:4', 'partial:2'], 'partial:2'],
    [['sha256', 'redact', 'partial:1'], 'redact'],
    [['redact', 'null'], 'null'],
    [['sha256', 'hmac'], 'hmac'],
    [['hmac', 'constant:b', 'constant:a'], 'constant:a'],
    [['date:day', 'date:month'], 'date:month'],
    [['date:day', 'sha256'], 'sha256'],
    [['date:day', 'partial:4'], 'redact'],
    [['partial:4', 'date:year', 'hmac'], 'hmac'],
  ])('of %j the strictest is %s', (texts, expected) => {
    expect(strictestMask(texts.map(mask))).toEqual(mask(expected));
  });

  it('of none there is no strictest', () => {
    expect(strictestMask([])).toBeUndefined();
  });
});
