import { Component, type ReactNode } from 'react';

interface FaultBoundaryProps {
  readonly children: ReactNode;
}

interface FaultBoundaryState {
  readonly fault: Error | undefined;
}

/** Says so when the explorer itself fails, instead of an empty page. */
export class FaultBoundary extends Component<FaultBoundaryProps, FaultBoundaryState> {
  override readonly state: FaultBoundaryState = { fault: undefined };

  static getDerivedStateFromError(thrown: unknown): FaultBoundaryState {
    return { fault: thrown instanceof Error ? thrown : new Error(String(thrown)) };
  }

  override render(): ReactNode {
    const { fault } = this.state;
    if (fault === undefined) return this.props.children;
    return (
      <div className="state is-bad" role="alert">
        <strong>The explorer failed: {fault.message}</strong>
        <p>Nothing was changed by that. Load the page again; if it fails again, start from the search.</p>
        <button type="button" className="button" onClick={() => window.location.reload()}>
          Load again
        </button>
        <a href="/">To the search</a>
      </div>
    );
  }
}
