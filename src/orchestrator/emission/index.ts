export { EmissionModule } from './emission.module.js';
export { LineageEmission, PRODUCER } from './lineage-emission.js';
export { OwnServer } from './own-server.js';
