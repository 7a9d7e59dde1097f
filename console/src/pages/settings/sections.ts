/** The pages of the settings: address, label, who sees them, and their code, loaded when first opened. */
import { type ComponentType, type LazyExoticComponent, lazy } from "react";
import type { PersonRole } from "../../api/types";

export interface Section {
  readonly id: string;
  readonly label: string;
  readonly least: PersonRole;
  readonly Content: LazyExoticComponent<ComponentType>;
}

interface Group {
  readonly label: string;
  readonly sections: readonly Section[];
}

const resources = (name: keyof typeof import("./resources/pages")): LazyExoticComponent<ComponentType> =>
  lazy(async () => ({ default: (await import("./resources/pages"))[name] }));

export const GROUPS: readonly Group[] = [
  {
    label: "Conversations",
    sections: [
      {
        id: "defaults",
        label: "Defaults",
        least: "viewer",
        Content: lazy(async () => ({ default: (await import("./defaults/DefaultsPage")).DefaultsPage })),
      },
      {
        id: "policies",
        label: "Policies",
        least: "viewer",
        Content: lazy(async () => ({ default: (await import("./policies/PoliciesPage")).PoliciesPage })),
      },
      { id: "desk", label: "Desk", least: "supervisor", Content: resources("DeskSettingsPage") },
    ],
  },
  {
    label: "Messaging",
    sections: [
      { id: "services", label: "Services", least: "supervisor", Content: resources("ServicesPage") },
      { id: "users", label: "Users", least: "supervisor", Content: resources("UsersPage") },
      { id: "roles", label: "Roles", least: "supervisor", Content: resources("RolesPage") },
      { id: "addresses", label: "Addresses", least: "supervisor", Content: resources("AddressesPage") },
      { id: "channels", label: "Channels", least: "admin", Content: resources("ChannelsPage") },
      { id: "webhooks", label: "Webhooks", least: "admin", Content: resources("WebhooksPage") },
    ],
  },
  {
    label: "Access",
    sections: [
      { id: "people", label: "People", least: "admin", Content: resources("PeoplePage") },
      { id: "permissions", label: "Role permissions", least: "admin", Content: resources("RolePermissionsPage") },
      { id: "keys", label: "API keys", least: "admin", Content: resources("KeysPage") },
      { id: "audit", label: "Audit log", least: "admin", Content: resources("AuditLogPage") },
    ],
  },
  {
    label: "You",
    sections: [{ id: "password", label: "Password", least: "viewer", Content: resources("PasswordPage") }],
  },
];

export const findSection = (id: string): Section | undefined =>
  GROUPS.flatMap((group) => group.sections).find((section) => section.id === id);
