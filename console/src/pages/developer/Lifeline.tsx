/** The life of the conversation as a band: what was, what is, what will be if nothing else happens. */
import { useNow } from "../../time/clock";
import { inWords } from "../../time/duration";
import { showDateTime, showExact } from "../../time/format";
import { type Life, stretches, weight } from "./life";

/** Older stretches are told in the timeline. */
const SHOWN_MAX = 9;

export function Lifeline({ life }: { readonly life: Life }) {
  const now = useNow();
  const all = stretches(life);
  const shown = all.slice(-SHOWN_MAX);
  const span = (from: number, to: number): string => inWords(Math.round((to - from) / 1000), 2);
  return (
    <section className="panel developer-life" aria-label="Life">
      <ol>
        {shown.map((one) => (
          <li
            key={`${one.kind}-${one.from}-${one.state}`}
            className={`${one.kind} ${one.state}`}
            style={{ flexGrow: weight(one, now) }}
            aria-current={one.kind === "present" ? "step" : undefined}
          >
            <strong>{one.state}</strong>
            <span className="small">
              {one.kind === "past" && one.to !== null && `for ${span(one.from, one.to)}`}
              {one.kind === "present" && `for ${span(one.from, now)} so far`}
              {one.kind === "future" && (one.to === null ? "from then on" : `for ${span(one.from, one.to)}`)}
            </span>
            <time className="small" dateTime={new Date(one.from).toISOString()} title={showExact(one.from)}>
              {showDateTime(one.from)}
            </time>
            <span className="small">{one.cause}</span>
          </li>
        ))}
      </ol>
      <p className="soft small">
        {all.length > shown.length && `The last ${shown.length} of ${all.length} stretches. `}
        {life.forecast.length > 0
          ? "Striped: what will happen if nothing else does. Widths are no scale."
          : "No timer is armed: it stays as it is until somebody does something."}
      </p>
    </section>
  );
}
