export { CatalogsModule } from './catalogs/catalogs.module.js';
export { KafkaModule } from './kafka/kafka.module.js';
