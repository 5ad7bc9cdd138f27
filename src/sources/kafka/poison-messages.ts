import { Injectable } from '@nestjs/common';
import { IngestionService, redactText } from '../../lineage/index.js';
import { DeadLetters, Outbox } from '../../platform/index.js';
import { SourcePrincipal } from '../emission/source-principal.js';

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

/** Keeps messages that can never be taken as they are, so that those behind them are not held up and none is lost. */
@Injectable()
export class PoisonMessages {
  constructor(
    private readonly letters: DeadLetters,
    outbox: Outbox,
    ingestion: IngestionService,
    principal: SourcePrincipal,
  ) {
    // Replayed by an administrator, after the policy or the producer's mistake was mended.
    outbox.handle(KAFKA_MESSAGE, async ({ payload }) => {
      await ingestion.ingestText(await principal.now('KAFKA_SUBJECT'), payload['text'] as string);
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
      redactText(reason),
    );
  }
}
