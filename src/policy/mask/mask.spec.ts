import { describe, expect, it } from '@jest/globals';
import { maskName, parseMask, strictestMask } from './mask.js';
import type { Mask } from './mask.js';

function mask(text: string): Mask {
  const parsed = parseMask(text);
  if (typeof parsed === 'string') throw new TypeError(parsed);
  return parsed;
}

describe('a mask', () => {
  it.each(['null', 'redact', 'sha256', 'partial:1', 'partial:32'])('%s is read and written alike', (text) => {
    expect(maskName(mask(text))).toBe(text);
  });

  it.each(['none', 'SHA256', 'partial', 'partial:0', 'partial:33', 'partial:04', 'md5', ''])(
    '%j is refused',
    (text) => {
      expect(parseMask(text)).toContain('is not a mask');
    },
  );

  it.each([
    [['partial:4', 'sha256'], 'sha256'],
    [['partial:4', 'partial:2'], 'partial:2'],
    [['sha256', 'redact', 'partial:1'], 'redact'],
    [['redact', 'null'], 'null'],
  ])('of %j the strictest is %s', (texts, expected) => {
    expect(strictestMask(texts.map(mask))).toEqual(mask(expected));
  });

  it('of none there is no strictest', () => {
    expect(strictestMask([])).toBeUndefined();
  });
});
