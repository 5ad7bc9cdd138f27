import { StringDecoder } from 'node:string_decoder';
import { ClusterGarbageError } from '../../../platform/kubernetes/index.js';

/** Takes JSON lines out of chunks, however these are cut. */
export class JsonLines {
  private readonly decoder = new StringDecoder('utf8');
  private rest = '';

  /** @param maxChars of one line */
  constructor(private readonly maxChars: number) {}

  /** @returns the values of the lines that are whole now @throws {ClusterGarbageError} */
  push(chunk: Buffer): unknown[] {
    const lines = (this.rest + this.decoder.write(chunk)).split('\n');
    this.rest = lines.pop()!;
    if (this.rest.length > this.maxChars)
      throw new ClusterGarbageError(`a line is longer than ${this.maxChars}`);
    return lines.filter((line) => line.trim() !== '').map(parse);
  }
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw new ClusterGarbageError(`a line is no JSON: ${(error as Error).message.slice(0, 200)}`);
  }
}
