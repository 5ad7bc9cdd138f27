/** The text in which something was found, with what the service put « and » around marked. */
export function Highlight({ text }: { readonly text: string }) {
  return (
    <span className="result-highlight small">
      {text
        .split(/(«[^»]*»)/)
        .map((part, at) => (at % 2 === 1 ? <mark key={at}>{part.slice(1, -1)}</mark> : part))}
    </span>
  );
}
