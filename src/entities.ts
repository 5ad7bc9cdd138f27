import { AssetEntity, RepositoryEntity } from './catalog/index.js';
import { AccessKeyEntity, ApiTokenEntity, PrincipalEntity } from './identity/index.js';

/** Every TypeORM entity: the rows that people edit. What flows (events, edges, outbox) is SQL. */
export const ENTITIES = [PrincipalEntity, ApiTokenEntity, AccessKeyEntity, AssetEntity, RepositoryEntity];
