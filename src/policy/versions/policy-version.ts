import type { BundleFile } from '../bundle/bundle.js';

/** How files came in, or that an earlier version was called back. */
export type SourceKind = 'directory' | 'git' | 'apply' | 'rollback';

/** What proves where files come from: a manifest that lists them, and its signature, as they came. */
export interface Proof {
  readonly manifest: string;
  readonly signature: string;
  /** Short name of the public key that made it good. */
  readonly signedBy: string;
  /** {@link Manifest.sequence} */
  readonly sequence: number;
}

/** How many findings there were as it came in. */
export interface VersionReport {
  readonly files: number;
  readonly rules: number;
  readonly warnings: number;
}

/** A version as it is kept: whole, so that it can answer again. */
export interface StoredVersion {
  /** {@link Bundle.version} */
  readonly version: string;
  /** Of the exact files, see `contentDigest`: other comments and cases make another digest of the same version. */
  readonly digest: string;
  readonly files: readonly BundleFile[];
  readonly proof: Omit<Proof, 'sequence'> | undefined;
  readonly source: SourceKind;
  /** Commit, or what else the source names its content by. */
  readonly sourceRef: string | undefined;
  /** Subject who handed it in, or `source`. */
  readonly storedBy: string;
  readonly reason: string;
  readonly report: VersionReport;
}

/** Which version answers. `generation` grows by one with each move, and with nothing else. */
export interface LivePointer {
  readonly version: string;
  readonly digest: string;
  readonly generation: number;
  readonly changedAt: Date;
  readonly changedBy: string;
}

/** One move of the pointer. */
export interface PolicyMove {
  readonly generation: number;
  readonly version: string;
  readonly fromVersion: string | null;
  readonly source: SourceKind;
  readonly sourceRef: string | null;
  readonly signedBy: string | null;
  readonly sequence: number | null;
  readonly movedBy: string;
  readonly reason: string;
  readonly movedAt: Date;
}
