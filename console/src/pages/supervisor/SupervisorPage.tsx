import { useQuery } from "@tanstack/react-query";
import { Tab, TabList, TabPanel, Tabs } from "react-aria-components";
import { get } from "../../api/client";
import { keys } from "../../api/keys";
import type { DeskCounts } from "../../api/types";
import { atLeast, useSession } from "../../session/session";
import { useTitle } from "../../ui/page";
import { AgentsTab } from "./AgentsTab";
import { AttentionTab } from "./AttentionTab";
import { readTab } from "./filter";
import { JobsTab } from "./JobsTab";
import { ConversationsTab, SessionsTab } from "./ListTabs";
import { useSupervisorState } from "./state";
import { Views } from "./Views";
import "./supervisor.css";

const PLACES = [
  { id: "sessions", label: "Sessions", least: "viewer" },
  { id: "conversations", label: "All conversations", least: "viewer" },
  { id: "attention", label: "Overdue and failed", least: "viewer" },
  { id: "agents", label: "Agents", least: "viewer" },
  { id: "jobs", label: "Bulk jobs", least: "agent" },
] as const;

export function SupervisorPage() {
  useTitle("Supervisor");
  const state = useSupervisorState();
  const { person } = useSession();
  const { data: counts } = useQuery({
    queryKey: keys.counts,
    queryFn: ({ signal }) => get<DeskCounts>("/dwell/v1/Desk/Counts", undefined, signal),
  });
  const places = PLACES.filter(({ least }) => atLeast(person.role, least));
  return (
    <div className="supervisor">
      <header className="spread">
        <h1>Supervisor</h1>
        <Views state={state} />
      </header>
      <Tabs
        className="tabs supervisor-tabs"
        selectedKey={state.tab}
        onSelectionChange={(key) => state.setTab(readTab(key))}
      >
        <TabList className="tablist" aria-label="Supervisor">
          {places.map(({ id, label }) => (
            <Tab key={id} id={id} className="tab">
              {label}
            </Tab>
          ))}
        </TabList>
        <TabPanel id="sessions" className="supervisor-panel">
          <SessionsTab state={state} counts={counts} />
        </TabPanel>
        <TabPanel id="conversations" className="supervisor-panel">
          <ConversationsTab state={state} />
        </TabPanel>
        <TabPanel id="attention" className="supervisor-panel scrolls">
          <AttentionTab />
        </TabPanel>
        <TabPanel id="agents" className="supervisor-panel scrolls">
          <AgentsTab />
        </TabPanel>
        {places.some(({ id }) => id === "jobs") && (
          <TabPanel id="jobs" className="supervisor-panel scrolls">
            <JobsTab />
          </TabPanel>
        )}
      </Tabs>
    </div>
  );
}
