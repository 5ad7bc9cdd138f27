export { AssetLineageService } from './assets/asset-lineage.service.js';
export { LineageModule } from './lineage.module.js';
export { Projector } from './projection/projector.js';
