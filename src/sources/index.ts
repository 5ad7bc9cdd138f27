export { CatalogsModule } from './catalogs/catalogs.module.js';
export { KafkaModule } from './kafka/kafka.module.js';
export { KubernetesModule } from './kubernetes/kubernetes.module.js';
export { StatementsModule } from './statements/statements.module.js';
