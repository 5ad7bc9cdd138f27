/** Whether a classification is about persons, or restricted. */
export function isSensitive(tag: string): boolean {
  return /^(pii|restricted)(\.|$)/.test(tag);
}

/** Classifications as chips; those about persons stand out. */
export function Tags({ tags }: { readonly tags: readonly string[] }) {
  if (tags.length === 0) return null;
  return (
    <span className="tags">
      {tags.map((tag) => (
        <span key={tag} className={isSensitive(tag) ? 'tag is-sensitive' : 'tag'}>
          {tag}
        </span>
      ))}
    </span>
  );
}
