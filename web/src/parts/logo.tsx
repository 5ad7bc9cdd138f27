/** Three stones, one on the other. */
export function Logo() {
  return (
    <svg className="logo" viewBox="0 0 32 32" aria-hidden="true">
      <ellipse cx="16" cy="25.5" rx="12" ry="4.5" />
      <ellipse cx="16.5" cy="17" rx="8.5" ry="3.8" />
      <ellipse cx="15.5" cy="9.6" rx="5" ry="3.2" />
    </svg>
  );
}
