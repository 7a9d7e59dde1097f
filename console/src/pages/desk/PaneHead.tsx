import type { Session } from "../../api/types";
import { useNow } from "../../time/clock";
import { ago } from "../../time/countdown";
import { Button, IconButton } from "../../ui/buttons";
import { Menu, type MenuAct } from "../../ui/menus";
import { Chip } from "../../ui/notices";
import type { Acts } from "./acts";
import { Countdown, isHeld, LastMinute } from "./Countdown";
import type { May } from "./may";
import { nameOf, onReturnLine, statusWords } from "./words";

export type Asking = "tell" | "inactive" | "end" | "extend" | "transfer";

interface Props {
  readonly session: Session;
  readonly may: May;
  readonly acts: Acts;
  readonly me: string;
  readonly isEnding: boolean;
  readonly onAsk: (what: Asking) => void;
  readonly onInactive: () => void;
  readonly onBack: () => void;
}

function LastWords({ session }: { readonly session: Session }) {
  const now = useNow();
  const { date_last_customer_message: customer, date_last_agent_message: agent } = session;
  return (
    <span className="desk-last">
      {customer && <span>customer wrote {ago(Date.parse(customer), now)}</span>}
      {agent && <span>we wrote {ago(Date.parse(agent), now)}</span>}
    </span>
  );
}

/** End, and beside it what one does with a customer who is silent. */
function SplitButton({ session, may, acts, onAsk, onInactive }: Omit<Props, "isEnding" | "onBack" | "me">) {
  const parts: readonly (MenuAct | false)[] = [
    may.inactivate && {
      id: "inactive",
      label: "Customer inactive",
      hint: "Frees your capacity at once. Undo for 5 seconds.",
      onAct: onInactive,
    },
    may.inactivate && {
      id: "tell",
      label: "Customer inactive, and tell them…",
      hint: "You see the text first.",
      onAct: () => onAsk("tell"),
    },
    may.inactivate && { id: "reason", label: "Customer inactive, with a reason…", onAct: () => onAsk("inactive") },
    may.end && { id: "end-reason", label: "End, with a reason…", onAct: () => onAsk("end") },
  ];
  const menu = parts.filter((one): one is MenuAct => one !== false);
  if (menu.length === 0) return null;
  return (
    <div className="desk-split">
      {may.end ? (
        <Button look="primary" onPress={() => acts.end(session)}>
          End
        </Button>
      ) : (
        <Button look="primary" onPress={onInactive}>
          Customer inactive
        </Button>
      )}
      <Menu
        label="End or inactive"
        trigger={<IconButton icon="down" look="primary" label="More ways to leave the customer" />}
        acts={menu}
      />
    </div>
  );
}

/** Who it is, how it stands, what will happen, and what can be done. */
export function PaneHead(props: Props) {
  const { session, may, acts, me, isEnding, onAsk, onBack } = props;
  const status = statusWords(session);
  const held = isHeld(session);
  const isOver = session.status === "ended" || session.status === "error";
  const handles = may.handle && !isEnding && !isOver;
  const hold = (): void => void acts.tryRun(session, held ? "Release" : "Hold");
  const rest: readonly MenuAct[] = [
    { id: "hold", label: held ? "Release" : "Hold", onAct: hold },
    { id: "extend", label: "Extend…", onAct: () => onAsk("extend") },
    { id: "transfer", label: "Transfer…", onAct: () => onAsk("transfer") },
  ];
  const details: readonly MenuAct[] = [
    {
      id: "developer",
      label: "Everything about this conversation",
      href: `/console/conversations/${session.conversation_sid}`,
    },
  ];
  return (
    <header className="desk-head">
      <div className="desk-head-top">
        <span className="desk-back">
          <IconButton icon="left" label="Back to the list" onPress={onBack} />
        </span>
        <div className="desk-who">
          <h2>{nameOf(session)}</h2>
          <span className="desk-sub">
            <span>{session.conversation.channel_type ?? "chat"}</span>
            {session.owner && <span>{session.owner === me ? "yours" : `with ${session.owner}`}</span>}
          </span>
        </div>
        <div className="desk-acts">
          {handles && (
            <span className="desk-wide">
              <Button onPress={hold}>{held ? "Release" : "Hold"}</Button>
              <Button onPress={() => onAsk("extend")}>Extend…</Button>
              <Button onPress={() => onAsk("transfer")}>Transfer…</Button>
            </span>
          )}
          {!isEnding && <SplitButton {...props} />}
          {handles ? (
            <>
              <span className="desk-narrow">
                <Menu label="More" trigger={<IconButton icon="more" label="More" />} acts={[...rest, ...details]} />
              </span>
              <span className="desk-wide">
                <Menu label="More" trigger={<IconButton icon="more" label="More" />} acts={details} />
              </span>
            </>
          ) : (
            <Menu label="More" trigger={<IconButton icon="more" label="More" />} acts={details} />
          )}
        </div>
      </div>
      <div className="desk-state">
        <Chip tone={status.tone}>{status.text}</Chip>
        {!isOver && <Countdown session={session} showsAll />}
        {session.reason && !isOver && session.status !== "active" && (
          <span className="soft">Reason: {session.reason}</span>
        )}
        <LastWords session={session} />
        <span className="desk-return">{onReturnLine(session, me)}</span>
      </div>
      <LastMinute session={session} name={nameOf(session)} />
    </header>
  );
}
