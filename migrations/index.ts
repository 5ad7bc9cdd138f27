import { Platform1795392000001 } from './1795392000001-platform.js';
import { Identity1795392000002 } from './1795392000002-identity.js';
import { Policy1795392000003 } from './1795392000003-policy.js';
import { Catalog1795392000004 } from './1795392000004-catalog.js';
import { Lineage1795392000005 } from './1795392000005-lineage.js';
import { Search1795392000006 } from './1795392000006-search.js';
import { Training1795392000007 } from './1795392000007-training.js';
import { Endpoints1795392000008 } from './1795392000008-endpoints.js';
import { ExternalIdentities1795392000010 } from './1795392000010-external-identities.js';
import { Catalogs1795392000011 } from './1795392000011-catalogs.js';
import { TraceContext1795392000020 } from './1795392000020-trace-context.js';
import { SearchElasticsearch1795392000030 } from './1795392000030-search-elasticsearch.js';
import { KubernetesSource1795392000031 } from './1795392000031-kubernetes-source.js';
import { KubernetesExecutions1795392000032 } from './1795392000032-kubernetes-executions.js';
import { Statements1795392000033 } from './1795392000033-statements.js';
import { Installation1795392000040 } from './1795392000040-installation.js';
import { TreePacks1795392000050 } from './1795392000050-tree-packs.js';
import { Versions1795392000051 } from './1795392000051-versions.js';
import { Gateway1795392000052 } from './1795392000052-gateway.js';
import { RowKeys1795392000053 } from './1795392000053-row-keys.js';
import { Models1795392000054 } from './1795392000054-models.js';
import { GarbageCollection1795392000055 } from './1795392000055-garbage-collection.js';
import { Imports1795392000056 } from './1795392000056-imports.js';
import { LineageTime1795392000060 } from './1795392000060-lineage-time.js';
import { LineageIdentity1795392000061 } from './1795392000061-lineage-identity.js';
import { LineageEdits1795392000062 } from './1795392000062-lineage-edits.js';
import { AssetChanges1795392000063 } from './1795392000063-asset-changes.js';
import { EventPartitions1795392000064 } from './1795392000064-event-partitions.js';
import { EventTimes1795392000066 } from './1795392000066-event-times.js';
import { LineageSql1795392000068 } from './1795392000068-lineage-sql.js';
import { PolicyVersions1795392000070 } from './1795392000070-policy-versions.js';
import { Audit1795392000071 } from './1795392000071-audit.js';
import { People1795392000072 } from './1795392000072-people.js';
import { ColumnTags1795392000073 } from './1795392000073-column-tags.js';
import { Classification1795392000074 } from './1795392000074-classification.js';
import { LineageSqlOutputs1795392000075 } from './1795392000075-lineage-sql-outputs.js';
import { LineageColumnNames1795392000076 } from './1795392000076-lineage-column-names.js';
import { LineageReadAnew1795392000077 } from './1795392000077-lineage-read-anew.js';
import { InstallationSeal1795392000079 } from './1795392000079-installation-seal.js';
import { AssetsInNamespaces1795392000080 } from './1795392000080-assets-in-namespaces.js';

/** Every migration, in order. A room's migration creates that room's tables. */
export const MIGRATIONS = [
  Platform1795392000001,
  Identity1795392000002,
  Policy1795392000003,
  Catalog1795392000004,
  Lineage1795392000005,
  Search1795392000006,
  Training1795392000007,
  Endpoints1795392000008,
  ExternalIdentities1795392000010,
  Catalogs1795392000011,
  TraceContext1795392000020,
  SearchElasticsearch1795392000030,
  KubernetesSource1795392000031,
  KubernetesExecutions1795392000032,
  Statements1795392000033,
  Installation1795392000040,
  TreePacks1795392000050,
  Versions1795392000051,
  Gateway1795392000052,
  RowKeys1795392000053,
  Models1795392000054,
  GarbageCollection1795392000055,
  Imports1795392000056,
  LineageTime1795392000060,
  LineageIdentity1795392000061,
  LineageEdits1795392000062,
  AssetChanges1795392000063,
  EventPartitions1795392000064,
  EventTimes1795392000066,
  LineageSql1795392000068,
  PolicyVersions1795392000070,
  Audit1795392000071,
  People1795392000072,
  ColumnTags1795392000073,
  Classification1795392000074,
  LineageSqlOutputs1795392000075,
  LineageColumnNames1795392000076,
  LineageReadAnew1795392000077,
  InstallationSeal1795392000079,
  AssetsInNamespaces1795392000080,
];
