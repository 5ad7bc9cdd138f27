import { NotFoundError } from '../../platform/index.js';

/** Text by key, as people and MLflow clients set it. */
export type Tags = Readonly<Record<string, string>>;

/** A name under which versions of one model are numbered. It governs as the asset of its repository. */
export interface RegisteredModel {
  readonly id: string;
  /** 1–255 characters, unique in the service. */
  readonly name: string;
  readonly repositoryId: string;
  /** Name of the repository that holds the content of its versions. */
  readonly repository: string;
  readonly assetId: string;
  /** Of its asset, as are owners and classifications. */
  readonly description: string | null;
  readonly tags: Tags;
  readonly aliases: readonly Alias[];
  /** Subject. */
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** A name for a version that moves. */
export interface Alias {
  readonly alias: string;
  readonly version: number;
}

export const STAGES = ['None', 'Staging', 'Production', 'Archived'] as const;

/** How far a version has come. */
export type Stage = (typeof STAGES)[number];

/** A commit, and a place in it, with a number. It never changes but for description, tags, stage and aliases. */
export interface ModelVersion {
  readonly modelId: string;
  readonly model: string;
  /** Counts from 1 for each model, without gaps; never given twice. */
  readonly number: number;
  readonly repository: string;
  readonly assetId: string;
  readonly commitId: string;
  /** Where in the commit its files are: empty for all of it, else a folder without its slash. */
  readonly path: string;
  readonly description: string | null;
  readonly tags: Tags;
  readonly stage: Stage;
  readonly aliases: readonly string[];
  /** The run that it came from, of Cairn or of an MLflow client. */
  readonly runId: string | null;
  readonly runLink: string | null;
  readonly loggedModelId: string | null;
  /** What it was made from, as whoever registered it named it. */
  readonly source: string;
  readonly metrics: Readonly<Record<string, number>>;
  readonly params: Tags;
  /** Subject. */
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** A move of an alias or of a stage, or the deletion of a version. */
export interface ModelMove {
  readonly id: string;
  readonly kind: 'alias' | 'stage' | 'deletion';
  /** The alias, or the number of the version. */
  readonly subject: string;
  readonly from: string | null;
  readonly to: string | null;
  /** Subject of who moved it. */
  readonly actor: string;
  readonly at: Date;
}

export const modelNotFound = (name: string): NotFoundError => new NotFoundError('Registered model', name);
export const versionNotFound = (model: string, version: number | string): NotFoundError =>
  new NotFoundError('Model version', `${model}/${version}`);
