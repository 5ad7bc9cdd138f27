import type { Sha256 } from '../../storage/index.js';
import type { TreeEntry } from '../trees/index.js';

const ESCAPES: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };

/**
 * Changes out of the text form of COPY: `path, sha256, size_bytes, content_type, metadata`, `\N` for NULL; without a digest the path
 * is removed. Source: PostgreSQL, COPY, "Text Format".
 */
export async function* copiedChanges(
  chunks: AsyncIterable<Buffer>,
): AsyncGenerator<{ readonly path: string; readonly entry: TreeEntry | undefined }> {
  let rest = '';
  const decoder = new TextDecoder('utf-8', { fatal: true });
  for await (const chunk of chunks) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop()!;
    for (const line of lines) yield parseLine(line);
  }
}

function parseLine(line: string): { readonly path: string; readonly entry: TreeEntry | undefined } {
  const [path, sha256, sizeBytes, contentType, metadata] = line.split('\t') as [
    string,
    string,
    string,
    string,
    string,
  ];
  if (sha256 === '\\N') return { path: unescape(path), entry: undefined };
  const entry = { sha256: sha256 as Sha256, sizeBytes: Number(sizeBytes) };
  if (contentType === '\\N' && metadata === '\\N') return { path: unescape(path), entry };
  return {
    path: unescape(path),
    entry: {
      ...entry,
      ...(contentType !== '\\N' && { contentType: unescape(contentType) }),
      ...(metadata !== '\\N' && { metadata: JSON.parse(unescape(metadata)) as Record<string, string> }),
    },
  };
}

function unescape(text: string): string {
  return text.includes('\\') ? text.replace(/\\(.)/gs, (_, char: string) => ESCAPES[char] ?? char) : text;
}
