/** People, API keys, the audit log: what they are called and what can be changed of them. */
import type { AuditEntry, Person } from "../../../api/types";
import { Chip, Notice } from "../../../ui/notices";
import { When } from "../../../ui/When";
import type { Resource } from "./ResourcePage";
import type { Value } from "./values";

export const PASSWORD_LENGTH_MIN = 12;

export const passwordProblem = (value: Value): string | undefined =>
  String(value).length < PASSWORD_LENGTH_MIN ? `At least ${PASSWORD_LENGTH_MIN} characters.` : undefined;

/** The people of the account; `self` is who looks, whom nobody takes away. */
export const peopleFor = (self: string): Resource<Person> => ({
  title: "People",
  lead: "Who may sign in to this console, and as what.",
  one: "person",
  path: () => "/dwell/v1/People?PageSize=100",
  name: (person) => person.friendly_name || person.email,
  columns: [
    { label: "Email", cell: (person) => person.email },
    { label: "Role", cell: (person) => person.role },
    {
      label: "Sign-in",
      cell: (person) => {
        if (person.disabled) return <Chip tone="bad">disabled</Chip>;
        return person.has_password ? <Chip tone="good">password</Chip> : <Chip>OpenID Connect</Chip>;
      },
    },
    { label: "Last here", cell: (person) => <When at={person.date_last_sign_in} /> },
  ],
  fields: [
    {
      name: "Email",
      label: "Email",
      kind: "email",
      isRequired: true,
      read: (person) => person.email,
      check: (value) => (/^\S+@\S+$/.test(String(value).trim()) ? undefined : "This is not an email address."),
    },
    { name: "FriendlyName", label: "Name", kind: "text", read: (person) => person.friendly_name },
    {
      name: "Identity",
      label: "Identity",
      kind: "text",
      hint: "The author of this person's messages; the email address when left empty.",
      read: (person) => person.identity,
    },
    {
      name: "Role",
      label: "Role",
      kind: "choice",
      initial: "agent",
      choices: [
        { value: "admin", label: "Admin", hint: "Everything, settings included" },
        { value: "supervisor", label: "Supervisor", hint: "Everybody's sessions" },
        { value: "agent", label: "Agent", hint: "Own sessions and the queue" },
        { value: "viewer", label: "Viewer", hint: "Looks, changes nothing" },
      ],
      read: (person) => person.role,
    },
    {
      name: "Password",
      label: "Password",
      kind: "password",
      hint: `At least ${PASSWORD_LENGTH_MIN} characters. Empty: it stays as it is; a new person signs in with OpenID Connect alone.`,
      check: passwordProblem,
    },
    { name: "Disabled", label: "May not sign in", kind: "switch", read: (person) => person.disabled },
  ],
  mayDelete: (person) => person.sid !== self,
  deleteWarning: "The person is signed out everywhere. What the person wrote and did stays.",
});

export interface ApiKey {
  readonly sid: string;
  readonly friendly_name: string;
  readonly rights: "all" | "read";
  readonly date_created: string;
  readonly url: string;
  /** In the answer to its creation only. */
  readonly secret?: string;
}

export const KEYS: Resource<ApiKey> = {
  title: "API keys",
  lead: "For programs: a key and its secret take the place of the account's SID and auth token.",
  one: "key",
  path: () => "/dwell/v1/Keys?PageSize=100",
  name: (key) => key.friendly_name || key.sid,
  columns: [
    { label: "SID", cell: (key) => <code>{key.sid}</code> },
    { label: "Allows", cell: (key) => (key.rights === "read" ? "looking alone" : "everything") },
    { label: "Made", cell: (key) => <When at={key.date_created} /> },
  ],
  fields: [
    { name: "FriendlyName", label: "Name", kind: "text", on: "create" },
    {
      name: "Rights",
      label: "Allows",
      kind: "choice",
      on: "create",
      initial: "all",
      choices: [
        { value: "all", label: "Everything" },
        { value: "read", label: "Looking alone" },
      ],
    },
  ],
  mayUpdate: false,
  deleteWarning: "Programs that use it are refused from then on.",
  made: (key) => (
    <>
      <Notice tone="warn">This is the only time that the secret is shown. Copy it now.</Notice>
      <div className="field">
        <span className="label">SID</span>
        <code className="resource-secret">{key.sid}</code>
      </div>
      <div className="field">
        <span className="label">Secret</span>
        <code className="resource-secret">{key.secret}</code>
      </div>
    </>
  ),
};

export const AUDIT_LOG: Resource<AuditEntry & { readonly url: string }> = {
  title: "Audit log",
  lead: "Every act of every person: who, what, when, from where, and how it ended.",
  one: "act",
  path: () => "/dwell/v1/AuditLog?PageSize=100",
  name: (entry) => entry.actor_name || entry.actor,
  nameLabel: "Who",
  columns: [
    { label: "When", cell: (entry) => <When at={entry.at} /> },
    { label: "Act", cell: (entry) => <code>{entry.act}</code> },
    { label: "Of", cell: (entry) => (entry.target ? <code>{entry.target}</code> : "—") },
    {
      label: "Answer",
      cell: (entry) => {
        if (entry.status === null) return "—";
        return <Chip tone={entry.status < 400 ? "good" : "bad"}>{entry.status}</Chip>;
      },
    },
    { label: "From", cell: (entry) => entry.remote_address ?? "—" },
  ],
  filters: [
    {
      name: "Actor",
      label: "Who",
      kind: "choice",
      list: {
        path: () => "/dwell/v1/People?PageSize=100",
        choice: (person: Person) => ({ value: person.sid, label: person.friendly_name || person.email }),
        blank: "Everybody",
      },
    },
    { name: "After", label: "From", kind: "instant" },
    { name: "Before", label: "Until", kind: "instant" },
  ],
};
