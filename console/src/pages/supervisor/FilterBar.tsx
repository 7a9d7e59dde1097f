import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useAgents } from "../../api/agents";
import { all } from "../../api/paging";
import type { DeskCounts, Service, SessionStatus } from "../../api/types";
import { Button } from "../../ui/buttons";
import { Checkbox, Select, TextField } from "../../ui/fields";
import { STATUS_LABELS } from "./cells";
import { EVERYTHING, type Filter, isEverything, STATES, STATUSES } from "./filter";
import type { SupervisorState } from "./state";

interface FilterProps {
  readonly state: SupervisorState;
  readonly what: "session" | "conversation";
  readonly counts: DeskCounts | undefined;
}

const ANY = { value: "", label: "Any" };
const SERVICES_MAX = 200;
/** While somebody types, the list is not searched at every letter. */
const TYPING_MS = 250;

const nameOf = (name: string | null, fallback: string): string => name || fallback;

export function FilterBar({ state, what, counts }: FilterProps) {
  const { filter, setFilter } = state;
  const set = (change: Partial<Filter>): void => setFilter({ ...filter, ...change });
  // On a phone the choices stay away until somebody wants them.
  const [isOpen, setOpen] = useState(false);
  const agents = useAgents();
  const services = useQuery({
    queryKey: ["services"],
    queryFn: ({ signal }) => all<Service>("/v1/Services?PageSize=100", SERVICES_MAX, signal),
  });
  const owners = (agents.data ?? []).map((agent) => ({
    value: agent.identity,
    label: nameOf(agent.friendly_name, agent.identity),
  }));
  const queues = new Set(
    [
      ...(counts?.by_queue.map((one) => one.queue) ?? []),
      ...(agents.data?.flatMap((agent) => agent.queues) ?? []),
      filter.queue,
    ].filter((queue): queue is string => Boolean(queue)),
  );
  return (
    <search className="supervisor-filter" aria-label={`Filter ${what}s`}>
      <TextFilter value={filter.text} onChange={(text) => set({ text })} />
      <button
        type="button"
        className="button small supervisor-more"
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
      >
        {isOpen ? "Fewer filters" : "More filters"}
      </button>
      <div className={isOpen ? "supervisor-choices" : "supervisor-choices closed"}>
        {what === "conversation" && (
          <Select
            label="State"
            value={filter.state}
            onChange={(next) => set({ state: next })}
            choices={
              [ANY, ...STATES.map((value) => ({ value, label: value }))] as { value: Filter["state"]; label: string }[]
            }
          />
        )}
        {what === "session" && (
          <>
            <Select
              label="Owner"
              value={filter.owner}
              onChange={(owner) => set({ owner })}
              choices={[ANY, ...owners]}
            />
            <Select
              label="Queue"
              value={filter.queue}
              onChange={(queue) => set({ queue })}
              choices={[ANY, ...[...queues].sort().map((value) => ({ value, label: value }))]}
            />
          </>
        )}
        {(services.data?.length ?? 0) > 1 && (
          <Select
            label="Service"
            value={filter.service}
            onChange={(service) => set({ service })}
            choices={[
              ANY,
              ...(services.data ?? []).map((one) => ({ value: one.sid, label: nameOf(one.friendly_name, one.sid) })),
            ]}
          />
        )}
      </div>
      {what === "session" && <StatusFilter filter={filter} counts={counts} onChange={set} />}
      {!isEverything(filter) && (
        <Button look="quiet" size="small" onPress={() => setFilter(EVERYTHING)}>
          Clear filter
        </Button>
      )}
    </search>
  );
}

interface StatusProps {
  readonly filter: Filter;
  readonly counts: DeskCounts | undefined;
  readonly onChange: (change: Partial<Filter>) => void;
}

function StatusFilter({ filter, counts, onChange }: StatusProps) {
  const toggle = (one: SessionStatus): void =>
    onChange({ status: STATUSES.filter((status) => filter.status.includes(status) !== (status === one)) });
  return (
    <fieldset className="supervisor-status">
      <legend className="visually-hidden">Status</legend>
      {STATUSES.map((status) => (
        <button key={status} type="button" aria-pressed={filter.status.includes(status)} onClick={() => toggle(status)}>
          {STATUS_LABELS[status]}
          <span>{counts?.by_status[status]?.toLocaleString()}</span>
        </button>
      ))}
      <Checkbox isSelected={filter.failed} onChange={(failed) => onChange({ failed })}>
        With an error only
      </Checkbox>
    </fieldset>
  );
}

function TextFilter({ value, onChange }: { readonly value: string; readonly onChange: (value: string) => void }) {
  const [text, setText] = useState(value);
  const [told, setTold] = useState(value);
  // A view that is opened, or going back, changes it from outside.
  if (value !== told) {
    setTold(value);
    setText(value);
  }
  useEffect(() => {
    if (text === value) return;
    const waiting = setTimeout(() => {
      setTold(text);
      onChange(text);
    }, TYPING_MS);
    return () => clearTimeout(waiting);
  }, [text, value, onChange]);
  return (
    <TextField
      label="Text"
      type="search"
      value={text}
      onChange={setText}
      placeholder="Name, customer, last message, SID"
    />
  );
}
