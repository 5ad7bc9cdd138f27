import type { Things } from '../things.js';
import { get, gql, http, mutate, read, type Row, s, silent, write } from './row.js';

const ASSET =
  'id kind namespace identityNamespace identityName description owners tags isManaged createdAt updatedAt';
const REPOSITORY =
  'id name kind defaultBranch createdBy createdAt deletedAt checks asset { id description } rowKeys { pattern columns }';
const ENTRY = 'path sha256 sizeBytes contentType metadata isImported';
const COMMIT = 'id tree parents author committer message metadata committedAt';
const PAGE = 'pageInfo { hasNextPage endCursor }';

const asset = (name: string, fields: string) => (t: Things) =>
  gql(`{ asset(id: ${s(t.id(name))}) { ${fields} } }`);
const repository = (fields: (t: Things) => string) => (t: Things) =>
  gql(`{ repository(name: ${s(t.word('dataset'))}) { ${fields(t)} } }`);
const file = (t: Things) => `${t.inner('folder')}/${t.inner('file')}.csv`;
const NOTHING = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

/** A mutation of a hidden repository. */
const change = (door: string, input: string, of: (t: Things) => object, fields: string, options = {}): Row =>
  write(
    door,
    (t) => mutate(door.split('.')[1]!, input, { repository: t.word('dataset'), ...of(t) }, fields),
    options,
  );
const MERGE = '__typename ... on Merged { commit { id message } } ... on MergeConflicts { total }';

/** Assets, repositories and their content. */
export const catalogRows: readonly Row[] = [
  read('AssetResolver.asset', asset('dataset', ASSET), asset('clean', ASSET), asset('job', ASSET)),
  read('AssetResolver.assetByName', (t) =>
    gql(
      `{ assetByName(kind: dataset, identityNamespace: ${s(t.space)}, identityName: ${s(t.word('clean'))}) { ${ASSET} } }`,
    ),
  ),
  read(
    'AssetResolver.listAssets',
    () => gql(`{ assets(first: 200) { nodes { ${ASSET} } ${PAGE} } }`),
    (t) =>
      gql(`{ assets(first: 3, filter: { namespace: ${s(t.namespace)} }) { nodes { ${ASSET} } ${PAGE} } }`),
    (t) => gql(`{ assets(filter: { tag: ${s(t.tags.at(-1)!)} }) { nodes { ${ASSET} } ${PAGE} } }`),
    (t) =>
      gql(`{ assets(filter: { owner: ${s(`user:${t.word('owner')}`)} }) { nodes { ${ASSET} } ${PAGE} } }`),
  ),
  write('AssetResolver.editAsset', (t) =>
    gql(`mutation { editAsset(id: ${s(t.id('dataset'))}, input: { owners: ["user:x"] }) { ${ASSET} } }`),
  ),
  read('AssetRepositoryResolver.repository', asset('dataset', `repository { ${REPOSITORY} }`)),
  read('AssetVersionCommitResolver.commit', asset('dataset', `versions { version commit { ${COMMIT} } }`)),
  read(
    'RepositoryResolver.repository',
    repository(() => REPOSITORY),
  ),
  read(
    'RepositoryResolver.asset',
    repository(() => `asset { ${ASSET} }`),
  ),
  read(
    'RepositoryResolver.listRepositories',
    () => gql(`{ repositories(first: 200) { nodes { ${REPOSITORY} } ${PAGE} } }`),
    () => gql(`{ repositories(first: 1) { nodes { name } ${PAGE} } }`),
    () => gql(`{ repositories(isDeleted: true) { nodes { name } ${PAGE} } }`),
  ),
  write(
    'RepositoryResolver.createRepository',
    (t) =>
      mutate(
        'createRepository',
        'CreateRepositoryInput',
        { name: t.word('trained'), kind: 'dataset', namespace: 'open' },
        'name',
      ),
    { takes: 'a repository is named by its name alone, in addresses and buckets' },
  ),
  write(
    'RepositoryResolver.deleteRepository',
    (t) => gql(`mutation { deleteRepository(name: ${s(t.word('dataset'))}) { name } }`),
    { ends: true },
  ),
  write(
    'RepositoryResolver.undeleteRepository',
    (t) => gql(`mutation { undeleteRepository(name: ${s(t.word('dataset'))}) { name } }`),
    { ends: true },
  ),
  read(
    'RowKeysResolver.rowKeys',
    repository(() => 'rowKeys { pattern columns isAppendOnly }'),
  ),
  change('RowKeysResolver.setRowKeys', 'SetRowKeysInput', () => ({ rules: [] }), 'name'),
  read('RepositoryRegisteredModelResolver.registeredModel', (t) =>
    gql(`{ repository(name: ${s(t.id('modelRepository'))}) { registeredModel { name description } } }`),
  ),
  read(
    'CommitResolver.commitAt',
    repository((t) => `commit(revision: ${s(t.id('first'))}) { ${COMMIT} }`),
    repository((t) => `commit(revision: ${s(t.inner('branch'))}) { ${COMMIT} }`),
  ),
  read(
    'CommitResolver.log',
    repository(() => `log { nodes { ${COMMIT} } ${PAGE} }`),
  ),
  read(
    'ContentResolver.entries',
    repository(() => `entries(revision: "main") { nodes { ${ENTRY} } ${PAGE} }`),
  ),
  read(
    'ContentResolver.entry',
    repository(
      (t) => `entry(revision: "main", path: ${s(file(t))}) { ${ENTRY} profile { columns { name } } }`,
    ),
  ),
  read(
    'ContentResolver.diff',
    repository((t) => `diff(from: ${s(t.id('first'))}, to: "main") { nodes { path type } ${PAGE} }`),
  ),
  read(
    'ChangeProfileResolver.profileChange',
    repository(
      (
        t,
      ) => `diff(from: "main~1", to: "main") { nodes { type profileChange { isBreaking statistics { name } } } }
        staged { nodes { path profileChange { isBreaking } } } commit(revision: ${s(t.id('first'))}) { message }`,
    ),
  ),
  read(
    'ChangeProfileResolver.rowChanges',
    repository(
      (t) =>
        `diff(from: ${s(t.id('first'))}, to: ${s(t.id('second'))}) { nodes { type rowChanges { key samples { after columns } } } }`,
    ),
  ),
  read(
    'EntryProfileResolver.profile',
    repository(
      (t) =>
        `entry(revision: "main", path: ${s(file(t))}) { profile { format columns { name max } problems } }`,
    ),
  ),
  read(
    'PreviewResolver.preview',
    repository((t) => `entry(revision: "main", path: ${s(file(t))}) { preview(first: 3) { columns rows } }`),
  ),
  read(
    'EntryImportResolver.isImported',
    repository(() => `entries(revision: "main") { nodes { path isImported } }`),
  ),
  read(
    'TableResolver.listEntries',
    asset('table', 'externalEntries { connection problems statistics { rowCount sizeBytes } }'),
  ),
  read('TableResolver.listChanges', asset('table', 'externalChanges { connection diff }')),
  read(
    'RefResolver.branches',
    repository(() => `branches { nodes { name type commitId isProtected } ${PAGE} }`),
  ),
  read(
    'RefResolver.tags',
    repository(() => `tags { nodes { name commitId } ${PAGE} }`),
  ),
  read(
    'RefResolver.reflog',
    repository(
      (t) => `reflog(name: "main") { nodes { actor reason toCommit } ${PAGE} } defaultBranch
      other: reflog(name: ${s(t.inner('branch'))}) { nodes { reason } } asset { description }`,
    ),
  ),
  change('RefResolver.createBranch', 'CreateBranchInput', () => ({ name: 'new', from: 'main' }), 'name'),
  change('RefResolver.createTag', 'CreateTagInput', () => ({ name: 'newtag', revision: 'main' }), 'name'),
  change(
    'RefResolver.protectBranch',
    'ProtectBranchInput',
    () => ({ name: 'main', isProtected: false }),
    'name',
  ),
  change('RefResolver.deleteBranch', 'DeleteBranchInput', () => ({ name: 'new' }), 'name'),
  change(
    'CommitResolver.commit',
    'CommitInput',
    () => ({ branch: 'main', message: 'm', changes: [{ path: 'plain.txt', isDeleted: true }] }),
    'id',
  ),
  change(
    'LandingResolver.commitStaged',
    'CommitStagedInput',
    () => ({ branch: 'main', message: 'm' }),
    'id state input',
  ),
  change(
    'LandingResolver.cherryPick',
    'PickInput',
    (t) => ({ branch: 'main', revision: t.inner('branch') }),
    MERGE,
  ),
  change('LandingResolver.revert', 'PickInput', () => ({ branch: 'main', revision: 'main~1' }), MERGE),
  change(
    'LandingResolver.merge',
    'MergeInput',
    (t) => ({ source: t.inner('branch'), target: 'main' }),
    MERGE,
  ),
  change(
    'LandingResolver.startMerge',
    'MergeInput',
    (t) => ({ source: t.inner('branch'), target: 'main' }),
    'id input',
  ),
  change(
    'LandingResolver.resetBranch',
    'ResetBranchInput',
    () => ({ branch: 'main', revision: 'main~1' }),
    'name',
  ),
  change('LandingResolver.setChecks', 'SetChecksInput', () => ({ checks: {} }), 'name'),
  read(
    'StagingResolver.staged',
    repository(() => `staged { nodes { path type stagedBy after { ${ENTRY} } } ${PAGE} }`),
  ),
  change(
    'StagingResolver.stage',
    'StageInput',
    () => ({ branch: 'main', changes: [{ path: 'plain.txt', isDeleted: true }] }),
    '',
  ),
  change('StagingResolver.discardStaged', 'DiscardStagedInput', () => ({ branch: 'main' }), ''),
  write('UploadResolver.prepareUploads', (t) =>
    gql(
      `mutation { prepareUploads(repository: ${s(t.word('dataset'))}, objects: [{ sha256: "${NOTHING}", sizeBytes: 0 }]) { sha256 isHeld request { url } } }`,
    ),
  ),
  write('UploadResolver.finishUploads', (t) =>
    gql(
      `mutation { finishUploads(repository: ${s(t.word('dataset'))}, objects: [{ sha256: "${NOTHING}", sizeBytes: 0 }]) { sha256 } }`,
    ),
  ),
  // A source is asked about as the dataset import/NAME, which nobody can classify: a deny by tag does not hold for it.
  { ...read('ImportResolver.importSources', () => gql('{ importSources }')), seenBy: ['denied by tag'] },
  change(
    'ImportResolver.startImport',
    'ImportInput',
    (t) => ({ branch: 'main', source: t.word('drop') }),
    'id',
  ),
  read('OperationResolver.operation', (t) =>
    gql(
      `{ operation(id: ${s(t.id('operation'))}) { id kind state input result requestedBy problem { message details } progress { step } } }`,
    ),
  ),
  read(
    'OperationResolver.listOperations',
    repository(
      () => `operations { nodes { id kind state input result requestedBy } ${PAGE} } asset { description }`,
    ),
  ),
  write('OperationResolver.cancelOperation', (t) =>
    gql(`mutation { cancelOperation(id: ${s(t.id('operation'))}) { id state } }`),
  ),
  read(
    // Others ask at once, so that their accesses come in any order.
    'AccessLogResolver.accesses',
    repository(
      () =>
        `accesses(subject: "user:admin") { nodes { subject action path revision door } ${PAGE} } asset { description }`,
    ),
  ),
  read(
    'ContentController.download',
    (t) => get(`/api/v1/repositories/${t.word('dataset')}/content/main/${file(t)}`),
    (t) => get(`/api/v1/repositories/${t.word('dataset')}/content/${t.id('second')}/${file(t)}?direct=true`),
  ),
  write('ContentController.upload', (t) =>
    http('PUT', `/api/v1/repositories/${t.word('dataset')}/objects`, 'bytes', {
      'content-type': 'application/octet-stream',
    }),
  ),
  silent('GcResolver.garbageCollections', 'publicFacts', () =>
    gql(`{ garbageCollections { nodes { operationId startedAt } ${PAGE} } }`),
  ),
  write(
    'GcResolver.startGarbageCollection',
    () => gql('mutation { startGarbageCollection(isDryRun: true) { id kind } }'),
    {
      control: 'saysNothing',
      ends: true,
    },
  ),
  write(
    'GcResolver.undoGarbageCollection',
    (t) => gql(`mutation { undoGarbageCollection(id: ${s(t.id('operation'))}) { operationId } }`),
    { control: 'saysNothing', ends: true },
  ),
  write('PackResolver.rebuildTreeIndex', () => gql('mutation { rebuildTreeIndex { nodes packs } }'), {
    ends: true,
  }),
];
