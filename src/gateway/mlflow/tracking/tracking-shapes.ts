import { loggedModelArtifacts, runArtifacts } from '../artifacts/artifact-place.js';
import { pairList } from '../http/inputs.js';
import { type Experiment, NAMESPACE_TAG } from './experiment.js';
import type { LoggedModel } from './logged-model.js';
import type { Metric, MlflowRun } from './run.js';

/** An experiment as MLflow writes it. Source, here and below: MLflow, `service.proto`. */
export function experimentShape(experiment: Experiment): object {
  return {
    experiment_id: experiment.id,
    name: experiment.name,
    artifact_location: `mlflow-artifacts:/${experiment.id}`,
    lifecycle_stage: stageOf(experiment),
    creation_time: experiment.createdAt.getTime(),
    last_update_time: experiment.updatedAt.getTime(),
    tags: pairList({ ...experiment.tags, [NAMESPACE_TAG]: experiment.namespace }),
  };
}

export function runInfoShape(run: MlflowRun): object {
  return {
    ...{ run_id: run.id, run_uuid: run.id, run_name: run.name, experiment_id: run.experimentId },
    ...{ user_id: run.userId, status: run.status, start_time: run.startTime },
    ...(run.endTime !== null && { end_time: run.endTime }),
    artifact_uri: runArtifacts(run.experimentId, run.id),
    lifecycle_stage: stageOf(run),
  };
}

export function runShape(run: MlflowRun, metrics: readonly Metric[]): object {
  return {
    info: runInfoShape(run),
    data: { metrics: metrics.map(metricShape), params: pairList(run.params), tags: pairList(run.tags) },
    inputs: { dataset_inputs: run.datasets, model_inputs: run.modelInputs },
    outputs: { model_outputs: run.modelOutputs },
  };
}

export function metricShape({ key, value, timestamp, step }: Metric): object {
  // Protobuf's JSON writes as text the numbers that JSON has not.
  return { key, value: Number.isFinite(value) ? value : String(value), timestamp, step };
}

export function loggedModelShape(
  model: LoggedModel,
  metrics: readonly (Metric & { readonly runId: string })[],
): object {
  return {
    info: {
      ...{ model_id: model.id, experiment_id: model.experimentId, name: model.name, status: model.status },
      ...{
        creation_timestamp_ms: model.createdAt.getTime(),
        last_updated_timestamp_ms: model.updatedAt.getTime(),
      },
      artifact_uri: loggedModelArtifacts(model.experimentId, model.id),
      ...(model.modelType !== null && { model_type: model.modelType }),
      ...(model.sourceRunId !== null && { source_run_id: model.sourceRunId }),
      tags: pairList(model.tags),
    },
    data: {
      params: pairList(model.params),
      metrics: metrics.map((metric) => ({
        ...metricShape(metric),
        model_id: model.id,
        run_id: metric.runId,
      })),
    },
  };
}

const stageOf = ({ deletedAt }: { readonly deletedAt: Date | null }): string =>
  deletedAt === null ? 'active' : 'deleted';
