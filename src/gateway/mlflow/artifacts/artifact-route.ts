/** Where clients get and put artifacts. */
export const ARTIFACTS_ROUTE = 'api/2.0/mlflow-artifacts/artifacts';
