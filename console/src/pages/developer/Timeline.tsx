import { useMemo, useState } from "react";
import { useAgents } from "../../api/agents";
import { showDateTime, showExact } from "../../time/format";
import { Button } from "../../ui/buttons";
import { Chip, Empty, type Tone } from "../../ui/notices";
import { JsonTree } from "./Json";
import type { Entry, EntryKind } from "./life";

const SHOWN = 200;

const KINDS: readonly { readonly value: EntryKind; readonly label: string }[] = [
  { value: "transition", label: "Transitions" },
  { value: "session", label: "Session" },
  { value: "message", label: "Messages" },
  { value: "participant", label: "Participants" },
  { value: "delivery", label: "Delivery" },
  { value: "conversation", label: "Conversation" },
  { value: "last_call", label: "Last calls" },
];

const TONES: Readonly<Record<string, Tone>> = {
  active: "good",
  waiting: "info",
  paused: "warn",
  inactive: "warn",
  error: "bad",
};
export const toneOf = (state: string): Tone => TONES[state] ?? "quiet";

export function Timeline({ entries }: { readonly entries: readonly Entry[] }) {
  const [kinds, setKinds] = useState<ReadonlySet<EntryKind>>(new Set());
  const [count, setCount] = useState(SHOWN);
  const { data: agents = [] } = useAgents();
  const names = useMemo(
    () => new Map(agents.map((agent) => [agent.person_sid, agent.friendly_name || agent.identity])),
    [agents],
  );
  const present = KINDS.filter(({ value }) => entries.some((entry) => entry.kind === value));
  const matching = kinds.size === 0 ? entries : entries.filter((entry) => kinds.has(entry.kind));
  const toggle = (kind: EntryKind): void => {
    const next = new Set(kinds);
    if (!next.delete(kind)) next.add(kind);
    setKinds(next);
  };
  if (entries.length === 0) return <Empty title="Nothing happened yet" />;
  return (
    <>
      <fieldset className="developer-kinds">
        <legend className="visually-hidden">Show only</legend>
        {present.map(({ value, label }) => (
          <button key={value} type="button" aria-pressed={kinds.has(value)} onClick={() => toggle(value)}>
            <span className={`developer-dot ${value}`} aria-hidden="true" />
            {label}
          </button>
        ))}
      </fieldset>
      <ol className="developer-timeline" aria-label="What happened, newest first">
        {matching.slice(0, count).map((entry) => (
          <li key={entry.id} className={entry.kind}>
            <span className={`developer-dot ${entry.kind}`} aria-hidden="true" />
            <details>
              <summary>
                <span className="developer-entry">
                  {entry.change ? <Change change={entry.change} kind={entry.kind} /> : <strong>{entry.title}</strong>}
                  <time dateTime={entry.at} title={showExact(entry.at)} className="soft">
                    {showDateTime(entry.at)}
                  </time>
                </span>
                <span className="soft small">
                  by {entry.cause}
                  {entry.actor && <> · {names.get(entry.actor) ?? entry.actor}</>}
                </span>
                {entry.error && <span className="developer-error">{entry.error}</span>}
              </summary>
              <JsonTree value={entry.detail} />
            </details>
          </li>
        ))}
      </ol>
      {matching.length > count && (
        <Button onPress={() => setCount(count + SHOWN)}>Show {Math.min(SHOWN, matching.length - count)} older</Button>
      )}
    </>
  );
}

interface ChangeProps {
  readonly change: readonly [string | null, string];
  readonly kind: EntryKind;
}

/** From and to, of the conversation or its session. */
export function Change({ change: [from, to], kind }: ChangeProps) {
  return (
    <span className="developer-change">
      <span className="small">{kind === "session" ? "Session" : "State"}</span>
      {from && <Chip tone={toneOf(from)}>{from}</Chip>}
      {from && <span aria-hidden="true">→</span>}
      {from && <span className="visually-hidden">to</span>}
      <Chip tone={toneOf(to)}>{to}</Chip>
    </span>
  );
}
