import { showDateTime, showExact } from "../time/format";

/** An instant: date and time, with the exact one as its title; an em dash for none. */
export function When({ at }: { readonly at: string | null | undefined }) {
  if (!at) return <span className="soft">—</span>;
  return (
    <time dateTime={at} title={showExact(at)}>
      {showDateTime(at)}
    </time>
  );
}
