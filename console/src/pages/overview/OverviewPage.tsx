import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useRef, useState } from "react";
import { get } from "../../api/client";
import { useLiveEvent } from "../../api/live";
import type { Statistics } from "../../api/types";
import { useNow } from "../../time/clock";
import { showDateTime } from "../../time/format";
import { Select } from "../../ui/fields";
import { ErrorNotice, Loading } from "../../ui/notices";
import { Page } from "../../ui/page";
import { Identities } from "./Identities";
import { Plot } from "./Plot";
import { COUNT, everyStep, largest, type Point, STEP_MS, type Step, seconds, secondsUpTo } from "./plot";
import { bounds, RANGES, type RangeName, stepOf, stepsOf } from "./range";
import "./overview.css";

const KEY = "overview";
/** Changes that come within this time are fetched together: statistics cost more than a list. */
const GATHER_MS = 1_500;

/** Fetches the statistics anew after things happened, and at once when a test clock was turned. */
function useRenewal(): void {
  const queries = useQueryClient();
  const waiting = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useLiveEvent((event) => {
    const renew = (): void => {
      waiting.current = undefined;
      void queries.invalidateQueries({ queryKey: [KEY] });
    };
    if (event.type === "clock") renew();
    else if (event.type === "conversation" || event.type === "session")
      waiting.current ??= setTimeout(renew, GATHER_MS);
  });
}

const instant = (at: number): string => new Date(at).toISOString();

export function OverviewPage() {
  const [range, setRange] = useState<RangeName>("day");
  const [step, setStep] = useState<Step>("hour");
  const now = useNow();
  const { from, to } = bounds(range, step, now);
  useRenewal();
  const { data, error, refetch } = useQuery({
    queryKey: [KEY, range, step, to],
    queryFn: ({ signal }) =>
      get<Statistics>("/dwell/v1/Statistics", { From: instant(from), To: instant(to), Step: step }, signal),
    placeholderData: keepPreviousData,
  });
  const steps = stepsOf(range);
  return (
    <Page
      title="Overview"
      lead="What conversations, timers and people did, by the account's clock."
      acts={
        <>
          <Select
            label="Time"
            value={range}
            onChange={(next) => {
              setRange(next);
              setStep(stepOf(next));
            }}
            choices={RANGES}
          />
          <Select
            label="In steps of"
            value={step}
            onChange={setStep}
            isDisabled={steps.length === 1}
            choices={steps.map((value) => ({ value, label: value === "hour" ? "an hour" : "a day" }))}
          />
        </>
      }
    >
      {error && <ErrorNotice error={error} onRetry={() => void refetch()} />}
      {data ? <Plots data={data} now={now} /> : !error && <Loading what="Reading the statistics" />}
    </Page>
  );
}

const series = <T extends { readonly at: string }>(rows: readonly T[], ...names: readonly (keyof T)[]): Point[] =>
  rows.map((row) => ({ at: Date.parse(row.at), values: names.map((name) => row[name] as number | null) }));

const sum = (points: readonly Point[], index: number): number =>
  points.reduce((total, point) => total + (point.values[index] ?? 0), 0);

function Plots({ data, now }: { readonly data: Statistics; readonly now: number }) {
  const transitions = series(data.transitions, "api", "timer", "event");
  const { step } = data;
  const [from, end] = [Date.parse(data.from), Date.parse(data.to)];
  // The present step is not over: the axis goes to its end.
  const to = Math.ceil(end / STEP_MS[step]) * STEP_MS[step];
  const time = { step, from, to, now };
  const latenessTold = series(data.lateness, "p50_seconds", "p99_seconds", "max_seconds");
  const lateness = everyStep(latenessTold, from, to, step, 3);
  const replies = everyStep(series(data.first_reply, "p50_seconds", "p90_seconds"), from, to, step, 2);
  const isBehind = Date.parse(data.complete_until) < end;
  const zone = step === "day" ? "Days are days of UTC." : `Times are those of ${zoneName()}.`;
  const counted = (rows: readonly { readonly count: number }[]): number => rows.reduce((n, row) => n + row.count, 0);
  return (
    <>
      <Now now={data.now} />
      <p className="soft small">
        {showDateTime(from)} to {showDateTime(end)}. {zone}
        {isBehind &&
          ` The server is still counting: what happened after ${showDateTime(data.complete_until)} is missing.`}
      </p>
      <div className="overview-plots">
        <Plot
          {...time}
          title="Conversations by state"
          about={`How many were in each state when each ${step} began.`}
          kind="area"
          series={[
            { label: "Active", tone: "active" },
            { label: "Inactive", tone: "inactive" },
            { label: "Closed", tone: "closed" },
          ]}
          points={series(data.states, "active", "inactive", "closed")}
          measureFor={() => COUNT}
          empty="There was no conversation in this time."
        />
        <Plot
          {...time}
          title={step === "hour" ? "Transitions per hour" : "Transitions per day"}
          about="Changes of state by what caused them: somebody through the API, a timer, or a message that reactivated."
          kind="bars"
          series={[
            { label: "API", tone: "api" },
            { label: "Timer", tone: "timer" },
            { label: "Message", tone: "event" },
          ]}
          points={transitions}
          measureFor={() => COUNT}
          empty="No conversation changed its state in this time."
          summary={`${COUNT.full(sum(transitions, 0) + sum(transitions, 1) + sum(transitions, 2))} in all: ${COUNT.full(sum(transitions, 0))} by the API, ${COUNT.full(sum(transitions, 1))} by timers, ${COUNT.full(sum(transitions, 2))} by messages.`}
        />
        <Plot
          {...time}
          title="Lateness of timers"
          about="How long after its due time a timer was carried out, in real time: half of them, 99 of 100 (up to an eighth too large), and the latest."
          kind="lines"
          series={[
            { label: "Half", tone: "low" },
            { label: "99 %", tone: "high" },
            { label: "Latest", tone: "most" },
          ]}
          points={lateness}
          measureFor={secondsUpTo}
          empty="No timer ended in this time."
          summary={`${COUNT.full(counted(data.lateness))} timers ended; the latest was ${seconds(largest(lateness, false))} late.`}
        />
        <Plot
          {...time}
          title="Time to the first reply"
          about="From the beginning of a session to the first message of its agent: half of them, and 90 of 100 (up to an eighth too large)."
          kind="lines"
          series={[
            { label: "Half", tone: "low" },
            { label: "90 %", tone: "high" },
          ]}
          points={replies}
          measureFor={secondsUpTo}
          empty="No session got its first reply in this time."
          summary={`${COUNT.full(counted(data.first_reply))} sessions got their first reply.`}
        />
        <Identities identities={data.identities} />
      </div>
    </>
  );
}

const zoneName = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

function Now({ now }: { readonly now: Statistics["now"] }) {
  const tiles = [
    { label: "Active", value: now.active, tone: "active", search: { tab: "conversations", state: "active" } },
    { label: "Inactive", value: now.inactive, tone: "inactive", search: { tab: "conversations", state: "inactive" } },
    { label: "Closed", value: now.closed, tone: "closed", search: { tab: "conversations", state: "closed" } },
    { label: "Waiting", value: now.waiting, tone: "waiting", search: { tab: "sessions", status: ["waiting"] } },
    { label: "Overdue timers", value: now.overdue, tone: "overdue", search: { tab: "attention" } },
  ];
  return (
    <ul className="overview-now" aria-label="Now">
      {tiles.map(({ label, value, tone, search }) => (
        <li key={label} className="panel">
          <Link to="/supervisor" search={search} className={tone === "overdue" && value > 0 ? "bad" : undefined}>
            <span className="overview-swatch-line">
              <span className={`overview-swatch tone-${tone}`} aria-hidden="true" />
              {label}
            </span>
            <strong>{COUNT.full(value)}</strong>
          </Link>
        </li>
      ))}
    </ul>
  );
}
