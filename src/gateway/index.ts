export { GatewayModule } from './s3/gateway.module.js';
export { GatewayServer } from './s3/server/gateway-server.js';
export { MlflowModule } from './mlflow/mlflow.module.js';
