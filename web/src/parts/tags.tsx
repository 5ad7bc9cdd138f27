/** Classifications as chips; those about persons stand out. */
export function Tags({ tags }: { readonly tags: readonly string[] }) {
  if (tags.length === 0) return null;
  return (
    <span className="tags">
      {tags.map((tag) => (
        <span key={tag} className={/^(pii|restricted)(\.|$)/.test(tag) ? 'tag is-sensitive' : 'tag'}>
          {tag}
        </span>
      ))}
    </span>
  );
}
