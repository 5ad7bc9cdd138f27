import { InvalidInputError } from '../../../platform/errors/index.js';
import { type ArtifactPlace, parsePlace } from '../artifacts/artifact-place.js';
import { ARTIFACTS_ROUTE } from '../artifacts/artifact-route.js';

/** What a version is to be made from. */
export type Source =
  | { readonly kind: 'artifacts'; readonly place: ArtifactPlace }
  | { readonly kind: 'run'; readonly runId: string; readonly path: string }
  | { readonly kind: 'logged-model'; readonly id: string }
  | { readonly kind: 'version'; readonly model: string; readonly number: number }
  | { readonly kind: 'alias'; readonly model: string; readonly alias: string }
  | {
      readonly kind: 'commit';
      readonly repository: string;
      readonly revision: string;
      readonly path: string;
    };

const MAX_LENGTH = 2000;
const FORMS =
  'must be models:/NAME/VERSION, models:/NAME@ALIAS, models:/MODEL_ID, runs:/RUN_ID/PATH, an artifact URI of this service, or ' +
  'cairn:/REPOSITORY@REVISION:PATH: Cairn registers what it keeps';

/** Reads the `source` of a version. @throws {InvalidInputError} `source` */
export function parseSource(source: string): Source {
  const refuse = (): never => {
    throw new InvalidInputError('source', `${FORMS}; got ${JSON.stringify(source.slice(0, 120))}`);
  };
  if (source.length > MAX_LENGTH || /\p{Control}/u.test(source)) return refuse();
  const [, scheme = '', rest = ''] = /^([a-z-]+):\/*(.*)$/s.exec(source) ?? [];
  switch (scheme) {
    case 'models':
      return modelSource(rest) ?? refuse();
    case 'runs': {
      const run = /^([0-9a-f]{32})(?:\/(.*))?$/s.exec(rest);
      return run ? { kind: 'run', runId: run[1]!, path: (run[2] ?? '').replace(/\/+$/, '') } : refuse();
    }
    case 'mlflow-artifacts':
      // With two slashes a host comes first: whichever it is, it is this service that was asked.
      return artifacts(source.replace(/^mlflow-artifacts:\/\/[^/]+/, '').replace(/^mlflow-artifacts:/, ''));
    case 'http':
    case 'https': {
      const at = source.indexOf(`/${ARTIFACTS_ROUTE}/`);
      return at < 0 ? refuse() : artifacts(source.slice(at + ARTIFACTS_ROUTE.length + 2));
    }
    case 'cairn': {
      const [, repository, revision, path = ''] = /^([^@:/]+)@([^:]+)(?::(.*))?$/s.exec(rest) ?? [];
      if (repository === undefined || revision === undefined) return refuse();
      return { kind: 'commit', repository, revision, path };
    }
    default:
      return refuse();
  }
}

function artifacts(path: string): Source {
  try {
    return { kind: 'artifacts', place: parsePlace(path) };
  } catch (error) {
    throw error instanceof InvalidInputError ? new InvalidInputError('source', error.rule) : error;
  }
}

function modelSource(rest: string): Source | undefined {
  if (/^m-[0-9a-f]{32}$/.test(rest)) return { kind: 'logged-model', id: rest };
  const numbered = /^([^/@]+)\/(\d{1,9})$/.exec(rest);
  if (numbered) return { kind: 'version', model: numbered[1]!, number: Number(numbered[2]) };
  const aliased = /^([^/@]+)@([\w-]+)$/.exec(rest);
  return aliased ? { kind: 'alias', model: aliased[1]!, alias: aliased[2]! } : undefined;
}
