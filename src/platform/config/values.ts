import { isIP } from 'node:net';
import { z } from 'zod';

/** A TCP port; 0 takes a free one. */
export const port = z.coerce.number().int().min(0).max(65535);
/** 1 KiB to 64 GiB, in bytes. */
export const sizeBytes = z.coerce
  .number()
  .int()
  .min(1024)
  .max(64 * 1024 ** 3);
/** A URL of one of these protocols, each with its colon. */
export const url = (...protocols: string[]) =>
  z.string().refine((value) => protocols.includes(protocolOf(value)), {
    error: `must be a URL that starts with ${protocols.map((p) => `${p}//`).join(' or ')}`,
  });
/** A URL of the web, without TLS on this machine only. */
export const secureUrl = url('http:', 'https:').refine(
  (value) => protocolOf(value) !== 'http:' || isLoopback(new URL(value).hostname),
  { error: 'must be https:, but on this machine' },
);
export const otlpProtocol = z.enum(['http/protobuf', 'http/json']);
/** Items with commas between them, at least one and at most `max`. */
export const commaList = <T extends z.ZodType<string, string>>(item: T, max = 1_000) =>
  z
    .string()
    .transform((text) => text.split(',').map((part) => part.trim()))
    .pipe(z.array(item).min(1).max(max));

/** With its colon; empty when the value is not a URL. */
export function protocolOf(value: string): string {
  return URL.canParse(value) ? new URL(value).protocol : '';
}

/** Whether a host name or address is this machine only. */
export function isLoopback(host: string): boolean {
  return (
    host === 'localhost' ||
    host === '::1' ||
    host === '[::1]' ||
    (isIP(host) === 4 && host.startsWith('127.'))
  );
}
