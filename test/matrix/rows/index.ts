import { catalogRows } from './catalog.js';
import { gatewayRows } from './gateway.js';
import { lineageRows } from './lineage.js';
import { marquezRows } from './marquez.js';
import { mlflowRows } from './mlflow.js';
import { modelRows } from './models.js';
import { classificationRows, peopleRows } from './people.js';
import { auditRows, policyRows } from './policy.js';
import type { Row } from './row.js';
import { serviceRows } from './service.js';

/** All rows by the file that they are in, which is the route that the table tells of. */
export const ROWS: Readonly<Record<string, readonly Row[]>> = {
  catalog: catalogRows,
  models: modelRows,
  lineage: lineageRows,
  marquez: marquezRows,
  mlflow: mlflowRows,
  classification: classificationRows,
  policy: policyRows,
  audit: auditRows,
  people: peopleRows,
  service: serviceRows,
  gateway: gatewayRows,
};
