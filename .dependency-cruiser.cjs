/**
 * The arrows of the house: which room may import which. A room is entered through its index.ts.
 * `src/platform/{errors,tracing,kubernetes}/index.ts` are further doors of the platform: what they load, others need not.
 * `src/policy/toolkit/index.ts` is the one door that the CLI may enter: policy files are checked where no service runs.
 */
const ROOMS = [
  'platform',
  'identity',
  'policy',
  'storage',
  'catalog',
  'lineage',
  'search',
  'sources',
  'orchestrator',
  'gateway',
];

const ARROWS = {
  platform: [],
  identity: ['platform'],
  policy: ['platform', 'identity'],
  storage: ['platform'],
  catalog: ['platform', 'identity', 'policy', 'storage'],
  lineage: ['platform', 'identity', 'policy', 'catalog'],
  search: ['platform', 'identity', 'policy', 'catalog', 'lineage'],
  sources: ['platform', 'identity', 'policy', 'catalog', 'lineage'],
  orchestrator: ['platform', 'identity', 'policy', 'storage', 'catalog', 'lineage'],
  gateway: ['platform', 'identity', 'policy', 'storage', 'catalog'],
};

const arrows = ROOMS.map((room) => ({
  name: `arrows-of-${room}`,
  comment: `src/${room} may import only ${ARROWS[room].join(', ') || 'nothing of the house'}`,
  severity: 'error',
  from: { path: `^src/${room}/` },
  to: { path: `^src/(?!(${[room, ...ARROWS[room]].join('|')})/)` },
}));

const doors = ROOMS.map((room) => ({
  name: `door-of-${room}`,
  comment: `src/${room} is entered through its index.ts`,
  severity: 'error',
  from: { path: '^(src|cli|migrations)/', pathNot: `^src/${room}/` },
  to: {
    path: `^src/${room}/`,
    pathNot: `^src/${room}/(index|errors/index|tracing/index|kubernetes/index|toolkit/index)\\.ts$`,
  },
}));

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    ...arrows,
    ...doors,
    {
      name: 'public-api-only',
      comment: 'The CLI, the explorer and the client package speak the public API only.',
      severity: 'error',
      from: { path: '^(cli|web|packages)/', pathNot: '\\.spec\\.ts$|^cli/policy/' },
      to: { path: '^src/' },
    },
    {
      name: 'policy-files-without-a-service',
      comment:
        'What the CLI does with policy files needs no service: it enters the toolkit, and nothing else.',
      severity: 'error',
      from: { path: '^cli/policy/', pathNot: '\\.spec\\.ts$' },
      to: { path: '^src/', pathNot: '^src/policy/toolkit/index\\.ts$' },
    },
    {
      name: 'toolkit-is-light',
      comment:
        'The toolkit loads no Nest, no TypeORM and no database: a pipeline starts it for every change.',
      severity: 'error',
      from: { path: '^src/policy/toolkit/' },
      to: {
        path: '@nestjs|typeorm|^src/platform/index|/pg/|casbin|\\.(service|resolver|module|model)\\.ts$',
        reachable: true,
      },
    },
    {
      name: 'no-unresolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '^node:' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules|dist' },
    exclude: { path: '[.-]spec\\.ts$|^test/|/dist/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
      extensions: ['.ts', '.js', '.json'],
    },
    moduleSystems: ['es6'],
  },
};
