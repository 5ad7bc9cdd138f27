import type { AssetSummary } from '../api/types.js';
import { navigate } from '../navigation/use-view.js';
import type { AssetView, ShownTag } from '../navigation/view.js';
import { isSensitive } from '../parts/tags.js';
import { originMark, type TagOrigins } from './claims.js';
import { TagDetails } from './tag-details.js';

interface TagListProps {
  readonly asset: AssetSummary;
  readonly view: AssetView;
  /** Absent for the asset as a whole. */
  readonly column?: string;
  readonly tags: readonly TagOrigins[];
  readonly mayManage: boolean;
}

/** Classifications as chips that tell how each came; a click shows where from. */
export function TagList({ asset, view, column, tags, mayManage }: TagListProps) {
  const shown = tags.find(({ tag }) => tag === view.tag?.name && column === view.tag.column);
  return (
    <>
      <span className="tags">
        {tags.map((each) => (
          <TagChip
            key={each.tag}
            tag={each}
            isShown={each === shown}
            onClick={() =>
              navigate({ ...view, tag: each === shown ? undefined : shownTag(each.tag, column) })
            }
          />
        ))}
      </span>
      {shown !== undefined && (
        <TagDetails asset={asset} view={view} column={column} tag={shown} mayManage={mayManage} />
      )}
    </>
  );
}

function TagChip({
  tag,
  isShown,
  onClick,
}: {
  readonly tag: TagOrigins;
  readonly isShown: boolean;
  readonly onClick: () => void;
}) {
  const mark = originMark(tag);
  const looks = [
    'tag is-button',
    isSensitive(tag.tag) && tag.standing === 'effective' && 'is-sensitive',
    tag.standing !== 'effective' && `is-${tag.standing}`,
    isShown && 'is-shown',
  ];
  return (
    <button
      type="button"
      className={looks.filter(Boolean).join(' ')}
      aria-expanded={isShown}
      title={isShown ? 'Hide where it comes from' : `${WORDS[tag.standing]} Show where it comes from`}
      onClick={onClick}
    >
      {tag.tag}
      {mark !== undefined && <span className="tag-mark">{mark}</span>}
      {tag.standing !== 'effective' && (
        <span className="tag-mark">{tag.standing === 'suggested' ? '?' : 'dismissed'}</span>
      )}
    </button>
  );
}

const WORDS: Readonly<Record<TagOrigins['standing'], string>> = {
  effective: 'It counts.',
  suggested: 'It is suggested and does not count.',
  rejected: 'It was dismissed.',
};

function shownTag(name: string, column: string | undefined): ShownTag {
  return { name, ...(column !== undefined && { column }) };
}
