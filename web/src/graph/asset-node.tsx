import { Handle, type Node, type NodeProps, Position } from '@xyflow/react';
import { createContext, use } from 'react';
import type { AssetSummary } from '../api/types.js';
import type { Expansion } from '../navigation/view.js';
import { KindIcon } from '../parts/kind-icon.js';
import type { PictureNode } from './picture.js';
import { shortName } from './short-name.js';
import { useSight } from './use-sight.js';

/** What a click in the graph does. */
export interface GraphActions {
  /** @param goes whether the focus is to go to its details */
  readonly select: (id: string, goes: boolean) => void;
  readonly center: (id: string) => void;
  readonly expand: (expansion: Expansion) => void;
}

export const GraphActionsContext = createContext<GraphActions | undefined>(undefined);

/** What a node of the drawing shows. */
export interface AssetNodeContent extends Record<string, unknown> {
  readonly node: PictureNode;
  readonly isCenter: boolean;
  readonly isSelected: boolean;
  /** Off the trail of the picked column. */
  readonly isDimmed: boolean;
  readonly columns: readonly string[];
  /** Whether an edge is drawn on that side already. */
  readonly hasEdges: { readonly upstream: boolean; readonly downstream: boolean };
}

export type AssetFlowNode = Node<AssetNodeContent, 'asset'>;

const BODY_HEIGHT = 62;
const COLUMN_HEIGHT = 20;
const SHOWN_COLUMNS = 5;

/** Pixels, as drawn by {@link AssetNode} with that many columns. */
export function nodeHeight(columns: readonly string[]): number {
  const rows = Math.min(columns.length, SHOWN_COLUMNS + 1);
  return BODY_HEIGHT + (rows === 0 ? 0 : rows * COLUMN_HEIGHT + 8);
}

/** One asset: kind, name, namespace, the columns on the trail, and a "+" on each side that may have more. */
export function AssetNode({ data }: NodeProps<AssetFlowNode>) {
  const actions = use(GraphActionsContext)!;
  const { node, isCenter, isSelected, isDimmed, columns, hasEdges } = data;
  const { asset } = node;
  const kind = asset?.kind ?? 'hidden';
  const bringIntoSight = useSight(node.id);
  const state = [isCenter && 'is-center', isSelected && 'is-selected', isDimmed && 'is-dimmed']
    .filter(Boolean)
    .join(' ');
  return (
    <div className={`node node-${kind} ${state}`} onFocus={bringIntoSight}>
      <Handle type="target" position={Position.Left} isConnectable={false} />
      {asset === null ? (
        <div className="node-body" title="You may not see what stands here. Data flows through it.">
          <KindIcon kind="hidden" />
          <span className="node-text">
            <span className="node-name">Hidden</span>
            <span className="node-place">you may not see it</span>
          </span>
        </div>
      ) : (
        <button
          type="button"
          className="node-body nopan"
          aria-pressed={isSelected}
          aria-label={nameOf(asset)}
          title={`${asset.identityName}\n${asset.identityNamespace}`}
          onClick={(event) => actions.select(node.id, event.detail === 0)}
          onDoubleClick={() => actions.center(node.id)}
        >
          <KindIcon kind={asset.kind} />
          <span className="node-text">
            <span className="node-name">{shortName(asset.identityName)}</span>{' '}
            <span className="node-place">{asset.namespace}</span>
          </span>
        </button>
      )}
      {columns.length > 0 && (
        <ul className="node-columns">
          {columns.slice(0, SHOWN_COLUMNS).map((column) => (
            <li key={column}>{column}</li>
          ))}
          {columns.length > SHOWN_COLUMNS && <li className="muted">{columns.length - SHOWN_COLUMNS} more</li>}
        </ul>
      )}
      {(['upstream', 'downstream'] as const).map(
        (direction) =>
          node.mayHaveMore[direction] && (
            <button
              key={direction}
              type="button"
              className={`expand expand-${direction} ${hasEdges[direction] ? 'is-quiet' : ''} nopan`}
              aria-label={`Show more ${direction} of ${asset?.identityName}`}
              title={`Show more ${direction}`}
              onClick={() => actions.expand({ id: node.id, direction })}
            >
              +
            </button>
          ),
      )}
      <Handle type="source" position={Position.Right} isConnectable={false} />
    </div>
  );
}

/** It begins with what is seen, for those who speak to their computer. */
function nameOf({ kind, identityName, namespace }: AssetSummary): string {
  const shown = shortName(identityName);
  return `${shown} ${namespace}, ${shown === identityName ? kind : `${kind} ${identityName}`}`;
}
