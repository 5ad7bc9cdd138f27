import { Injectable } from '@nestjs/common';
import { IngestionService, redactText } from '../../lineage/index.js';
import { DeadLetters, DomainError, Outbox } from '../../platform/index.js';
import { KafkaPrincipal } from './kafka-principal.js';

/** Outbox topic: a message that could not be taken. Payload: `{ topic, partition, offset, text }`. */
const KAFKA_MESSAGE = 'kafka.message';

/** A message and where it came from. */
export interface ReadMessage {
  readonly topic: string;
  readonly partition: number;
  /** A whole number as text. */
  readonly offset: string;
  readonly text: string;
}

/** Whether the same message may be taken later; anything else never will be as it is. */
export function isTransient(error: unknown): boolean {
  const passing = ['unavailable', 'too-many-requests', 'timeout', 'storage-full'];
  return error instanceof DomainError && passing.includes(error.kind);
}

/** Keeps messages that can never be taken as they are, so that those behind them are not held up and none is lost. */
@Injectable()
export class PoisonMessages {
  constructor(
    private readonly letters: DeadLetters,
    outbox: Outbox,
    ingestion: IngestionService,
    principal: KafkaPrincipal,
  ) {
    // Replayed by an administrator, after the policy or the producer's mistake was mended.
    outbox.handle(KAFKA_MESSAGE, async ({ payload }) => {
      await ingestion.ingestText(await principal.now(), payload['text'] as string);
    });
  }

  /** Puts a message among the dead letters, once; secrets are taken out of it first, as far as it can be read. */
  async bury({ topic, partition, offset, text }: ReadMessage, error: unknown): Promise<void> {
    const reason = error instanceof Error ? error.message : String(error);
    await this.letters.bury(
      {
        topic: KAFKA_MESSAGE,
        orderingKey: `${topic}/${partition}/${offset}`,
        payload: { topic, partition, offset, text: redactText(text) },
      },
      reason,
    );
  }
}
