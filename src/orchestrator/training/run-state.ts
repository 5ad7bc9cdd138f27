/** Where a training run is. The last four are final. */
export const RUN_STATES = [
  'pending',
  'starting',
  'running',
  'succeeded',
  'failed',
  'cancelled',
  'lost',
] as const;
export type RunState = (typeof RUN_STATES)[number];

/** What somebody wants of a run. */
export type DesiredRun = 'run' | 'cancel';

/** What a controller saw. */
export type RunEvent =
  /** It has its turn: its folders are being laid out. */
  | { readonly kind: 'taken' }
  /** The command was started. */
  | { readonly kind: 'started' }
  /** Its outputs are committed. */
  | { readonly kind: 'committed' }
  /** It cannot go on: it could not be started, the command failed, ran out of time, or left outputs that cannot be committed. */
  | { readonly kind: 'failed' }
  /** It was stopped because somebody cancelled it. */
  | { readonly kind: 'stopped' }
  /** It runs no longer, and how it ended cannot be known. */
  | { readonly kind: 'vanished' };

const TRANSITIONS: Readonly<Record<RunState, Partial<Readonly<Record<RunEvent['kind'], RunState>>>>> = {
  pending: { taken: 'starting', failed: 'failed', stopped: 'cancelled' },
  starting: { started: 'running', failed: 'failed', stopped: 'cancelled' },
  running: { committed: 'succeeded', failed: 'failed', stopped: 'cancelled', vanished: 'lost' },
  succeeded: {},
  failed: {},
  cancelled: {},
  lost: {},
};

/** @returns where the run is after the event; undefined when the event does not concern a run in this state */
export function nextRunState(state: RunState, event: RunEvent): RunState | undefined {
  return TRANSITIONS[state][event.kind];
}

/** Whether nothing can happen to a run any more. */
export function isFinal(state: RunState): boolean {
  return Object.keys(TRANSITIONS[state]).length === 0;
}
