import { InvalidInputError } from '../../../platform/errors/index.js';

/** Where an artifact is, by the path that clients know it under. `path` is empty for the root. */
export type ArtifactPlace =
  | { readonly kind: 'run'; readonly experimentId: string; readonly id: string; readonly path: string }
  | {
      readonly kind: 'logged-model';
      readonly experimentId: string;
      readonly id: string;
      readonly path: string;
    }
  | { readonly kind: 'version'; readonly modelId: string; readonly number: number; readonly path: string };

const RUN = /^(\d{1,18})\/([0-9a-f]{32})\/artifacts(?:\/(.*))?$/s;
const LOGGED_MODEL = /^(\d{1,18})\/models\/(m-[0-9a-f]{32})\/artifacts(?:\/(.*))?$/s;
const VERSION = /^registered-models\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\/(\d{1,9})(?:\/(.*))?$/s;

/** As in `mlflow-artifacts:/…`. @throws {InvalidInputError} `path` */
export function parsePlace(path: string): ArtifactPlace {
  const trimmed = path.replace(/^\/+|\/+$/g, '');
  const run = RUN.exec(trimmed);
  if (run) return { kind: 'run', experimentId: run[1]!, id: run[2]!, path: run[3] ?? '' };
  const model = LOGGED_MODEL.exec(trimmed);
  if (model) return { kind: 'logged-model', experimentId: model[1]!, id: model[2]!, path: model[3] ?? '' };
  const version = VERSION.exec(trimmed);
  if (version)
    return { kind: 'version', modelId: version[1]!, number: Number(version[2]), path: version[3] ?? '' };
  throw new InvalidInputError(
    'path',
    'must be below the artifact_uri of a run or of a logged model, or below the download URI of a model version',
  );
}

export const runArtifacts = (experimentId: string, runId: string): string =>
  `mlflow-artifacts:/${experimentId}/${runId}/artifacts`;
export const loggedModelArtifacts = (experimentId: string, modelId: string): string =>
  `mlflow-artifacts:/${experimentId}/models/${modelId}/artifacts`;
export const versionArtifacts = (modelId: string, number: number): string =>
  `mlflow-artifacts:/registered-models/${modelId}/${number}`;

/** The branch, of the repository of an experiment, that artifacts of a run or of a logged model are staged on. */
export const branchOf = (id: string): string => `mlflow/${id}`;
