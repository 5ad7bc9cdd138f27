import type { IncomingMessage, ServerResponse } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import { AccessKeyService } from '../../../identity/index.js';
import { LOGGER, type Logger } from '../../../platform/index.js';
import { failed } from '../../../platform/tracing/index.js';
import { openPayload } from '../body/payload.js';
import { type Operation, operationOf } from '../protocol/operation.js';
import { S3Error } from '../protocol/s3-error.js';
import { s3ErrorOf } from '../protocol/s3-error-of.js';
import { parseRequest } from '../protocol/s3-request.js';
import type { S3Response } from '../protocol/s3-response.js';
import { parseAuthorization } from '../signature/authorization.js';
import { verifySignature } from '../signature/request-signature.js';
import { Operations } from './operations.js';
import { LateError, refuse, refuseLate, respond } from './respond.js';

/** A request that came, and where it is answered. */
export interface Exchange {
  readonly id: string;
  readonly message: IncomingMessage;
  readonly answer: ServerResponse;
  /** Asks for the body, if the client waits to be asked. */
  readonly sendContinue: () => void;
  /** Told as soon as it is known what is wanted. */
  readonly onOperation: (operation: Operation) => void;
}

/** Answers requests: who signed it, what is wanted, and what came of it. */
@Injectable()
export class GatewayHandler {
  constructor(
    private readonly keys: AccessKeyService,
    private readonly operations: Operations,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  /** Ends the answer, or the connection; never throws. */
  async handle(exchange: Exchange): Promise<void> {
    const { id, message, answer } = exchange;
    const told = { id, method: message.method ?? 'GET', rawPath: (message.url ?? '/').split('?')[0]! };
    try {
      const response = await this.answer(exchange);
      await respond(told, response, answer);
    } catch (error) {
      const refusal = s3ErrorOf(error instanceof LateError ? error.cause : error);
      this.tell(refusal, answer);
      if (error instanceof LateError) refuseLate(told, refusal, answer);
      else if (answer.headersSent) answer.destroy();
      else {
        // Headers of the answer that it was to be.
        for (const name of answer.getHeaderNames()) if (!KEPT_HEADERS.has(name)) answer.removeHeader(name);
        if (!message.complete && hasBody(message)) answer.setHeader('connection', 'close');
        refuse(told, refusal, answer);
      }
    }
  }

  private async answer({ id, message, sendContinue, onOperation }: Exchange): Promise<S3Response> {
    const request = parseRequest(id, message, sendContinue);
    const authorization = parseAuthorization(request);
    const key = await this.keys.find(authorization.accessKeyId);
    if (!key)
      throw new S3Error('InvalidAccessKeyId', undefined, { AWSAccessKeyId: authorization.accessKeyId });
    const signer = await verifySignature(request, authorization, key.secret);
    await key.noteUse();
    const operation = operationOf(request);
    onOperation(operation);
    const rules = this.operations.payloadRules(operation);
    const payload = rules && openPayload(request, authorization, signer, rules);
    return this.operations.run(operation, key.principal, request, payload);
  }

  /** What went wrong in the service itself goes to the log and the trace; what a client did wrong does not. */
  private tell(refusal: S3Error, answer: ServerResponse): void {
    if (refusal.status < 500 || refusal.code === 'NotImplemented') return;
    const isGone = answer.destroyed && !answer.writableFinished;
    if (isGone && refusal.code === 'InternalError') return;
    failed(refusal.cause ?? refusal);
    this.log.error({ err: refusal.cause ?? refusal }, 's3: request failed');
  }
}

const KEPT_HEADERS: ReadonlySet<string> = new Set(['x-amz-request-id', 'x-amz-bucket-region', 'date']);

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}
