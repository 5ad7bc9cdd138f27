import type {
  V1Container,
  V1EnvVar,
  V1Job,
  V1PodSpec,
  V1SecurityContext,
  V1VolumeMount,
} from '@kubernetes/client-node';
import type { ExecutionSpec, SettledDemands } from '../execution-driver.js';
import type { JobSettings } from './settings.js';

/** Marks what Cairn makes, with {@link EXECUTION_LABEL}. */
export const MANAGED_BY = { 'app.kubernetes.io/managed-by': 'cairn' } as const;
/** Names the execution of a Job and of its pods. */
export const EXECUTION_LABEL = 'cairn.dev/execution';
/** SHA-256 of the staging credential of a Job: tells whose attempt to start won. */
export const TOKEN_ANNOTATION = 'cairn.dev/staging-token-sha256';

/** The containers of a pod, in the order of their running. The pod succeeds with the last. */
export const STAGE_IN = 'stage-in';
export const RUN = 'run';
export const STAGE_OUT = 'stage-out';

/** What of a pod's life is no waiting and no running: it may end, and its Job be told. */
const MARGIN_SECONDS = 60;
const BASE = '/mnt/cairn';
/** In the service's own image, from its working directory. */
const STAGER = ['node', 'dist/src/orchestrator/execution/kubernetes/stager/main.js'];

const INPUTS: V1VolumeMount = { name: 'inputs', mountPath: `${BASE}/inputs` };
const WORK: V1VolumeMount = { name: 'work', mountPath: `${BASE}/work` };
const OUTPUTS: V1VolumeMount = { name: 'outputs', mountPath: `${BASE}/outputs` };
const HOME: V1VolumeMount = { name: 'home', mountPath: `${BASE}/home` };
const readOnly = (mount: V1VolumeMount): V1VolumeMount => ({ ...mount, readOnly: true });

/** The name of an execution's Job. */
export const jobName = (id: string): string => `cairn-${id}`;

/** The credential of a Job's own staging, and its SHA-256. */
export interface StagingToken {
  readonly secret: string;
  readonly sha256: string;
}

/**
 * The Job of an execution: one pod, once. Bringing in the inputs and the command itself are init containers, so that they run one
 * after the other, each in an image of its own, and so that outputs are brought out only after a command that succeeded.
 * Neither the Job nor its pod goes away by itself.
 */
export function jobOf(
  spec: ExecutionSpec,
  demands: SettledDemands & { readonly image: string },
  token: StagingToken,
  settings: JobSettings,
): V1Job {
  const labels = { ...MANAGED_BY, 'app.kubernetes.io/component': 'training-run', [EXECUTION_LABEL]: spec.id };
  const timeoutSeconds = seconds(spec.timeoutMs);
  const graceSeconds = seconds(spec.graceMs);
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      ...{ name: jobName(spec.id), namespace: settings.namespace, labels },
      annotations: { [TOKEN_ANNOTATION]: token.sha256 },
    },
    spec: {
      ...{ completions: 1, parallelism: 1, backoffLimit: 0 },
      // The pod's own deadline is kept by its node, which leaves pod, exit code and log. This one is for a node that is no more.
      activeDeadlineSeconds: timeoutSeconds + graceSeconds + seconds(settings.patienceMs) + MARGIN_SECONDS,
      template: { metadata: { labels }, spec: podOf(spec, demands, token, settings) },
    },
  };
}

function podOf(
  spec: ExecutionSpec,
  { image, resources }: SettledDemands & { readonly image: string },
  token: StagingToken,
  settings: JobSettings,
): V1PodSpec {
  const { user, volumeSize } = settings;
  const { cpu: _, ...limits } = resources;
  const run: V1Container = {
    ...{ name: RUN, image, workingDir: WORK.mountPath },
    command: spec.command.map(literal),
    env: variables({
      ...spec.environment,
      ...{ HOME: HOME.mountPath, CAIRN_INPUTS: INPUTS.mountPath, CAIRN_OUTPUTS: OUTPUTS.mountPath },
    }),
    resources: { requests: { ...resources }, limits },
    volumeMounts: [readOnly(INPUTS), WORK, OUTPUTS, HOME],
    securityContext: hardened({}),
  };
  return {
    ...{ restartPolicy: 'Never', automountServiceAccountToken: false, enableServiceLinks: false },
    activeDeadlineSeconds: seconds(spec.timeoutMs),
    terminationGracePeriodSeconds: seconds(spec.graceMs),
    securityContext: {
      ...{ runAsNonRoot: true, runAsUser: user, runAsGroup: user, fsGroup: user },
      ...{ fsGroupChangePolicy: 'OnRootMismatch', seccompProfile: { type: 'RuntimeDefault' } },
    },
    priorityClassName: settings.priorityClass,
    nodeSelector: settings.nodeSelector && { ...settings.nodeSelector },
    tolerations: [...settings.tolerations],
    imagePullSecrets: settings.pullSecrets.map((name) => ({ name })),
    volumes: [INPUTS, WORK, OUTPUTS, HOME].map(({ name }) => ({ name, emptyDir: { sizeLimit: volumeSize } })),
    initContainers: [stager(STAGE_IN, spec, token, settings, [INPUTS, WORK]), run],
    containers: [stager(STAGE_OUT, spec, token, settings, [readOnly(OUTPUTS)])],
  };
}

function stager(
  name: string,
  spec: ExecutionSpec,
  token: StagingToken,
  settings: JobSettings,
  volumeMounts: V1VolumeMount[],
): V1Container {
  return {
    ...{ name, image: settings.stagerImage, command: [...STAGER, name], volumeMounts },
    env: [
      ...variables({
        CAIRN_URL: settings.serviceUrl,
        CAIRN_EXECUTION: spec.id,
        CAIRN_STAGING_TOKEN: token.secret,
      }),
      ...variables(
        Object.fromEntries(
          volumeMounts.map((mount) => [`CAIRN_${mount.name.toUpperCase()}`, mount.mountPath]),
        ),
      ),
      // Whoever watches pods reads there which run a pod belongs to, and looks at no init container.
      ...variables(lineageOf(spec)),
      { name: 'CAIRN_POD_UID', valueFrom: { fieldRef: { fieldPath: 'metadata.uid' } } },
    ],
    resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '512Mi' } },
    terminationMessagePolicy: 'FallbackToLogsOnError',
    securityContext: hardened({ readOnlyRootFilesystem: true }),
  };
}

function lineageOf({ environment }: ExecutionSpec): Record<string, string> {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => name.startsWith('OPENLINEAGE_')));
}

function hardened(more: V1SecurityContext): V1SecurityContext {
  return { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] }, ...more };
}

function variables(values: Readonly<Record<string, string>>): V1EnvVar[] {
  return Object.entries(values).map(([name, value]) => ({ name, value: literal(value) }));
}

/** Kubernetes reads `$(NAME)` and `$$` in commands and variables; a text is to arrive as it is. Source: core/v1 EnvVar. */
function literal(text: string): string {
  return text.replaceAll('$', '$$$$');
}

function seconds(ms: number): number {
  return Math.max(1, Math.ceil(ms / 1_000));
}
