import { createHash, createHmac } from 'node:crypto';
import type { Mask } from '../../../policy/index.js';
import { isoDay } from './iso-time.js';

/** What `redact` puts in the place of values. */
const REDACTED = 'REDACTED';

/** Masks the text of a value; undefined is no value. */
export type TextMask = (value: string | undefined) => string | undefined;

/** A mask over texts. @param key of the installation, for `hmac` */
export function textMask(mask: Mask, key: Uint8Array): TextMask {
  const ofValue = (change: (value: string) => string | undefined): TextMask => {
    return (value) => (value === undefined ? undefined : change(value));
  };
  switch (mask.kind) {
    case 'null':
      return () => undefined;
    // Which values are missing is not told either.
    case 'redact':
      return () => REDACTED;
    case 'constant':
      return () => mask.text;
    case 'sha256':
      return ofValue((value) => createHash('sha256').update(value).digest('hex'));
    case 'hmac':
      return ofValue((value) => createHmac('sha256', key).update(value).digest('hex'));
    case 'partial':
      return ofValue((value) => partial(value, mask.shown));
    case 'date':
      return ofValue((value) => truncated(value, mask.part));
  }
}

/** The constant that stands for every value, if the mask has one. */
export function constantOf(mask: Mask): string | undefined {
  if (mask.kind === 'redact') return REDACTED;
  return mask.kind === 'constant' ? mask.text : undefined;
}

function partial(value: string, shown: number): string {
  const characters = [...value];
  const hidden = characters.length > shown ? characters.length - shown : characters.length;
  return '*'.repeat(hidden) + characters.slice(hidden).join('');
}

function truncated(value: string, part: 'year' | 'month' | 'day'): string | undefined {
  const day = isoDay(value);
  if (day === undefined || part === 'day') return day;
  return part === 'year' ? `${day.slice(0, 4)}-01-01` : `${day.slice(0, 7)}-01`;
}
