/** Where a reflector stands: it lists everything, or watches from a version on. */
export type ReflectorState =
  | { readonly mode: 'list'; readonly failures: number; readonly reason: RelistReason }
  | { readonly mode: 'watch'; readonly failures: number; readonly resourceVersion: string };

export type RelistReason = 'start' | 'expired' | 'garbage' | 'refused';

/** How a list or a watch ended. */
export type Outcome =
  | { readonly type: 'listed'; readonly resourceVersion: string }
  /** The server ended the watch as it was asked to. */
  | { readonly type: 'ended'; readonly resourceVersion: string; readonly isShort: boolean }
  /** The server does not know the version any more (410). */
  | { readonly type: 'expired' }
  | { readonly type: 'garbage' }
  | { readonly type: 'refused'; readonly status: number }
  /** No connection, or one that broke; or one that fell silent. */
  | { readonly type: 'broken' | 'stalled'; readonly resourceVersion?: string };

/** What is done next, and after how long. */
export interface Step {
  readonly state: ReflectorState;
  readonly pauseMs: number;
}

const FIRST_PAUSE_MS = 250;
const MAX_PAUSE_MS = 8_000;
/** After so many refusals of a watch in a row everything is listed: its version may be of a store that was restored. */
const MAX_REFUSALS = 3;

export const BEGIN: ReflectorState = { mode: 'list', failures: 0, reason: 'start' };

/**
 * The next step of a reflector.
 * @param random 0–1: pauses are spread, so that many who lost one server do not come back at once
 */
export function nextStep(state: ReflectorState, outcome: Outcome, random: number): Step {
  const failures = state.failures + 1;
  const pauseMs = pauseAfter(failures, random);
  switch (outcome.type) {
    case 'listed':
      return {
        state: { mode: 'watch', failures: 0, resourceVersion: outcome.resourceVersion },
        pauseMs: 0,
      };
    case 'ended': {
      // A server that ends every watch at once must not be asked without pause.
      const next = outcome.isShort ? failures : 0;
      return {
        state: { mode: 'watch', failures: next, resourceVersion: outcome.resourceVersion },
        pauseMs: outcome.isShort ? pauseMs : 0,
      };
    }
    case 'expired':
      return {
        state: { mode: 'list', failures, reason: 'expired' },
        pauseMs: state.failures === 0 ? 0 : pauseMs,
      };
    case 'garbage':
      return { state: { mode: 'list', failures, reason: 'garbage' }, pauseMs };
    case 'refused':
      if (state.mode === 'watch' && isPassing(outcome.status) && failures < MAX_REFUSALS)
        return { state: { ...state, failures }, pauseMs };
      return {
        state: { mode: 'list', failures, reason: state.mode === 'list' ? state.reason : 'refused' },
        pauseMs,
      };
    case 'broken':
    case 'stalled':
      if (state.mode === 'list') return { state: { ...state, failures }, pauseMs };
      return {
        state: { mode: 'watch', failures, resourceVersion: outcome.resourceVersion ?? state.resourceVersion },
        pauseMs,
      };
  }
}

function isPassing(status: number): boolean {
  return status === 429 || status >= 500;
}

/** Doubles with each failure in a row; between half of that and all of it. */
function pauseAfter(failures: number, random: number): number {
  const whole = Math.min(FIRST_PAUSE_MS * 2 ** (failures - 1), MAX_PAUSE_MS);
  return Math.round(whole * (0.5 + random / 2));
}
