/** The pages that are made from descriptions. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, Fragment, useState } from "react";
import { get, post } from "../../../api/client";
import type { AccountWebhook, DeskSettings, RolePermissions, Switches } from "../../../api/types";
import { useSession } from "../../../session/session";
import { Button } from "../../../ui/buttons";
import { Checkbox } from "../../../ui/fields";
import { ErrorNotice, Loading } from "../../../ui/notices";
import { Page } from "../../../ui/page";
import { toast } from "../../../ui/toasts";
import { AUDIT_LOG, KEYS, passwordProblem, peopleFor } from "./access";
import { FormFields } from "./FormFields";
import { ADDRESSES, CHANNELS, choicesOf, ROLES, SCOPED_EVENTS, SERVICES, USERS, urlProblem } from "./messaging";
import { ResourcePage, ServiceChoice } from "./ResourcePage";
import { SingletonForm } from "./SingletonForm";
import { useForm } from "./useForm";
import type { Field } from "./values";

export const ServicesPage = () => <ResourcePage resource={SERVICES} />;
export const UsersPage = () => <ResourcePage resource={USERS} />;
export const RolesPage = () => <ResourcePage resource={ROLES} />;
export const AddressesPage = () => <ResourcePage resource={ADDRESSES} />;
export const ChannelsPage = () => <ResourcePage resource={CHANNELS} />;
export const KeysPage = () => <ResourcePage resource={KEYS} />;
export const AuditLogPage = () => <ResourcePage resource={AUDIT_LOG} />;
export const PeoplePage = () => <ResourcePage resource={peopleFor(useSession().person.sid)} />;

const BEFORE_EVENTS = [
  "onConversationAdd",
  "onConversationRemove",
  "onConversationUpdate",
  "onMessageAdd",
  "onMessageRemove",
  "onMessageUpdate",
  "onParticipantAdd",
  "onParticipantRemove",
  "onParticipantUpdate",
  "onUserUpdate",
] as const;
const AFTER_EVENTS = ["onConversationAdded", ...SCOPED_EVENTS, "onUserAdded", "onUserUpdated"] as const;

const WEBHOOK: readonly Field<AccountWebhook>[] = [
  {
    name: "PreWebhookUrl",
    label: "Asked before something happens",
    kind: "url",
    hint: "It may change or refuse what is about to happen. Empty: nobody is asked.",
    check: urlProblem,
    read: (hook) => hook.pre_webhook_url,
  },
  {
    name: "PostWebhookUrl",
    label: "Told after something happened",
    kind: "url",
    hint: "Empty: nobody is told.",
    check: urlProblem,
    read: (hook) => hook.post_webhook_url,
  },
  {
    name: "Method",
    label: "Method",
    kind: "choice",
    choices: choicesOf("POST", "GET"),
    read: (hook) => hook.method ?? "POST",
  },
  {
    name: "Filters",
    label: "Events",
    kind: "checks",
    choices: choicesOf(...BEFORE_EVENTS, ...AFTER_EVENTS),
    hint: "The first ten are asked before, the others told after.",
    read: (hook) => hook.filters ?? [],
  },
];

export function WebhooksPage() {
  const { account } = useSession();
  const [service, setService] = useState(account.default_service_sid);
  return (
    <Page title="Webhooks" lead="Programs of yours that are asked or told of what happens in conversations.">
      <SingletonForm title="All services" path="/v1/Configuration/Webhooks" fields={WEBHOOK} />
      <div className="resource-tools">
        <ServiceChoice value={service} onChange={setService} />
      </div>
      <SingletonForm
        key={service}
        title="This service in addition"
        path={`/v1/Services/${service}/Configuration/Webhooks`}
        fields={WEBHOOK}
      />
    </Page>
  );
}

const DESK: readonly Field<DeskSettings>[] = [
  {
    name: "Routing",
    label: "Routing",
    kind: "choice",
    choices: [
      { value: "automatic", label: "Automatic", hint: "Oldest waiting first, to who has most free capacity" },
      { value: "manual", label: "Manual", hint: "Agents accept from the queue" },
    ],
    read: (desk) => desk.routing,
  },
  {
    name: "LimitDefault",
    label: "Sessions for each agent",
    kind: "number",
    isRequired: true,
    hint: "For agents without a limit of their own.",
    read: (desk) => desk.limit_default,
  },
  {
    name: "CountInactive",
    label: "Inactive sessions count",
    kind: "switch",
    hint: "Off: marking a customer inactive makes room for the next one.",
    read: (desk) => desk.count_inactive,
  },
];

export const DeskSettingsPage = () => (
  <Page title="Desk" lead="How waiting customers come to agents, and how many an agent has at a time.">
    <SingletonForm path="/dwell/v1/Desk" fields={DESK} />
  </Page>
);

const SWITCHES: readonly { readonly name: keyof Switches; readonly parameter: string; readonly label: string }[] = [
  { name: "can_inactivate", parameter: "CanInactivate", label: "Mark customers inactive" },
  { name: "can_end", parameter: "CanEnd", label: "End sessions" },
  { name: "can_end_others", parameter: "CanEndOthers", label: "End sessions of others" },
  { name: "can_bulk", parameter: "CanBulk", label: "Act on many at once" },
];

export function RolePermissionsPage() {
  const queries = useQueryClient();
  const key = ["role-permissions"];
  const [refusal, setRefusal] = useState<unknown>(null);
  const roles = useQuery({
    queryKey: key,
    queryFn: async ({ signal }) => {
      const body = await get<{ role_permissions: readonly RolePermissions[] }>(
        "/dwell/v1/RolePermissions",
        undefined,
        signal,
      );
      return body.role_permissions;
    },
  });
  const turn = async (role: string, parameter: string, isOn: boolean): Promise<void> => {
    setRefusal(null);
    try {
      await post(`/dwell/v1/RolePermissions/${role}`, { [parameter]: isOn });
    } catch (error) {
      setRefusal(error);
    }
    await queries.invalidateQueries({ queryKey: key });
  };
  return (
    <Page
      title="Role permissions"
      lead="What each role may do with sessions. The server refuses what is off here, whoever asks; the desk does not show it."
    >
      {roles.isPending && <Loading />}
      {(roles.error ?? refusal) !== null && <ErrorNotice error={roles.error ?? refusal} />}
      {roles.data && (
        <div className="panel resource-table">
          <table>
            <thead>
              <tr>
                <th scope="col">Role</th>
                {SWITCHES.map((one) => (
                  <th key={one.name} scope="col">
                    {one.label}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {roles.data.map((row) => (
                <tr key={row.role}>
                  <td data-label="Role">
                    <strong>{row.role}</strong>
                  </td>
                  {SWITCHES.map((one) => (
                    <td key={one.name} data-label={one.label}>
                      <Checkbox
                        label={`${row.role}: ${one.label}`}
                        isSelected={row[one.name]}
                        isDisabled={row.role === "admin" || row.role === "viewer"}
                        onChange={(isOn) => void turn(row.role, one.parameter, isOn)}
                      />
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Page>
  );
}

const PASSWORD: readonly Field<never>[] = [
  { name: "Current", label: "Current password", kind: "password", isRequired: true },
  { name: "New", label: "New password", kind: "password", isRequired: true, check: passwordProblem },
];

export function PasswordPage() {
  const { person } = useSession();
  /** Renewed after a change, so that the form is empty again. */
  const [turn, setTurn] = useState(0);
  return (
    <Page title="Password" lead={`You sign in as ${person.email}.`}>
      {person.has_password ? (
        <Fragment key={turn}>
          <PasswordForm onDone={() => setTurn(turn + 1)} />
        </Fragment>
      ) : (
        <p>You have no password: you sign in through your organisation. An admin can give you one.</p>
      )}
    </Page>
  );
}

function PasswordForm({ onDone }: { readonly onDone: () => void }) {
  const form = useForm(PASSWORD, null, (sent) => post("/console/password", sent));
  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    if (!(await form.submit(event))) return;
    toast("Your password has been changed.");
    onDone();
  };
  return (
    <form className="panel settings-box" onSubmit={(event) => void submit(event)} noValidate>
      <FormFields fields={form.fields} values={form.values} errors={form.errors} onChange={form.change} scope="" />
      {form.refusal !== null && <ErrorNotice error={form.refusal} />}
      <div className="row">
        <Button type="submit" look="primary" isDisabled={form.isBusy}>
          Change password
        </Button>
      </div>
    </form>
  );
}
