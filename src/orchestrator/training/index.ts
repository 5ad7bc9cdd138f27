export { TrainingModule } from './training.module.js';
export { TrainingRunModel } from './training.model.js';
export { TrainingService } from './training.service.js';
