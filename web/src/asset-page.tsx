import { useEffect, useMemo } from 'react';
import { flushSync } from 'react-dom';
import { COLUMN_LINEAGE } from './api/operations.js';
import { useQuery } from './api/use-query.js';
import { DetailsPanel } from './details/details-panel.js';
import { columnTrail } from './graph/column-trail.js';
import type { GraphActions } from './graph/asset-node.js';
import { GraphControls } from './graph/graph-controls.js';
import { GraphView } from './graph/graph-view.js';
import type { Picture } from './graph/picture.js';
import { usePicture } from './graph/use-picture.js';
import { focusNode, focusPanel, isPanelFocused } from './navigation/focus.js';
import { useTitle } from './navigation/use-title.js';
import { navigate } from './navigation/use-view.js';
import { type AssetView, assetView } from './navigation/view.js';
import { Failure, Loading } from './parts/states.js';

/** The graph around an asset, and a panel about the selected one. */
export function AssetPage({ view, me }: { readonly view: AssetView; readonly me: string | undefined }) {
  const { center, picture, isLoading, error, retry } = usePicture(view);
  const selectedId = view.selected ?? view.asset;
  const selected =
    picture?.nodes.find(({ id }) => id === selectedId)?.asset ??
    (center?.id === selectedId ? center : undefined) ??
    center;
  const trail = useTrail(view, selected?.id, picture);
  const actions = useActions(view);
  const close = (): void => {
    const wasInPanel = isPanelFocused();
    flushSync(() => navigate({ ...view, isPanelOpen: false, column: undefined }));
    if (wasInPanel && selected !== undefined) focusNode(selected.id);
  };
  useEscape(view, close);
  useTitle(center?.identityName);

  if (error !== undefined && picture === undefined) {
    return (
      <main className="asset-page" tabIndex={-1}>
        <h1 className="sr-only">Asset</h1>
        <Failure error={error} onRetry={retry} />
      </main>
    );
  }
  if (picture === undefined || selected === undefined) {
    return (
      <main className="asset-page" tabIndex={-1}>
        <Loading what="the graph" />
      </main>
    );
  }
  return (
    <main className={view.isPanelOpen ? 'asset-page has-panel' : 'asset-page'} tabIndex={-1}>
      {!view.isPanelOpen && <h1 className="sr-only">{center?.identityName}</h1>}
      <section className="graph" aria-label={`Lineage of ${center?.identityName}`} aria-busy={isLoading}>
        <GraphControls view={view} shown={describe(picture)} isLoading={isLoading} />
        {picture.isTruncated && (
          <p className="notice is-warning" role="status">
            The graph is larger than what is shown. Choose one direction or a smaller depth, or expand single
            nodes.
          </p>
        )}
        {error !== undefined && <Failure error={error} onRetry={retry} />}
        {picture.edges.length === 0 && (
          <p className="notice" role="status">
            No lineage of {selected.identityName} is known yet. It appears with the first event that reads or
            writes it.
          </p>
        )}
        <div className="canvas">
          <GraphView
            picture={picture}
            center={view.asset}
            selected={view.isPanelOpen ? selected.id : ''}
            trail={trail}
            actions={actions}
          />
        </div>
      </section>
      {view.isPanelOpen && (
        <DetailsPanel key={selected.id} asset={selected} view={view} me={me} onClose={close} />
      )}
    </main>
  );
}

function useTrail(view: AssetView, asset: string | undefined, picture: Picture | undefined) {
  const { column } = view;
  const depth = Math.max(view.depth, 5);
  const { answer } = useQuery(
    COLUMN_LINEAGE,
    column === undefined || asset === undefined ? undefined : { id: asset, column, depth },
  );
  return useMemo(() => {
    if (column === undefined || asset === undefined || picture === undefined) return undefined;
    return columnTrail({ asset, column }, answer?.asset.columnLineage.edges ?? [], picture.edges);
  }, [column, asset, picture, answer]);
}

function useActions(view: AssetView): GraphActions {
  return {
    select: (id, goes) => {
      flushSync(() =>
        navigate({
          ...view,
          selected: id === view.asset ? undefined : id,
          isPanelOpen: true,
          column: undefined,
          compare: undefined,
          tag: undefined,
          file: undefined,
        }),
      );
      if (goes) focusPanel();
    },
    center: (id) =>
      navigate({ ...assetView(id), direction: view.direction, depth: view.depth, tab: view.tab }),
    expand: (expansion) => navigate({ ...view, expanded: [...view.expanded, expansion] }),
  };
}

/** Escape lets go of the column first, then closes the panel. */
function useEscape(view: AssetView, close: () => void): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (
        event.key !== 'Escape' ||
        (event.target instanceof HTMLElement && event.target.closest('input, textarea') !== null)
      )
        return;
      if (view.column !== undefined) navigate({ ...view, column: undefined });
      else if (view.isPanelOpen) close();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [view, close]);
}

function describe({ nodes, edges }: Picture): string {
  const hidden = nodes.filter(({ isOpaque }) => isOpaque).length;
  const counted = `${nodes.length} ${nodes.length === 1 ? 'asset' : 'assets'}, ${edges.length} ${edges.length === 1 ? 'edge' : 'edges'}`;
  return hidden === 0 ? counted : `${counted}, ${hidden} hidden`;
}
