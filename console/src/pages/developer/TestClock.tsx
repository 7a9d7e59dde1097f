/** The account's clock: freeze it, turn it on, and see what came due on the way. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { get, post } from "../../api/client";
import { keys } from "../../api/keys";
import type { TestClock as Clock, LoggedEvent } from "../../api/types";
import { atLeast, useSession } from "../../session/session";
import { now, setClock, useNow } from "../../time/clock";
import { inWords, isoText, readEntry } from "../../time/duration";
import { showDateTime, showExact } from "../../time/format";
import { Button } from "../../ui/buttons";
import { DurationField } from "../../ui/DurationField";
import { Chip, ErrorNotice } from "../../ui/notices";
import type { Life } from "./life";
import { readEvents } from "./queries";

const KEY = ["test-clock"];
const PATH = "/dwell/v1/TestClock";

const JUMPS = [
  { seconds: 60, label: "+ 1 min" },
  { seconds: 3_600, label: "+ 1 hour" },
  { seconds: 86_400, label: "+ 1 day" },
];

export function TestClock({ life, lastSeq }: { readonly life: Life; readonly lastSeq: number }) {
  const { account, person } = useSession();
  return (
    <section className="panel developer-card" aria-labelledby="developer-clock">
      <h2 id="developer-clock">Test clock</h2>
      {!account.is_test && <WhyNot />}
      {account.is_test && !atLeast(person.role, "supervisor") && (
        <p className="soft small">Supervisors and admins turn the clock of this test account.</p>
      )}
      {account.is_test && atLeast(person.role, "supervisor") && <Turn life={life} lastSeq={lastSeq} />}
    </section>
  );
}

function WhyNot() {
  return (
    <p className="soft small">
      This account lives in real time: its clock cannot be frozen or turned, as real customers would be told things that
      did not happen yet. Make a test account with <code>dwell account create --test</code>: everything works there as
      here, and its clock goes where you turn it.
    </p>
  );
}

interface Jump {
  readonly from: number;
  readonly clock: Clock;
  readonly events: readonly LoggedEvent[];
  readonly wasToNext: boolean;
}

function Turn({ life, lastSeq }: { readonly life: Life; readonly lastSeq: number }) {
  const queries = useQueryClient();
  const time = useNow();
  const [entry, setEntry] = useState("30 min");
  const [isChecked, setChecked] = useState(false);
  const sid = life.conversation_sid;
  const { data: clock, error } = useQuery({
    queryKey: [...KEY, life.now],
    queryFn: ({ signal }) => get<Clock>(PATH, undefined, signal),
    placeholderData: (before) => before,
  });
  const show = (next: Clock): void => {
    setClock(next.now, next.status === "frozen");
    queries.setQueriesData<Clock>({ queryKey: KEY }, next);
  };
  const turn = useMutation({
    mutationFn: async (form: { readonly By: string } | { readonly To: "next" }): Promise<Jump> => {
      const from = now();
      const turned = await post<Clock>(`${PATH}/Advance`, form);
      show(turned);
      return { from, clock: turned, events: await readEvents(sid, lastSeq), wasToNext: "To" in form };
    },
    // The clock is the account's: everything on the page may have moved.
    onSettled: () => queries.invalidateQueries(),
  });
  const set = useMutation({
    mutationFn: (act: "Freeze" | "Resume") => post<Clock>(`${PATH}/${act}`),
    onSuccess: show,
    onSettled: () => queries.invalidateQueries({ queryKey: keys.conversation(sid) }),
  });
  const isFrozen = clock?.status === "frozen";
  const isBusy = turn.isPending || set.isPending;
  const given = readEntry(entry);
  const advance = (): void => {
    if ("problem" in given || given.seconds === 0) setChecked(true);
    else turn.mutate({ By: isoText(given.seconds) });
  };
  const refusal = error ?? turn.error ?? set.error;
  return (
    <>
      <p className="developer-now">
        <time dateTime={new Date(time).toISOString()} title={showExact(time)}>
          {new Date(time).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "medium" })}
        </time>
        {clock && <Chip tone={isFrozen ? "info" : "good"}>{isFrozen ? "frozen" : "running"}</Chip>}
      </p>
      <div className="row">
        <Button look="primary" icon="right" isDisabled={isBusy} onPress={() => turn.mutate({ To: "next" })}>
          Jump to the next transition
        </Button>
        <Button
          icon={isFrozen ? "play" : "pause"}
          isDisabled={isBusy}
          onPress={() => set.mutate(isFrozen ? "Resume" : "Freeze")}
        >
          {isFrozen ? "Resume" : "Freeze"}
        </Button>
      </div>
      <fieldset className="row developer-jumps">
        <legend className="visually-hidden">Advance by</legend>
        {JUMPS.map(({ seconds, label }) => (
          <Button key={label} size="small" isDisabled={isBusy} onPress={() => turn.mutate({ By: isoText(seconds) })}>
            {label}
          </Button>
        ))}
      </fieldset>
      <form
        className="developer-advance"
        onSubmit={(event) => {
          event.preventDefault();
          advance();
        }}
      >
        <DurationField
          label="Advance by"
          value={entry}
          onChange={setEntry}
          read={readEntry}
          isChecked={isChecked}
          refusal={isChecked && "seconds" in given && given.seconds === 0 ? "Say how far." : undefined}
        />
        <Button type="submit" isDisabled={isBusy}>
          Advance
        </Button>
      </form>
      <p className="soft small">The clock is that of the whole account: all its conversations move with it.</p>
      {refusal && <ErrorNotice error={refusal} />}
      <div role="status">{turn.data && !turn.isPending && <Outcome jump={turn.data} />}</div>
    </>
  );
}

/** What the jump carried out. */
function Outcome({ jump: { from, clock, events, wasToNext } }: { readonly jump: Jump }) {
  const passed = Math.max(0, Math.round((Date.parse(clock.now) - from) / 1000));
  const moved = events.filter((event) => event.kind === "onConversationStateUpdated");
  const said = (event: LoggedEvent, name: string): string =>
    String((event.payload as Record<string, unknown>)[name] ?? "");
  if (wasToNext && clock.transitions === 0) {
    return <p className="developer-outcome">No timer is armed in the account: the clock stays where it is.</p>;
  }
  return (
    <div className="developer-outcome">
      <p>
        <strong>{inWords(passed, 2)}</strong> passed; it is {showDateTime(clock.now)}. The jump carried out{" "}
        <strong>
          {clock.transitions} transition{clock.transitions === 1 ? "" : "s"}
        </strong>{" "}
        in the account
        {moved.length === 0 ? ", none of them here." : ", and here:"}
      </p>
      {moved.length > 0 && (
        <ul>
          {moved.map((event) => (
            <li key={event.seq}>
              {said(event, "StateFrom")} → {said(event, "StateTo")}, {showDateTime(event.at)}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
