import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import 'reflect-metadata';
import { parseAllDocuments } from 'yaml';
import { CONFIG_SCHEMA } from '../src/platform/config/config.js';
import { run, succeed } from './support/command.js';
import { serviceEnvironment } from './support/services.js';

const CHART = 'charts/cairn';
const NAME = `chart-${randomBytes(4).toString('hex')}`;
const RUNS = `${NAME}-runs`;
const NEEDED = {
  database: { existingSecret: 'database' },
  adminToken: { existingSecret: 'administrator' },
  secretKey: { existingSecret: 'sealing' },
  objectStore: { bucket: 'objects' },
};
/** Every feature at once. */
const FULL = {
  ...NEEDED,
  objectStore: { bucket: 'objects', endpoint: 'http://s3:7070', prefix: 'cairn/', existingSecret: 's3' },
  s3Gateway: { enabled: true },
  elasticsearch: { existingSecret: 'elasticsearch' },
  kafka: { brokers: ['kafka-0:9092', 'kafka-1:9092'], existingSecret: 'kafka' },
  oidc: { issuer: 'https://id.example.org/realms/cairn', audience: 'cairn', publicClientId: 'cairn-ui' },
  policy: { existingConfigMap: 'policy' },
  tracing: { endpoint: 'http://collector:4318', existingSecret: 'tracing' },
  kubernetes: {
    clusterName: 'prod',
    source: { enabled: true, namespaces: [RUNS, 'default'] },
    execution: {
      ...{ enabled: true, namespace: RUNS, image: 'trainer:1', priorityClassName: 'batch' },
      ...{ nodeSelector: { pool: 'gpu', arch: 'amd64' }, tolerations: [{ key: 'gpu', operator: 'Exists' }] },
      imagePullSecrets: ['registry'],
    },
    tokenReview: { enabled: true, audience: 'cairn.example.org' },
  },
  env: { CAIRN_MAX_BODY_BYTES: 33_554_432 },
  secretEnv: { AWS_SESSION_TOKEN: { existingSecret: 's3', key: 'session' } },
  publicUrl: 'https://cairn.example.org',
  autoscaling: { enabled: true },
  networkPolicy: {
    ingressFrom: [{ namespaceSelector: {} }],
    egress: [{ to: [{ ipBlock: { cidr: '10.0.0.0/8' } }] }],
  },
  podLabels: { team: 'data' },
  podAnnotations: { 'example.org/note': 'x' },
  imagePullSecrets: [{ name: 'registry' }],
  tolerations: [{ key: 'dedicated', operator: 'Exists' }],
  nodeSelector: { 'kubernetes.io/os': 'linux' },
  image: { digest: `sha256:${'a'.repeat(64)}` },
};

type Resource = Record<string, any>;
type Settings = Record<string, unknown>;

const folder = mkdtempSync(path.join(os.tmpdir(), 'cairn-chart-'));
const tools = serviceEnvironment('tools')['PATH']!.split(':')[0]!;
const env = { KUBECONFIG: serviceEnvironment('kubernetes')['KUBECONFIG']!, HELM_CACHE_HOME: folder };
const helm = path.join(tools, 'helm');
const kubectl = (words: readonly string[], input?: string) =>
  succeed(path.join(tools, 'kubectl'), words, { env, input });

let files = 0;
function valuesFile(settings: Settings): string {
  const file = path.join(folder, `${++files}.json`);
  writeFileSync(file, JSON.stringify(settings));
  return file;
}

async function template(settings: Settings): Promise<Resource[]> {
  const text = await succeed(helm, ['template', 'it', CHART, '-n', NAME, '-f', valuesFile(settings)], {
    env,
  });
  return parseAllDocuments(text)
    .map((document) => document.toJS() as Resource | null)
    .filter((resource) => resource !== null);
}

const ofKind = (resources: readonly Resource[], kind: string) =>
  resources.filter((one) => one['kind'] === kind);
const install = (settings: Settings, ...words: string[]) =>
  succeed(
    helm,
    [
      'upgrade',
      '--install',
      'it',
      CHART,
      '-n',
      NAME,
      '-f',
      valuesFile(settings),
      '--wait',
      '--timeout',
      '90s',
      ...words,
    ],
    { env },
  );

/** What a service account may do in a namespace beyond what every one may: `verb group/resource[:name]`. */
async function rightsOf(account: string, namespace: string): Promise<Set<string>> {
  const rules = async (name: string) => {
    const review = {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectRulesReview',
      spec: { namespace },
    };
    const answer = await kubectl(
      [
        'create',
        '--raw',
        '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews',
        '-f',
        '-',
        '--as',
        `system:serviceaccount:${NAME}:${name}`,
        '--as-group',
        'system:serviceaccounts',
        '--as-group',
        'system:authenticated',
      ],
      JSON.stringify(review),
    );
    const { status } = JSON.parse(answer) as { status: { incomplete: boolean; resourceRules: Resource[] } };
    expect(status.incomplete).toBe(false);
    return new Set(
      status.resourceRules.flatMap(({ verbs, apiGroups, resources, resourceNames = [''] }) =>
        verbs.flatMap((verb: string) =>
          apiGroups.flatMap((group: string) =>
            resources.flatMap((resource: string) =>
              resourceNames.map((name: string) => `${verb} ${group}/${resource}${name && `:${name}`}`),
            ),
          ),
        ),
      ),
    );
  };
  const common = await rules('nobody');
  return new Set([...(await rules(account))].filter((right) => !common.has(right)));
}

const each = (verbs: string, ...resources: string[]) =>
  verbs.split(' ').flatMap((verb) => resources.map((resource) => `${verb} ${resource}`));
const READS = each('get list watch', '/pods', 'batch/jobs', 'batch/cronjobs', 'apps/deployments');
const CLUSTER = 'get /namespaces:kube-system';

beforeAll(async () => {
  for (const name of [NAME, RUNS]) await kubectl(['create', 'namespace', name]);
  await kubectl(['-n', NAME, 'create', 'serviceaccount', 'nobody']);
});
afterAll(async () => {
  await run(helm, ['uninstall', 'it', '-n', NAME], { env });
  await kubectl(['delete', 'namespace', NAME, RUNS, '--wait=false']);
  rmSync(folder, { recursive: true, force: true });
});

describe('what the chart makes of its values', () => {
  test('is without fault, with the least and with everything', async () => {
    for (const settings of [NEEDED, FULL])
      await succeed(helm, ['lint', '--strict', CHART, '-f', valuesFile(settings)], { env });
  });

  test('is taken by the API server as it is', async () => {
    for (const settings of [NEEDED, FULL]) {
      const text = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: await template(settings) });
      await kubectl(['apply', '--dry-run=server', '--validate=strict', '-f', '-'], text);
    }
  });

  test('is, with the least, two replicas that nobody has to look after', async () => {
    const resources = await template(NEEDED);
    expect(resources.map(({ kind }) => kind as string).sort()).toEqual([
      ...['Deployment', 'Job', 'NetworkPolicy', 'Pod', 'PodDisruptionBudget', 'Service', 'ServiceAccount'],
    ]);
    const [{ spec }] = ofKind(resources, 'Deployment') as [Resource];
    expect(spec).toMatchObject({ replicas: 2, strategy: { rollingUpdate: { maxUnavailable: 0 } } });
    expect(spec.template.spec).toMatchObject({
      automountServiceAccountToken: false,
      enableServiceLinks: false,
    });
    expect(spec.template.spec.topologySpreadConstraints).toHaveLength(2);
    const [container] = spec.template.spec.containers;
    for (const probe of ['startupProbe', 'livenessProbe', 'readinessProbe'])
      expect(container[probe]).toBeDefined();
    expect(container.image).toBe('cairn:0.1.0');
  });

  test('runs as nobody, changes nothing but its data, and holds no privilege, in every pod', async () => {
    const pods = (await template(FULL)).flatMap(({ kind, spec }) =>
      kind === 'Pod' ? [spec] : ['Deployment', 'Job'].includes(kind) ? [spec.template.spec] : [],
    );
    expect(pods).toHaveLength(3);
    for (const pod of pods) {
      expect(pod.securityContext).toMatchObject({
        ...{ runAsNonRoot: true, runAsUser: 10001, seccompProfile: { type: 'RuntimeDefault' } },
      });
      for (const { securityContext, resources } of pod.containers) {
        expect(securityContext).toEqual({
          ...{ allowPrivilegeEscalation: false, readOnlyRootFilesystem: true },
          capabilities: { drop: ['ALL'] },
        });
        expect(resources.limits.memory).toBeDefined();
      }
    }
  });

  test('takes every secret from where it is kept, and makes none', async () => {
    const resources = await template(FULL);
    expect(ofKind(resources, 'Secret')).toEqual([]);
    const [{ spec }] = ofKind(resources, 'Deployment') as [Resource];
    const environment = spec.template.spec.containers[0].env as Resource[];
    const secret = environment
      .filter(({ valueFrom }) => valueFrom?.secretKeyRef)
      .map(({ name }) => name as string);
    expect(secret.sort()).toEqual([
      ...[
        'AWS_ACCESS_KEY_ID',
        'AWS_SECRET_ACCESS_KEY',
        'AWS_SESSION_TOKEN',
        'CAIRN_ADMIN_TOKEN',
        'CAIRN_SECRET_KEY',
        'DATABASE_URL',
      ],
      ...['ELASTICSEARCH_URL', 'KAFKA_PASSWORD', 'KAFKA_USERNAME', 'OTEL_EXPORTER_OTLP_HEADERS'],
    ]);
  });

  test('sets what the service knows, with values that it takes', async () => {
    const [{ spec }] = ofKind(await template(FULL), 'Deployment') as [Resource];
    const [container] = spec.template.spec.containers;
    const environment = container.env as { name: string; value?: string }[];
    expect(new Set(environment.map(({ name }) => name)).size).toBe(environment.length);
    const foreign = /^(AWS_|POD_NAME$|OTEL_(TRACES_SAMPLER|RESOURCE_ATTRIBUTES|EXPORTER_OTLP_HEADERS))/;
    const own = environment.filter(({ name }) => !foreign.test(name));
    expect(own.map(({ name }) => name).filter((name) => !(name in CONFIG_SCHEMA.shape))).toEqual([]);
    const given = own.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value]]));
    expect(given.every(([, value]) => typeof value === 'string')).toBe(true);
    expect(CONFIG_SCHEMA.parse(Object.fromEntries(given))).toMatchObject({
      ...{ CAIRN_MIGRATE: false, CAIRN_MAX_BODY_BYTES: 33_554_432, S3_PREFIX: 'cairn/', CAIRN_S3_PORT: 4601 },
      KAFKA_BROKERS: ['kafka-0:9092', 'kafka-1:9092'],
      ...{ KUBERNETES_SOURCE: true, KUBERNETES_SOURCE_NAMESPACES: [RUNS, 'default'] },
      ...{ KUBERNETES_SOURCE_SUBJECT: 'service:kubernetes', KUBERNETES_CLUSTER_NAME: 'prod' },
      KUBERNETES_TOKEN_AUDIENCE: 'cairn.example.org',
      ...{ EXECUTION_DRIVER: 'kubernetes', KUBERNETES_EXECUTION_NAMESPACE: RUNS },
      ...{ KUBERNETES_EXECUTION_IMAGE: 'trainer:1', KUBERNETES_EXECUTION_STAGER_IMAGE: container.image },
      ...{
        KUBERNETES_EXECUTION_CAIRN_URL: `http://it-cairn.${NAME}.svc:80`,
        KUBERNETES_EXECUTION_MEMORY: '2Gi',
      },
      KUBERNETES_EXECUTION_NODE_SELECTOR: { pool: 'gpu', arch: 'amd64' },
      KUBERNETES_EXECUTION_TOLERATIONS: [{ key: 'gpu', operator: 'Exists' }],
      ...{ KUBERNETES_EXECUTION_PRIORITY_CLASS: 'batch', KUBERNETES_EXECUTION_PULL_SECRETS: ['registry'] },
    });
  });

  test('asks the cluster for nothing unless a feature is turned on', async () => {
    const [{ spec }] = ofKind(await template(NEEDED), 'Deployment') as [Resource];
    const names = (spec.template.spec.containers[0].env as Resource[]).map(({ name }) => name as string);
    expect(names.filter((name) => name.startsWith('KUBE'))).toEqual([]);
  });

  test('leaves the number of replicas to the autoscaler where there is one', async () => {
    const resources = await template(FULL);
    expect(ofKind(resources, 'Deployment')[0]!['spec']).not.toHaveProperty('replicas');
    expect(ofKind(resources, 'HorizontalPodAutoscaler')[0]!['spec']).toMatchObject({
      minReplicas: 2,
      maxReplicas: 6,
    });
  });

  test('lets in whom it is told to, and out to what it needs', async () => {
    const [policy] = ofKind(await template(NEEDED), 'NetworkPolicy');
    expect(policy!['spec'].ingress).toEqual([{ ports: [{ port: 'http', protocol: 'TCP' }] }]);
    const ports = policy!['spec'].egress.flatMap((rule: Resource) =>
      rule['ports'].map(({ port }: Resource) => port),
    );
    expect(ports).toEqual([53, 53, 443, 4318, 5432, 6443, 7070, 9000, 9092, 9200]);
    const [narrow] = ofKind(await template(FULL), 'NetworkPolicy');
    expect(narrow!['spec'].egress[1]).toEqual({ to: [{ ipBlock: { cidr: '10.0.0.0/8' } }] });
    expect(ofKind(await template({ ...NEEDED, networkPolicy: { enabled: false } }), 'NetworkPolicy')).toEqual(
      [],
    );
  });

  test('is watched by the Prometheus operator where that is wanted', async () => {
    const [monitor] = ofKind(
      await template({ ...NEEDED, serviceMonitor: { enabled: true, labels: { release: 'p' } } }),
      'ServiceMonitor',
    );
    expect(monitor).toMatchObject({
      metadata: { labels: { release: 'p' } },
      spec: { endpoints: [{ port: 'http', path: '/metrics', interval: '30s' }] },
    });
  });
});

describe('bad values are refused by name', () => {
  const cases: [string, Settings, RegExp][] = [
    [
      'no secrets at all',
      {},
      /(?=.*database\/existingSecret)(?=.*adminToken\/existingSecret)(?=.*secretKey\/existingSecret)(?=.*objectStore\/bucket)/s,
    ],
    ['a misspelt name', { ...NEEDED, replicas: 3 }, /additional properties 'replicas' not allowed/],
    ['a misspelt name within', { ...NEEDED, database: { existingSecret: 'a', pol: 3 } }, /\/database.*'pol'/],
    [
      'a password where a Secret belongs',
      { ...NEEDED, database: { existingSecret: 'postgres://u:p@h/d' } },
      /database\/existingSecret/,
    ],
    [
      'credentials in an address',
      { ...NEEDED, elasticsearch: { url: 'http://u:p@es:9200' } },
      /elasticsearch\/url/,
    ],
    ['no replicas', { ...NEEDED, replicaCount: 0 }, /replicaCount.*minimum/],
    [
      'an issuer without an audience',
      { ...NEEDED, oidc: { issuer: 'https://id.example.org' } },
      /oidc\/audience/,
    ],
    [
      'gRPC for traces',
      { ...NEEDED, tracing: { endpoint: 'http://c:4317', protocol: 'grpc' } },
      /tracing\/protocol/,
    ],
    [
      'an audience of two words',
      { ...NEEDED, kubernetes: { tokenReview: { enabled: true, audience: 'a b' } } },
      /tokenReview\/audience/,
    ],
    ['a setting in small letters', { ...NEEDED, env: { cairn_port: '1' } }, /env.*cairn_port/],
    [
      'too little time to end',
      { ...NEEDED, terminationGracePeriodSeconds: 10 },
      /terminationGracePeriodSeconds/,
    ],
  ];
  test.each(cases)('%s', async (_, settings, message) => {
    const { code, stderr } = await run(helm, ['template', 'it', CHART, '-f', valuesFile(settings)], { env });
    expect(code).not.toBe(0);
    expect(stderr).toMatch(message);
  });
});

describe('installed in a cluster', () => {
  const can = async () => ({
    here: await rightsOf('it-cairn', NAME),
    runs: await rightsOf('it-cairn', RUNS),
    elsewhere: await rightsOf('it-cairn', 'kube-system'),
  });

  test('it migrates first, comes up with two pods, passes its own test, and may do nothing', async () => {
    for (const [name, key] of [
      ['database', 'url'],
      ['administrator', 'token'],
      ['sealing', 'key'],
    ] as const)
      await kubectl(['-n', NAME, 'create', 'secret', 'generic', name, `--from-literal=${key}=x`]);
    const before = Date.now();
    await install(NEEDED);
    const pods = JSON.parse(
      await kubectl(['-n', NAME, 'get', 'pods', '-l', 'app.kubernetes.io/component=server', '-o', 'json']),
    ) as { items: Resource[] };
    expect(pods.items).toHaveLength(2);
    const events = JSON.parse(await kubectl(['-n', NAME, 'get', 'events', '-o', 'json'])) as {
      items: Resource[];
    };
    const completed = events.items.find(
      ({ reason, involvedObject }) => reason === 'Completed' && involvedObject.name === 'it-cairn-migrate',
    );
    expect(Date.parse(completed!['lastTimestamp'] as string)).toBeLessThanOrEqual(
      Date.parse(pods.items[0]!['metadata'].creationTimestamp as string),
    );
    expect(Date.parse(pods.items[0]!['metadata'].creationTimestamp as string)).toBeGreaterThan(
      before - 2_000,
    );
    await succeed(helm, ['test', 'it', '-n', NAME, '--timeout', '60s'], { env });
    expect(await can()).toEqual({ here: new Set(), runs: new Set(), elsewhere: new Set() });
  });

  const features: [string, Settings, Record<'here' | 'runs' | 'elsewhere', string[]>][] = [
    [
      'the source, everywhere',
      { source: { enabled: true } },
      { here: [...READS, CLUSTER], runs: [...READS, CLUSTER], elsewhere: [...READS, CLUSTER] },
    ],
    [
      'the source, in one namespace',
      { source: { enabled: true, namespaces: [RUNS] } },
      { here: [CLUSTER], runs: [...READS, CLUSTER], elsewhere: [CLUSTER] },
    ],
    [
      'execution',
      { execution: { enabled: true, namespace: RUNS } },
      {
        here: [],
        runs: [
          ...each('create get list patch delete', 'batch/jobs'),
          ...each('list patch', '/pods'),
          ...['get /pods/log', 'list /events'],
        ],
        elsewhere: [],
      },
    ],
    [
      'reviews of tokens',
      { tokenReview: { enabled: true } },
      {
        here: ['create authentication.k8s.io/tokenreviews'],
        runs: ['create authentication.k8s.io/tokenreviews'],
        elsewhere: ['create authentication.k8s.io/tokenreviews'],
      },
    ],
  ];
  test.each(features)('%s brings exactly its rights', async (_, kubernetes, { here, runs, elsewhere }) => {
    await install({ ...NEEDED, kubernetes });
    expect(await can()).toEqual({ here: new Set(here), runs: new Set(runs), elsewhere: new Set(elsewhere) });
    const deployment = JSON.parse(
      await kubectl(['-n', NAME, 'get', 'deployment', 'it-cairn', '-o', 'json']),
    ) as Resource;
    expect(deployment['spec'].template.spec.automountServiceAccountToken).toBe(true);
  });

  test('it goes without a trace', async () => {
    await succeed(helm, ['uninstall', 'it', '-n', NAME, '--wait'], { env });
    const left = await kubectl([
      'get',
      'clusterrole,clusterrolebinding',
      '-l',
      'app.kubernetes.io/instance=it',
      '-o',
      'name',
    ]);
    expect(left.split('\n').filter((name) => name.includes(NAME))).toEqual([]);
    const jobs = await kubectl([
      '-n',
      NAME,
      'get',
      'all,networkpolicy,pdb,role,rolebinding',
      '-l',
      'app.kubernetes.io/instance=it',
      '-o',
      'name',
    ]);
    expect(jobs.trim()).toBe('');
  });
});
