/** The two long lists: sessions, and every conversation. */
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import type { FormFields } from "../../api/client";
import type { Conversation, DeskCounts, Forecast, Session } from "../../api/types";
import { useSession } from "../../session/session";
import { showDateTime } from "../../time/format";
import { Button } from "../../ui/buttons";
import { Empty, ErrorNotice, Loading } from "../../ui/notices";
import { toast } from "../../ui/toasts";
import { type ActName, BulkDialog } from "./BulkDialog";
import { Ago, conversationName, NameCell, Next, StateChip, StatusChip, sessionName } from "./cells";
import { FilterBar } from "./FilterBar";
import { bulkFilter, EVERYTHING, isEverything, LISTED_MAX } from "./filter";
import { type Column, Grid } from "./Grid";
import { type Rows, TEXT_ROWS_MAX, useConversationRows, useSessionRows } from "./rows";
import { type Choosing, useChoosing } from "./selection";
import type { SupervisorState } from "./state";

const SESSION_COLUMNS: readonly Column<Session>[] = [
  {
    id: "name",
    label: "Conversation",
    cell: (s) => (
      <NameCell sid={s.conversation_sid} name={sessionName(s)}>
        {s.error ? `${s.error.code}: ${s.error.message}` : (s.conversation.last_message?.body ?? s.conversation_sid)}
      </NameCell>
    ),
  },
  { id: "status", label: "Status", cell: (s) => <StatusChip status={s.status} /> },
  {
    id: "next",
    label: "Next",
    cell: (s) => <Next forecast={s.conversation.forecast} isHeld={s.held || s.conversation.held} />,
  },
  { id: "owner", label: "Owner", cell: (s) => s.owner ?? <span className="soft">nobody</span> },
  { id: "queue", label: "Queue", cell: (s) => s.queue ?? <span className="soft">—</span> },
  {
    id: "messages",
    label: "In / out",
    cell: (s) => (
      <span title={`${s.customer_messages} from the customer, ${s.agent_messages} from agents`}>
        {s.customer_messages} / {s.agent_messages}
      </span>
    ),
  },
  { id: "updated", label: "Changed", cell: (s) => <Ago at={s.date_updated} /> },
];

/** Twilio's timers say when; which state comes next follows from where the conversation is. */
function ahead({ timers }: Conversation): readonly Forecast[] {
  if (timers.date_inactive) return [{ to: "inactive", at: timers.date_inactive }];
  return timers.date_closed ? [{ to: "closed", at: timers.date_closed }] : [];
}

const CONVERSATION_COLUMNS: readonly Column<Conversation>[] = [
  {
    id: "name",
    label: "Conversation",
    cell: (c) => (
      <NameCell sid={c.sid} name={conversationName(c)}>
        {c.unique_name && c.friendly_name ? c.unique_name : c.sid}
      </NameCell>
    ),
  },
  { id: "status", label: "State", cell: (c) => <StateChip state={c.state} /> },
  { id: "next", label: "Next", cell: (c) => <Next forecast={ahead(c)} /> },
  { id: "created", label: "Created", cell: (c) => showDateTime(c.date_created) },
  { id: "updated", label: "Changed", cell: (c) => <Ago at={c.date_updated} /> },
];

interface SessionsProps {
  readonly state: SupervisorState;
  readonly counts: DeskCounts | undefined;
}

export function SessionsTab({ state, counts }: SessionsProps) {
  const rows = useSessionRows(state.filter);
  return (
    <List
      what="session"
      state={state}
      counts={counts}
      rows={rows}
      columns={SESSION_COLUMNS}
      idOf={(session) => session.sid}
      nameOf={sessionName}
      conversationOf={(session) => session.conversation_sid}
    />
  );
}

export function ConversationsTab({ state }: { readonly state: SupervisorState }) {
  const rows = useConversationRows(state.filter);
  return (
    <List
      what="conversation"
      state={state}
      rows={rows}
      columns={CONVERSATION_COLUMNS}
      idOf={(conversation) => conversation.sid}
      nameOf={conversationName}
      conversationOf={(conversation) => conversation.sid}
    />
  );
}

interface ListProps<T> {
  readonly what: "session" | "conversation";
  readonly state: SupervisorState;
  readonly counts?: DeskCounts | undefined;
  readonly rows: Rows<T>;
  readonly columns: readonly Column<T>[];
  readonly idOf: (item: T) => string;
  readonly nameOf: (item: T) => string;
  readonly conversationOf: (item: T) => string;
}

const TOLD_MS = 10_000;
const TOO_MANY = {
  session: `More than ${LISTED_MAX} can be acted on by status, owner and queue only: clear the text, or narrow it.`,
  conversation: `More than ${LISTED_MAX} can be acted on by state only: choose a state, and clear the text.`,
};

const plural = (count: number, what: string): string => `${count.toLocaleString()} ${what}${count === 1 ? "" : "s"}`;

function List<T>({ what, state, counts, rows, columns, idOf, nameOf, conversationOf }: ListProps<T>) {
  const choosing = useChoosing();
  const navigate = useNavigate();
  const [act, setAct] = useState<{ readonly act: ActName; readonly of: FormFields } | null>(null);
  const { filter } = state;

  /** Whom a bulk act concerns: the filter for all that match, otherwise one by one. */
  const begin = (name: ActName): void => {
    const whole = choosing.isAll ? bulkFilter(what, filter) : null;
    const sids = new Set(rows.items.filter((item) => choosing.isChosen(idOf(item))).map(conversationOf));
    const isPart = choosing.isAll && rows.hasMore;
    if (whole) setAct({ act: name, of: whole });
    else if (sids.size > LISTED_MAX || isPart) toast(TOO_MANY[what], undefined, TOLD_MS);
    else setAct({ act: name, of: { ConversationSid: [...sids] } });
  };

  return (
    <>
      <FilterBar state={state} what={what} counts={counts} />
      {rows.error !== null && <ErrorNotice error={rows.error} onRetry={rows.retry} />}
      <ChosenBar
        choosing={choosing}
        rows={rows}
        what={what}
        isText={filter.text !== ""}
        isOpenOnly={what === "session" && filter.status.length === 0 && filter.text === ""}
        onAct={begin}
      />
      {rows.isPending && rows.error === null && <Loading what={`Reading the ${what}s`} />}
      {!rows.isPending && rows.items.length === 0 && !rows.hasMore && (
        <Empty title={isEverything(filter) ? `There is no ${what} yet` : `No ${what} matches`}>
          {isEverything(filter) ? (
            what === "session" ? (
              <p>One begins when a customer writes, or somebody takes a conversation.</p>
            ) : null
          ) : (
            <Button onPress={() => state.setFilter(EVERYTHING)}>Show all</Button>
          )}
        </Empty>
      )}
      {rows.items.length > 0 && (
        <Grid
          label={what === "session" ? "Sessions" : "Conversations"}
          items={rows.items}
          columns={columns}
          idOf={idOf}
          nameOf={nameOf}
          choosing={choosing}
          hasMore={rows.hasMore}
          onMore={rows.more}
          onOpen={(item) =>
            void navigate({
              to: "/conversations/$conversationSid",
              params: { conversationSid: conversationOf(item) },
            })
          }
        />
      )}
      {act && (
        <BulkDialog
          act={act.act}
          of={act.of}
          onClose={(isDone) => {
            setAct(null);
            if (isDone) choosing.clear();
          }}
        />
      )}
    </>
  );
}

interface ChosenProps<T> {
  readonly choosing: Choosing;
  readonly rows: Rows<T>;
  readonly what: string;
  readonly isText: boolean;
  /** Whether all means those that are not over. */
  readonly isOpenOnly: boolean;
  readonly onAct: (act: ActName) => void;
}

/** How many there are and how many are chosen, and what can be done with them. */
function ChosenBar<T>({ choosing, rows, what, isText, isOpenOnly, onAct }: ChosenProps<T>) {
  const { permissions } = useSession();
  const count = choosing.isAll ? rows.items.length : choosing.sids.length;
  const more = rows.hasMore && (!isText || rows.loaded >= TEXT_ROWS_MAX) ? "+" : "";
  const found = isText && rows.hasMore ? `, ${plural(rows.loaded, "row")} looked through` : "";
  return (
    <div className="supervisor-chosen">
      <span role="status">
        {count === 0
          ? `${plural(rows.items.length, what).replace(" ", `${more} `)}${found}`
          : choosing.isAll
            ? `All ${isOpenOnly ? "open " : ""}${what}s that match are chosen`
            : `${plural(count, what)} chosen`}
      </span>
      {rows.isLoadingMore && <span className="soft small">reading more…</span>}
      {rows.items.length > 0 && !choosing.isAll && (
        <Button size="small" look="quiet" onPress={choosing.chooseAll}>
          Choose all that match
        </Button>
      )}
      {count > 0 && (
        <Button size="small" look="quiet" onPress={choosing.clear}>
          Choose none
        </Button>
      )}
      {count > 0 && (
        <div className="supervisor-acts">
          {permissions.can_bulk ? (
            <>
              <Button size="small" onPress={() => onAct("assign")}>
                Assign…
              </Button>
              <Button size="small" isDisabled={!permissions.can_inactivate} onPress={() => onAct("inactivate")}>
                Inactivate…
              </Button>
              <Button size="small" isDisabled={!permissions.can_end} onPress={() => onAct("end")}>
                End…
              </Button>
              <Button size="small" onPress={() => onAct("extend")}>
                Other acts…
              </Button>
            </>
          ) : (
            <span className="soft small">Your role may not act on many at once.</span>
          )}
        </div>
      )}
    </div>
  );
}
