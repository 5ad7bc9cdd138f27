import { Injectable } from '@nestjs/common';
import type { Principal } from '../../../identity/index.js';
import { DomainError } from '../../../platform/index.js';
import { EndpointNotReadyError } from '../errors.js';
import { inferenceDuration, inferences } from '../metrics.js';
import { LocalModels } from '../reconciler/local-models.js';
import { EndpointService } from '../endpoint.service.js';
import { type OutputTensor, outputTensors } from './infer-answer.js';
import { parseInferRequest } from './infer-request.js';
import type { LoadedModel } from './loaded-model.js';
import type { TensorSignature } from './signature.js';

/** A tensor of a model, as the protocol describes it. */
export type TensorDescription = Pick<TensorSignature, 'name' | 'datatype' | 'shape'>;

/** Source: Open Inference Protocol v2, model metadata. */
export interface ModelMetadata {
  readonly name: string;
  readonly versions: readonly string[];
  readonly platform: string;
  readonly inputs: readonly TensorDescription[];
  readonly outputs: readonly TensorDescription[];
}

/** Source: Open Inference Protocol v2, inference response. */
export interface InferAnswer {
  readonly model_name: string;
  readonly model_version: string;
  readonly id?: string;
  readonly outputs: readonly OutputTensor[];
}

/** Questions to endpoints. Needs `infer`. A model's version is the number of the endpoint's revision. */
@Injectable()
export class InferenceService {
  constructor(
    private readonly service: EndpointService,
    private readonly models: LocalModels,
  ) {}

  /** Whether the endpoint answers, by the version asked for if one is. */
  async isReady(caller: Principal, name: string, version?: string): Promise<boolean> {
    await this.service.openForInference(caller, name);
    const model = this.models.modelOf(name);
    return model !== undefined && (version === undefined || version === String(model.revision));
  }

  /** @throws {EndpointNotReadyError} */
  async metadata(caller: Principal, name: string, version?: string): Promise<ModelMetadata> {
    const { signature, revision } = await this.modelOf(caller, name, version);
    const describe = ({ name: tensor, datatype, shape }: TensorSignature) => ({
      name: tensor,
      datatype,
      shape,
    });
    return {
      ...{ name, versions: [String(revision)], platform: 'onnx_onnxv1' },
      inputs: signature.inputs.map(describe),
      outputs: signature.outputs.map(describe),
    };
  }

  /**
   * @throws {InvalidInputError} naming the field and the rule
   * @throws {EndpointNotReadyError} @throws {EndpointOverloadedError} @throws {InferenceFailedError} @throws {InferenceTimeoutError}
   */
  async infer(caller: Principal, name: string, body: unknown, version?: string): Promise<InferAnswer> {
    const model = await this.modelOf(caller, name, version);
    try {
      const request = parseInferRequest(body, model.signature);
      const end = inferenceDuration.startTimer({ endpoint: name });
      const outputs = outputTensors(await model.infer(request));
      end();
      inferences.inc({ endpoint: name, outcome: 'ok' });
      const { id } = request;
      return {
        model_name: name,
        model_version: String(model.revision),
        ...(id !== undefined && { id }),
        outputs,
      };
    } catch (error) {
      const isRefusal = error instanceof DomainError && error.kind === 'invalid-input';
      inferences.inc({ endpoint: name, outcome: isRefusal ? 'refused' : 'failed' });
      throw error;
    }
  }

  private async modelOf(caller: Principal, name: string, version: string | undefined): Promise<LoadedModel> {
    const endpoint = await this.service.openForInference(caller, name);
    const { desired, reason } = endpoint;
    const model = desired === 'serving' ? await this.models.settled(endpoint) : undefined;
    if (model === undefined)
      throw new EndpointNotReadyError(
        name,
        desired === 'stopped' ? 'it is stopped' : (reason ?? 'it is being loaded'),
      );
    if (version !== undefined && version !== String(model.revision))
      throw new EndpointNotReadyError(name, `revision ${model.revision} answers, and not ${version}`);
    return model;
  }
}
