import type { ModelVersion, RegisteredModel } from '../../../catalog/index.js';
import { pairList } from '../http/inputs.js';

/** A registered model as MLflow writes it. Source: MLflow, `model_registry.proto`. */
export function modelShape(model: RegisteredModel, latest: readonly ModelVersion[]): object {
  return {
    name: model.name,
    creation_timestamp: model.createdAt.getTime(),
    last_updated_timestamp: model.updatedAt.getTime(),
    user_id: model.createdBy,
    ...(model.description !== null && { description: model.description }),
    latest_versions: latest.map(versionShape),
    tags: pairList(model.tags),
    aliases: model.aliases.map(({ alias, version }) => ({ alias, version: String(version) })),
  };
}

/** A version as MLflow writes it; metrics and parameters, which tell of the content, are not among it. */
export function versionShape(version: ModelVersion): object {
  return {
    name: version.model,
    version: String(version.number),
    creation_timestamp: version.createdAt.getTime(),
    last_updated_timestamp: version.updatedAt.getTime(),
    user_id: version.createdBy,
    current_stage: version.stage,
    ...(version.description !== null && { description: version.description }),
    source: version.source,
    run_id: version.runId ?? '',
    ...(version.runLink !== null && { run_link: version.runLink }),
    ...(version.loggedModelId !== null && { model_id: version.loggedModelId }),
    status: 'READY',
    tags: pairList(version.tags),
    aliases: [...version.aliases],
  };
}
