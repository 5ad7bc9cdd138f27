export { KafkaModule } from './kafka/kafka.module.js';
