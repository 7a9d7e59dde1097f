import { useQuery } from "@tanstack/react-query";
import { Tab, TabList, TabPanel, Tabs } from "react-aria-components";
import { get } from "../../api/client";
import { keys } from "../../api/keys";
import type { DeskCounts } from "../../api/types";
import { useTitle } from "../../ui/page";
import { AgentsTab } from "./AgentsTab";
import { AttentionTab } from "./AttentionTab";
import { readTab } from "./filter";
import { JobsTab } from "./JobsTab";
import { ConversationsTab, SessionsTab } from "./ListTabs";
import { useSupervisorState } from "./state";
import { Views } from "./Views";
import "./supervisor.css";

const LABELS = [
  ["sessions", "Sessions"],
  ["conversations", "All conversations"],
  ["attention", "Overdue and failed"],
  ["agents", "Agents"],
  ["jobs", "Bulk jobs"],
] as const;

export function SupervisorPage() {
  useTitle("Supervisor");
  const state = useSupervisorState();
  const { data: counts } = useQuery({
    queryKey: keys.counts,
    queryFn: ({ signal }) => get<DeskCounts>("/dwell/v1/Desk/Counts", undefined, signal),
  });
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
          {LABELS.map(([id, label]) => (
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
        <TabPanel id="jobs" className="supervisor-panel scrolls">
          <JobsTab />
        </TabPanel>
      </Tabs>
    </div>
  );
}
