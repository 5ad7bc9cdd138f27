import { useEffect, useId, useRef, useState } from 'react';
import { SEARCH } from '../api/operations.js';
import { useQuery } from '../api/use-query.js';
import { navigate } from '../navigation/use-view.js';
import { assetView } from '../navigation/view.js';
import { KindIcon } from '../parts/kind-icon.js';
import { useDebounced } from './use-debounced.js';

const SUGGESTIONS = 8;
const DELAY_MS = 150;

/** The search field with suggestions as one types. `/` focuses it; arrows and Enter pick, Escape closes. */
export function SearchBox({
  query,
  isLarge = false,
}: {
  readonly query: string;
  readonly isLarge?: boolean;
}) {
  const [text, setText] = useState(query);
  const [isOpen, setOpen] = useState(false);
  const [active, setActive] = useState(-1);
  const field = useRef<HTMLInputElement>(null);
  const list = useId();
  useEffect(() => setText(query), [query]);
  useSlashFocus(field);
  const settled = useDebounced(text.trim(), DELAY_MS);
  const { answer } = useQuery(
    SEARCH,
    isOpen && settled !== '' ? { query: settled, filter: {}, first: SUGGESTIONS } : undefined,
  );
  const suggestions = answer?.search.nodes ?? [];
  const isShown = isOpen && suggestions.length > 0;

  const open = (id: string): void => {
    setOpen(false);
    navigate(assetView(id));
  };
  const onKeyDown = (event: React.KeyboardEvent): void => {
    if (event.key === 'Escape') {
      if (isShown) event.stopPropagation();
      setOpen(false);
    } else if (isShown && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) {
      event.preventDefault();
      const step = event.key === 'ArrowDown' ? 1 : -1;
      setActive((at) => ((at + 1 + step + suggestions.length + 1) % (suggestions.length + 1)) - 1);
    } else if (event.key === 'ArrowDown') {
      const first = document.querySelector<HTMLElement>('[data-result]');
      if (first !== null) event.preventDefault();
      first?.focus();
    }
  };

  return (
    <form
      role="search"
      className={isLarge ? 'search-box is-large' : 'search-box'}
      onSubmit={(event) => {
        event.preventDefault();
        const picked = isShown ? suggestions[active] : undefined;
        if (picked !== undefined) return open(picked.asset.id);
        setOpen(false);
        navigate({ page: 'search', query: text.trim() });
      }}
    >
      <input
        ref={field}
        type="search"
        role="combobox"
        aria-label="Search for an asset"
        aria-expanded={isShown}
        aria-controls={list}
        aria-autocomplete="list"
        aria-activedescendant={isShown && active >= 0 ? `${list}-${active}` : undefined}
        placeholder="Search datasets, models, jobs, endpoints"
        autoComplete="off"
        spellCheck={false}
        autoFocus={isLarge}
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setActive(-1);
          setOpen(true);
        }}
        onBlur={() => setOpen(false)}
        onKeyDown={onKeyDown}
      />
      <kbd aria-hidden="true">/</kbd>
      <ul id={list} role="listbox" aria-label="Suggestions" hidden={!isShown}>
        {suggestions.map(({ asset }, at) => (
          <li
            key={asset.id}
            id={`${list}-${at}`}
            role="option"
            aria-selected={at === active}
            onPointerDown={(event) => event.preventDefault()}
            onClick={() => open(asset.id)}
          >
            <KindIcon kind={asset.kind} />
            <span className="suggestion-name">{asset.identityName}</span>
            <span className="muted small">{asset.isManaged ? asset.namespace : asset.identityNamespace}</span>
          </li>
        ))}
      </ul>
    </form>
  );
}

function useSlashFocus(field: React.RefObject<HTMLInputElement | null>): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const isTyping =
        event.target instanceof HTMLElement &&
        event.target.closest('input, textarea, select, [contenteditable]') !== null;
      if (event.key !== '/' || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      field.current?.focus();
      field.current?.select();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [field]);
}
