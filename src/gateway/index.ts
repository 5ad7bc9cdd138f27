export { MlflowModule } from './mlflow/mlflow.module.js';
