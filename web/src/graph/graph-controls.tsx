import { navigate } from '../navigation/use-view.js';
import { type AssetView, DEPTH_RANGE, type Direction, DIRECTIONS } from '../navigation/view.js';

const LABELS: Readonly<Record<Direction, string>> = {
  both: 'Both ways',
  upstream: 'Upstream',
  downstream: 'Downstream',
};

interface GraphControlsProps {
  readonly view: AssetView;
  readonly shown: string;
  readonly isLoading: boolean;
}

/** Direction and depth. Changing either starts from the asset in the middle again, without what was expanded by hand. */
export function GraphControls({ view, shown, isLoading }: GraphControlsProps) {
  const setDepth = (depth: number): void => navigate({ ...view, depth, expanded: [] });
  return (
    <div className="graph-controls" role="toolbar" aria-label="Graph">
      <fieldset className="segments">
        <legend className="sr-only">Direction</legend>
        {DIRECTIONS.map((direction) => (
          <label key={direction} className={direction === view.direction ? 'is-chosen' : undefined}>
            <input
              type="radio"
              name="direction"
              className="sr-only"
              checked={direction === view.direction}
              onChange={() => navigate({ ...view, direction, expanded: [] })}
            />
            {LABELS[direction]}
          </label>
        ))}
      </fieldset>
      <div className="stepper" role="group" aria-label="Depth">
        <button
          type="button"
          aria-label="Less depth"
          disabled={view.depth <= DEPTH_RANGE.min}
          onClick={() => setDepth(view.depth - 1)}
        >
          −
        </button>
        <output aria-live="polite">
          {view.depth} {view.depth === 1 ? 'hop' : 'hops'}
        </output>
        <button
          type="button"
          aria-label="More depth"
          disabled={view.depth >= DEPTH_RANGE.max}
          onClick={() => setDepth(view.depth + 1)}
        >
          +
        </button>
      </div>
      <span className="muted small" role="status">
        {isLoading ? 'Loading…' : shown}
      </span>
    </div>
  );
}
