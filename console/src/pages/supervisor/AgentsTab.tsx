/** Who works: availability, capacity, queues; and moving the work of one to another. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useAgents } from "../../api/agents";
import { get, post } from "../../api/client";
import { keys } from "../../api/keys";
import type { Agent, DeskSettings } from "../../api/types";
import { atLeast, useSession } from "../../session/session";
import { Button } from "../../ui/buttons";
import { Confirm } from "../../ui/dialogs";
import { Switch, TextField } from "../../ui/fields";
import { Chip, Empty, ErrorNotice, Loading } from "../../ui/notices";
import { BulkDialog } from "./BulkDialog";

const LIMIT_MAX = 1000;

export function AgentsTab() {
  const agents = useAgents();
  const { person, permissions } = useSession();
  const queries = useQueryClient();
  const [edited, setEdited] = useState<Agent | null>(null);
  const [emptied, setEmptied] = useState<Agent | null>(null);
  const { data: desk } = useQuery({
    queryKey: ["desk", "settings"],
    queryFn: ({ signal }) => get<DeskSettings>("/dwell/v1/Desk", undefined, signal),
  });
  const turn = useMutation({
    mutationFn: ({ agent, available }: { agent: Agent; available: boolean }) =>
      post(`/dwell/v1/Agents/${encodeURIComponent(agent.identity)}`, { Available: available }),
    onSettled: () => queries.invalidateQueries({ queryKey: keys.agents }),
  });
  const mayChange = atLeast(person.role, "supervisor");
  if (agents.error) return <ErrorNotice error={agents.error} onRetry={() => void agents.refetch()} />;
  if (!agents.data) return <Loading what="Reading the agents" />;
  if (agents.data.length === 0) {
    return (
      <Empty title="Nobody works here yet">
        People are added in Settings; every person is an agent by its identity.
      </Empty>
    );
  }
  return (
    <>
      {desk && (
        <p className="soft small">
          {desk.routing === "automatic"
            ? "What waits longest goes to the available agent with the most free capacity."
            : "Agents take what waits themselves."}{" "}
          {desk.count_inactive
            ? "Inactive sessions count against the limit."
            : "Inactive sessions do not count against the limit."}
        </p>
      )}
      {turn.error && <ErrorNotice error={turn.error} />}
      <ul className="supervisor-cards supervisor-agents">
        {agents.data.map((agent) => (
          <li key={agent.identity} className="panel">
            <span className="supervisor-agent">
              <strong>{agent.friendly_name || agent.identity}</strong>
              <span className="soft small">
                {agent.identity} · {agent.role}
              </span>
            </span>
            <Load agent={agent} />
            <span className="row">
              {agent.queues.length === 0 ? (
                <span className="soft small">every queue</span>
              ) : (
                agent.queues.map((queue) => <Chip key={queue}>{queue}</Chip>)
              )}
            </span>
            <Switch
              isSelected={agent.available}
              isDisabled={!mayChange && agent.identity !== person.identity}
              onChange={(available) => turn.mutate({ agent, available })}
            >
              <span>
                Available<span className="visually-hidden">: {agent.friendly_name || agent.identity}</span>
              </span>
            </Switch>
            {mayChange && (
              <span className="row">
                <Button size="small" onPress={() => setEdited(agent)}>
                  Change…
                </Button>
                {permissions.can_bulk && (
                  <Button size="small" isDisabled={agent.used + agent.inactive === 0} onPress={() => setEmptied(agent)}>
                    Reassign…
                  </Button>
                )}
              </span>
            )}
          </li>
        ))}
      </ul>
      {edited && <Edit agent={edited} onClose={() => setEdited(null)} />}
      {emptied && (
        <BulkDialog
          act="assign"
          of={{ Owner: emptied.identity, Status: ["active", "paused", "inactive"] }}
          onClose={() => setEmptied(null)}
        />
      )}
    </>
  );
}

/** How much of the capacity is used, with a link to it. */
function Load({ agent }: { readonly agent: Agent }) {
  const share = agent.limit === 0 ? 1 : agent.used / agent.limit;
  return (
    <span className="supervisor-load">
      <span className="supervisor-meter" aria-hidden="true">
        <span className={share >= 1 ? "full" : ""} style={{ width: `${Math.min(1, share) * 100}%` }} />
      </span>
      <Link
        to="/supervisor"
        search={{ tab: "sessions", owner: agent.identity, status: ["active", "paused", "inactive"] }}
        className="small"
      >
        {agent.used} of {agent.limit} used
        {agent.used > agent.limit && ", over capacity"}
        {agent.inactive > 0 && `, ${agent.inactive} inactive`}
      </Link>
    </span>
  );
}

function Edit({ agent, onClose }: { readonly agent: Agent; readonly onClose: () => void }) {
  const queries = useQueryClient();
  const [limit, setLimit] = useState(String(agent.limit));
  const [queues, setQueues] = useState(agent.queues.join(", "));
  const isLimit = /^\d+$/.test(limit) && Number(limit) <= LIMIT_MAX;
  const save = async (): Promise<void> => {
    if (!isLimit) throw new Error(`The limit is a whole number up to ${LIMIT_MAX}.`);
    const named = queues.split(",").map((queue) => queue.trim());
    // An empty one says that no queue is named: the agent serves all.
    const list = named.filter(Boolean);
    await post(`/dwell/v1/Agents/${encodeURIComponent(agent.identity)}`, {
      Limit: limit,
      Queues: list.length > 0 ? list : [""],
    });
    await queries.invalidateQueries({ queryKey: keys.agents });
  };
  return (
    <Confirm title={agent.friendly_name || agent.identity} act="Save" onConfirm={save} onClose={onClose}>
      <div className="stack">
        <TextField
          label="Limit"
          type="number"
          value={limit}
          onChange={setLimit}
          error={isLimit ? undefined : `A whole number up to ${LIMIT_MAX}`}
          hint="How many sessions at once"
        />
        <TextField
          label="Queues"
          value={queues}
          onChange={setQueues}
          hint="With commas between them; empty for every queue"
        />
      </div>
    </Confirm>
  );
}
