import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { post } from "../../api/client";
import { keys } from "../../api/keys";
import type { Capacity } from "../../api/types";
import { Button, IconButton } from "../../ui/buttons";
import { Switch } from "../../ui/fields";
import { Chip, errorText } from "../../ui/notices";
import { toast } from "../../ui/toasts";
import { countOf, useCapacity, useCounts, useMe } from "./data";
import { LIST_NAMES, LISTS, type ListName } from "./lists";
import { SessionList } from "./SessionList";

/** "2 of 4 used", and that it is more than that when it is. */
function Used({ capacity }: { readonly capacity: Capacity }) {
  const { used, inactive, limit, counts_inactive: countsInactive } = capacity;
  const taken = used + (countsInactive ? inactive : 0);
  const text = `${taken} of ${limit} used`;
  const parts = Math.min(1, limit === 0 ? 1 : taken / limit);
  return (
    <div className="desk-used">
      <span>{text}</span>
      <meter aria-label="Capacity used" min={0} max={1} value={parts} className={taken > limit ? "over" : ""}>
        {text}
      </meter>
      {taken > limit && <Chip tone="warn">{taken - limit} over capacity</Chip>}
    </div>
  );
}

function Availability() {
  const queries = useQueryClient();
  const { identity } = useMe();
  const { data } = useCapacity(true);
  if (!data) return <div className="desk-mine" />;
  const set = async (available: boolean): Promise<void> => {
    const key = [...keys.agents, "capacity", identity];
    queries.setQueryData<Capacity>(key, { ...data, available });
    try {
      await post(`/dwell/v1/Agents/${encodeURIComponent(identity)}`, { Available: available });
    } catch (error) {
      toast(errorText(error));
    }
    void queries.invalidateQueries({ queryKey: keys.agents });
  };
  return (
    <div className="desk-mine">
      <Switch isSelected={data.available} onChange={(available) => void set(available)}>
        {data.available ? "Available" : "Not available"}
      </Switch>
      <Used capacity={data} />
    </div>
  );
}

interface Props {
  readonly list: ListName;
  readonly open: string | undefined;
  readonly takesWork: boolean;
  readonly onOpen: (conversation: string, isForWork: boolean) => void;
  readonly onTakeNext: () => void;
  readonly onHelp: () => void;
}

/** The left side of the desk: what there is to do. */
export function ListPane({ list, open, takesWork, onOpen, onTakeNext, onHelp }: Props) {
  const { data: counts } = useCounts();
  return (
    <section className="desk-lists" aria-label="Lists">
      <header className="desk-lists-head">
        <div className="spread">
          <h1>Desk</h1>
          <IconButton icon="help" label="Shortcuts and sound (?)" size="small" onPress={onHelp} />
        </div>
        {takesWork && <Availability />}
        <nav aria-label="Lists" className="desk-tabs">
          {LIST_NAMES.map((name) => (
            <Link
              key={name}
              to="/desk"
              search={{ list: name, ...(open ? { open } : {}) }}
              className="desk-tab"
              {...(name === list ? { "aria-current": "true" as const } : {})}
            >
              {LISTS[name].label} <span className="desk-count">{countOf(name, counts) ?? "…"}</span>
            </Link>
          ))}
        </nav>
        {list === "queue" && takesWork && (
          <Button look="primary" isDisabled={counts?.queue === 0} onPress={onTakeNext}>
            Take next
          </Button>
        )}
      </header>
      <SessionList key={list} list={list} open={open} onOpen={onOpen} />
    </section>
  );
}
