/** Saved views: filters with a name, shared by everybody in the account. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { post, remove } from "../../api/client";
import { all } from "../../api/paging";
import type { SavedView } from "../../api/types";
import { atLeast, useSession } from "../../session/session";
import { Button } from "../../ui/buttons";
import { Confirm } from "../../ui/dialogs";
import { TextField } from "../../ui/fields";
import { Icon } from "../../ui/icons";
import { Menu, type MenuAct } from "../../ui/menus";
import { toast } from "../../ui/toasts";
import { bare, readFilter, readTab } from "./filter";
import type { SupervisorState } from "./state";

const KEY = ["views"];
const VIEWS_MAX = 200;

/** Tab and filter as they are kept in a view. */
const kept = ({ tab, filter }: SupervisorState): string => JSON.stringify({ tab, ...bare(filter) });

export function Views({ state }: { readonly state: SupervisorState }) {
  const { person } = useSession();
  const queries = useQueryClient();
  const [asked, setAsked] = useState<"save" | "delete" | null>(null);
  const [name, setName] = useState("");
  const { data: views = [] } = useQuery({
    queryKey: KEY,
    queryFn: ({ signal }) => all<SavedView>("/dwell/v1/Views?PageSize=200", VIEWS_MAX, signal),
  });
  const present = kept(state);
  const current = views.find((view) => {
    return JSON.stringify({ tab: readTab(view.filter["tab"]), ...bare(readFilter(view.filter)) }) === present;
  });
  const mayChange = atLeast(person.role, "supervisor");

  const renew = (): Promise<void> => queries.invalidateQueries({ queryKey: KEY });
  const save = async (): Promise<void> => {
    const same = views.find((view) => view.friendly_name === name.trim());
    await post(same ? `/dwell/v1/Views/${same.sid}` : "/dwell/v1/Views", {
      FriendlyName: name.trim(),
      Filter: present,
    });
    await renew();
    toast(`The view “${name.trim()}” is saved.`);
  };
  const open = (view: SavedView): void => {
    state.setFilter(readFilter(view.filter), readTab(view.filter["tab"]));
  };
  const changes: MenuAct[] = [
    {
      id: "save",
      label: "Save as a view…",
      hint: "Tab and filter, for everybody in the account",
      onAct: () => setAsked("save"),
    },
    ...(current
      ? [
          {
            id: "delete",
            label: `Delete “${current.friendly_name}”…`,
            isDangerous: true,
            onAct: () => setAsked("delete"),
          },
        ]
      : []),
  ];
  const acts: MenuAct[] = [
    ...views.map((view) => ({ id: view.sid, label: view.friendly_name, onAct: () => open(view) })),
    ...(mayChange ? changes : []),
  ];
  if (acts.length === 0) return null;
  return (
    <>
      <Menu
        label="Saved views"
        acts={acts}
        trigger={
          <Button>
            {current ? current.friendly_name : "Views"}
            <Icon name="down" />
          </Button>
        }
      />
      {asked === "save" && (
        <Confirm title="Save as a view" act="Save" onConfirm={save} onClose={() => setAsked(null)}>
          <TextField
            label="Name"
            value={name}
            onChange={setName}
            maxLength={256}
            isRequired
            autoFocus
            hint={
              views.some((view) => view.friendly_name === name.trim())
                ? "A view of this name is there: it will be replaced."
                : "Everybody in the account sees it."
            }
          />
        </Confirm>
      )}
      {asked === "delete" && current && (
        <Confirm
          title={`Delete “${current.friendly_name}”?`}
          act="Delete"
          isDangerous
          onConfirm={() => remove(`/dwell/v1/Views/${current.sid}`).then(renew)}
          onClose={() => setAsked(null)}
        >
          It goes for everybody in the account. No conversation changes.
        </Confirm>
      )}
    </>
  );
}
