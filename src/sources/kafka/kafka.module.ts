import { Module } from '@nestjs/common';
import { LineageModule } from '../../lineage/index.js';
import { SourcePrincipal } from '../emission/source-principal.js';
import { KafkaSource } from './kafka-source.js';
import { PoisonMessages } from './poison-messages.js';

/** Events from Kafka, where KAFKA_BROKERS is set. */
@Module({ imports: [LineageModule], providers: [KafkaSource, SourcePrincipal, PoisonMessages] })
export class KafkaModule {}
