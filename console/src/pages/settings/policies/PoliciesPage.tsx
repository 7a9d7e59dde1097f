/** Lifecycle policies: the list, and the form of one. */
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { Button as AriaButton } from "react-aria-components";
import { all, relative } from "../../../api/paging";
import { serviceName, useServices } from "../../../api/services";
import type { LifecyclePolicy } from "../../../api/types";
import { ApplyDialog } from "../../../bulk/ApplyPanel";
import { atLeast, useSession } from "../../../session/session";
import { Button } from "../../../ui/buttons";
import { Chip, Empty, ErrorNotice, Loading } from "../../../ui/notices";
import { Page } from "../../../ui/page";
import { rulesInWords } from "./draft";
import { POLICIES, POLICIES_KEY, PolicyForm } from "./PolicyForm";

/** In place of a SID in the page's address: the form of a new one. */
const NEW = "new";

function usePolicies() {
  return useQuery({
    queryKey: POLICIES_KEY,
    queryFn: ({ signal }) => all<LifecyclePolicy>(`${POLICIES}?PageSize=100`, 1000, signal),
  });
}

function useScopeInWords(): (policy: LifecyclePolicy) => string {
  const services = useServices();
  return (policy) => {
    const service = services.find((one) => one.sid === policy.chat_service_sid);
    const parts = [policy.address, policy.channel_type, service ? serviceName(service) : policy.chat_service_sid];
    return parts.filter((part) => part !== null).join(" · ") || "All conversations";
  };
}

interface ListProps {
  readonly policies: readonly LifecyclePolicy[];
  readonly mayEdit: boolean;
  readonly onOpen: (sid: string) => void;
  readonly onApply: (policy: LifecyclePolicy) => void;
}

function List({ policies, mayEdit, onOpen, onApply }: ListProps) {
  const scopeInWords = useScopeInWords();
  return (
    <div className="panel resource-table">
      <table>
        <thead>
          <tr>
            {["Name", "For", "What it does", "State", "Older version"].map((label) => (
              <th key={label} scope="col">
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {policies.map((policy) => (
            <tr key={policy.sid}>
              <td data-label="Name">
                <AriaButton className="resource-open" onPress={() => onOpen(policy.sid)}>
                  {policy.friendly_name || policy.sid}
                </AriaButton>
              </td>
              <td data-label="For">{scopeInWords(policy)}</td>
              <td data-label="What it does">{rulesInWords(policy)}</td>
              <td data-label="State">
                <Chip tone={policy.enabled ? "good" : "quiet"}>{policy.enabled ? "on" : "off"}</Chip>
              </td>
              <td data-label="Older version">
                <span className="row">
                  {policy.outdated === 0 ? "none" : `${policy.outdated} conversations`}
                  {mayEdit && policy.enabled && (
                    <Button size="small" aria-label={`Apply ${policy.friendly_name}…`} onPress={() => onApply(policy)}>
                      Apply…
                    </Button>
                  )}
                </span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

export function PoliciesPage() {
  const { person } = useSession();
  const { item } = useSearch({ from: "/settings/$section" });
  const navigate = useNavigate();
  const policies = usePolicies();
  const [applied, setApplied] = useState<LifecyclePolicy | null>(null);
  const mayEdit = atLeast(person.role, "admin");
  const open = (sid: string | null): void =>
    void navigate({ to: "/settings/$section", params: { section: "policies" }, search: sid ? { item: sid } : {} });

  if (policies.isPending) return <Loading />;
  const policy = policies.data?.find((one) => one.sid === item) ?? null;
  if (item !== undefined && (policy !== null || item === NEW)) {
    return (
      <Page title={policy ? policy.friendly_name || "Policy" : "New policy"}>
        <PolicyForm key={item} policy={policy} onClose={() => open(null)} />
      </Page>
    );
  }
  return (
    <Page
      title="Lifecycle policies"
      lead="Rules for the silence of customers: warnings, farewell, business hours, what happens and who gets them when they return. A conversation that was given timers of its own lives by those."
      acts={
        mayEdit && (
          <Button look="primary" icon="plus" onPress={() => open(NEW)}>
            New policy
          </Button>
        )
      }
    >
      {policies.error && <ErrorNotice error={policies.error} onRetry={() => void policies.refetch()} />}
      {policies.data?.length === 0 && (
        <div className="panel">
          <Empty title="There are no policies yet.">
            <span>Conversations live by the default timers.</span>
          </Empty>
        </div>
      )}
      {policies.data && policies.data.length > 0 && (
        <List policies={policies.data} mayEdit={mayEdit} onOpen={open} onApply={setApplied} />
      )}
      {applied && (
        <ApplyDialog
          title={`Apply ${applied.friendly_name}`}
          path={`${relative(applied.url)}/Apply`}
          onClose={() => {
            setApplied(null);
            void policies.refetch();
          }}
        >
          Each of these goes on by the policy as it is now, and its clock starts anew at that moment.
        </ApplyDialog>
      )}
    </Page>
  );
}
