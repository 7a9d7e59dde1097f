import { type ReactNode, useState } from "react";
import type { Session } from "../../api/types";
import { inWords, isoText, readEntry } from "../../time/duration";
import { Button } from "../../ui/buttons";
import { Dialog, DialogFoot } from "../../ui/dialogs";
import { RadioGroup, Select, TextField } from "../../ui/fields";
import { ErrorNotice } from "../../ui/notices";
import type { Acts } from "./acts";
import { useAgents, useCounts, useFarewell } from "./data";
import { nameOf, onReturnLine } from "./words";

interface ActDialogProps {
  readonly title: string;
  readonly act: string;
  readonly isDisabled?: boolean;
  /** Does it; the dialog shows the refusal when it rejects. */
  readonly onAct: () => Promise<unknown>;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

function ActDialog({ title, act, isDisabled = false, onAct, onClose, children }: ActDialogProps) {
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);
  const submit = async (): Promise<void> => {
    setBusy(true);
    setError(null);
    try {
      await onAct();
      onClose();
    } catch (refusal) {
      setError(refusal);
      setBusy(false);
    }
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (!isDisabled && !isBusy) void submit();
        }}
      >
        {children}
        {error !== null && <ErrorNotice error={error} />}
        <DialogFoot>
          <Button onPress={onClose}>Cancel</Button>
          <Button type="submit" look="primary" isDisabled={isDisabled || isBusy}>
            {act}
          </Button>
        </DialogFoot>
      </form>
    </Dialog>
  );
}

export interface DialogProps {
  readonly session: Session;
  readonly acts: Acts;
  readonly me: string;
  readonly onClose: () => void;
}

const FAREWELL = "We have not heard from you for a while, so we pause here. Just write again when you are back.";
const REASON_CHARS_MAX = 256;

interface PartProps extends DialogProps {
  readonly kind: "tell" | "inactive" | "end";
}

const PART = {
  tell: { title: "Customer inactive, and tell them", act: "Tell them and mark inactive" },
  inactive: { title: "Customer inactive, with a reason", act: "Mark inactive" },
  end: { title: "End, with a reason", act: "End" },
} as const;

/** Marks inactive or ends with a reason, and says something to the customer first when that is wanted. */
export function PartDialog({ kind, session, acts, me, onClose }: PartProps) {
  const ofPolicy = useFarewell(kind === "tell" ? session.conversation.policy_sid : null);
  const [typed, type] = useState<string | null>(null);
  const [reason, setReason] = useState("");
  const text = typed ?? ofPolicy ?? FAREWELL;
  const form = { Reason: reason.trim() || undefined, Farewell: kind === "tell" ? text.trim() : undefined };
  const act = async (): Promise<void> => {
    if (kind === "end") acts.end(session, form);
    else await acts.inactivate(session, form);
  };
  const after = { ...session, status: session.on_return === "queue" ? "inactive" : "paused" } as const;
  return (
    <ActDialog {...PART[kind]} onAct={act} onClose={onClose} isDisabled={kind === "tell" && text.trim() === ""}>
      {kind === "tell" && (
        <>
          <TextField label="What the customer reads" multiline value={text} onChange={type} autoFocus />
          <div className="desk-preview">
            <span className="hint">As it will stand in the conversation, from the system:</span>
            <p className="desk-bubble ours">{text}</p>
          </div>
        </>
      )}
      <TextField
        label="Reason (optional)"
        hint="For your colleagues and the log. The customer does not see it."
        value={reason}
        onChange={setReason}
        maxLength={REASON_CHARS_MAX}
        autoFocus={kind !== "tell"}
      />
      <p className="hint">
        {kind === "end" ? "You can undo this for 5 seconds: nothing is sent until then." : onReturnLine(after, me)}
        {kind === "tell" && " What has been told cannot be taken back; the rest can be undone for 5 seconds."}
      </p>
    </ActDialog>
  );
}

const EXTENSIONS = ["5 min", "15 min", "1 hour", "1 day"] as const;

/** Puts the running timer off. */
export function ExtendDialog({ session, acts, onClose }: DialogProps) {
  const [typed, type] = useState<string>(EXTENSIONS[1]);
  const entry = readEntry(typed);
  const seconds = "seconds" in entry ? entry.seconds : 0;
  const problem = "problem" in entry ? entry.problem : seconds === 0 ? "By how long?" : undefined;
  return (
    <ActDialog
      title="Extend"
      act="Extend"
      isDisabled={problem !== undefined}
      onAct={() => acts.run(session, "Extend", { By: isoText(seconds) })}
      onClose={onClose}
    >
      <p>The timer that is running for {nameOf(session)} ends later by so much.</p>
      <div className="row">
        {EXTENSIONS.map((one) => (
          <Button key={one} size="small" onPress={() => type(one)}>
            {one}
          </Button>
        ))}
      </div>
      <TextField
        label="By how long"
        value={typed}
        onChange={type}
        error={problem}
        hint={problem ? undefined : `${inWords(seconds)} more`}
        autoFocus
      />
    </ActDialog>
  );
}

const EVERYBODY = "\u0000";

/** Hands the conversation to somebody else, or puts it into a queue. */
export function TransferDialog({ session, acts, me, onClose }: DialogProps) {
  const { data: agents } = useAgents(true);
  const { data: counts } = useCounts();
  const others = (agents ?? []).filter((one) => one.identity !== session.owner && one.role !== "viewer");
  const [kind, setKind] = useState<"person" | "queue">("person");
  const [person, setPerson] = useState<string | null>(null);
  const [queue, setQueue] = useState(EVERYBODY);
  const to = person ?? others[0]?.identity ?? null;
  const queues = new Set([
    ...(agents ?? []).flatMap((one) => one.queues),
    ...(counts?.by_queue ?? []).flatMap((one) => (one.queue ? [one.queue] : [])),
  ]);
  const form = kind === "person" ? { To: to } : { Queue: queue === EVERYBODY ? "" : queue };
  return (
    <ActDialog
      title="Transfer"
      act="Transfer"
      isDisabled={kind === "person" && to === null}
      onAct={() => acts.run(session, "Transfer", form)}
      onClose={onClose}
    >
      <RadioGroup
        label="To"
        value={kind}
        onChange={setKind}
        choices={[
          { value: "person", label: "A person" },
          { value: "queue", label: "A queue" },
        ]}
      />
      {kind === "queue" ? (
        <Select
          label="Queue"
          value={queue}
          onChange={setQueue}
          choices={[
            { value: EVERYBODY, label: "The queue that everybody serves" },
            ...[...queues].sort().map((name) => ({ value: name, label: name })),
          ]}
        />
      ) : to === null ? (
        <p className="hint">There is nobody else who takes conversations.</p>
      ) : (
        <Select
          label="Person"
          value={to}
          onChange={setPerson}
          choices={others.map((one) => ({
            value: one.identity,
            label: one.identity === me ? `${one.friendly_name} (you)` : one.friendly_name,
            hint: `${one.used} of ${one.limit} used${one.available ? "" : ", not available"}`,
          }))}
        />
      )}
    </ActDialog>
  );
}
