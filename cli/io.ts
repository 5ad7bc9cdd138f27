/** Where text goes. */
export interface Sink {
  write(text: string | Uint8Array): unknown;
  readonly isTTY?: boolean;
  /** Of streams, whose `write` answers `false` while more waits than they like: `drain` tells when it went out. */
  once?(event: 'drain', listener: () => void): unknown;
}

/** Everything a command touches besides the service and the files it is given; tests hand in their own. */
export interface Io {
  /** Results only. */
  readonly stdout: Sink;
  /** Messages and progress. */
  readonly stderr: Sink;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Relative paths start here. */
  readonly cwd: string;
  /** Standard input, for a token that must not be in the process list. */
  readonly stdin?: AsyncIterable<Uint8Array | string>;
}
