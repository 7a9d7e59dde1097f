/** What went wrong or is late: overdue timers, failed sessions, webhooks that were not told, messages not sent. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { post } from "../../api/client";
import { type ArmedTimer, deliveryProblem, type OutboundMessage, type WebhookDelivery } from "../../api/deliveries";
import { keys } from "../../api/keys";
import { useLiveEvent } from "../../api/live";
import { page } from "../../api/paging";
import type { Session } from "../../api/types";
import { atLeast, useSession } from "../../session/session";
import { now, useNow } from "../../time/clock";
import { inWords } from "../../time/duration";
import { showDateTime } from "../../time/format";
import { Button } from "../../ui/buttons";
import { ErrorNotice, Loading } from "../../ui/notices";
import { toast } from "../../ui/toasts";
import { Ago, sessionName } from "./cells";

const KEY = "attention";
/** Nothing happens when a timer becomes overdue or a delivery is given up: only looking again shows it. */
const LOOK_MS = 15_000;

function useItems<T>(name: string, path: () => string) {
  return useQuery({
    queryKey: [KEY, name],
    queryFn: ({ signal }) => page<T>(path(), signal),
    refetchInterval: LOOK_MS,
    staleTime: 0,
  });
}

export function AttentionTab() {
  const queries = useQueryClient();
  useLiveEvent((event) => {
    if (event.type === "clock") void queries.invalidateQueries({ queryKey: [KEY] });
  });
  return (
    <div className="supervisor-attention">
      <Overdue />
      <FailedSessions />
      <FailedDeliveries />
      <FailedMessages />
    </div>
  );
}

interface SectionProps<T> {
  readonly title: string;
  readonly about: string;
  readonly none: string;
  readonly query: {
    readonly data: { readonly items: readonly T[]; readonly next: string | null } | undefined;
    readonly error: unknown;
    readonly refetch: () => unknown;
  };
  readonly acts?: ReactNode;
  readonly row: (item: T) => ReactNode;
}

function Section<T extends object>({ title, about, none, query, acts, row }: SectionProps<T>) {
  const items = query.data?.items ?? [];
  const id = `attention-${title.replaceAll(" ", "-").toLowerCase()}`;
  return (
    <section className="panel supervisor-section" aria-labelledby={id}>
      <div className="spread">
        <div>
          <h2 id={id}>
            {title}{" "}
            {query.data && (
              <span className={items.length > 0 ? "supervisor-count bad" : "supervisor-count"}>
                {items.length}
                {query.data.next && "+"}
              </span>
            )}
          </h2>
          <p className="soft small">{about}</p>
        </div>
        {items.length > 0 && acts}
      </div>
      {query.error !== null && <ErrorNotice error={query.error} onRetry={() => void query.refetch()} />}
      {!query.data && query.error === null && <Loading />}
      {query.data && items.length === 0 && <p className="supervisor-none">{none}</p>}
      {items.length > 0 && <ul className="supervisor-items">{items.map(row)}</ul>}
    </section>
  );
}

const Conversation = ({ sid, children }: { readonly sid: string; readonly children?: ReactNode }) => (
  <Link
    to="/conversations/$conversationSid"
    params={{ conversationSid: sid }}
    className={children ? undefined : "mono"}
  >
    {children ?? sid}
  </Link>
);

function Overdue() {
  const time = useNow();
  const query = useItems<ArmedTimer>(
    "overdue",
    () => `/dwell/v1/Timers?PageSize=50&DueBefore=${encodeURIComponent(new Date(now()).toISOString())}`,
  );
  return (
    <Section
      title="Overdue timers"
      about="Timers whose time has come and that the server has not carried out yet. It catches up by itself, also after a standstill."
      none="No timer is overdue."
      query={query}
      row={(timer) => (
        <li key={timer.conversation_sid}>
          <Conversation sid={timer.conversation_sid} />
          <span>
            {timer.state} → {timer.timer}
          </span>
          <span className="soft">
            was due {showDateTime(timer.due)}, {inWords((time - Date.parse(timer.due)) / 1000, 2)} ago
          </span>
        </li>
      )}
    />
  );
}

function FailedSessions() {
  const query = useQuery({
    queryKey: [...keys.sessions, "failed"],
    queryFn: ({ signal }) => page<Session>("/dwell/v1/Sessions?Failed=true&PageSize=50", signal),
  });
  return (
    <Section
      title="Failed sessions"
      about="Sessions that ended by an error, newest first."
      none="No session failed."
      query={query}
      row={(session) => (
        <li key={session.sid}>
          <Conversation sid={session.conversation_sid}>{sessionName(session)}</Conversation>
          <span>{session.error ? `${session.error.code}: ${session.error.message}` : session.status}</span>
          <span className="soft">
            {session.owner ?? "nobody’s"}, <Ago at={session.date_updated} />
          </span>
        </li>
      )}
    />
  );
}

function FailedDeliveries() {
  const queries = useQueryClient();
  const { person } = useSession();
  const query = useItems<WebhookDelivery>("deliveries", () => "/dwell/v1/WebhookDeliveries?Status=failed&PageSize=50");
  const resend = useMutation({
    mutationFn: (sid: string | null) =>
      post<{ readonly resent?: number }>(
        sid ? `/dwell/v1/WebhookDeliveries/${sid}/Resend` : "/dwell/v1/WebhookDeliveries/Resend",
      ),
    onSuccess: ({ resent }) => toast(resent === undefined ? "It is sent again." : `${resent} are sent again.`),
    onSettled: () => queries.invalidateQueries({ queryKey: [KEY, "deliveries"] }),
  });
  const mayResend = atLeast(person.role, "admin");
  return (
    <Section
      title="Webhooks not told"
      about="Deliveries that were given up after all attempts."
      none="Every webhook was told."
      query={query}
      acts={
        mayResend && (
          <Button size="small" isDisabled={resend.isPending} onPress={() => resend.mutate(null)}>
            Send all again
          </Button>
        )
      }
      row={(delivery) => (
        <li key={delivery.sid}>
          <span>
            <strong>{delivery.event_type}</strong>{" "}
            {delivery.conversation_sid && <Conversation sid={delivery.conversation_sid} />}
          </span>
          <span>
            {deliveryProblem(delivery)}, {delivery.attempts_count} attempts
          </span>
          <span className="soft supervisor-url">{delivery.webhook_url}</span>
          {mayResend && (
            <Button size="small" isDisabled={resend.isPending} onPress={() => resend.mutate(delivery.sid)}>
              Send again
            </Button>
          )}
        </li>
      )}
    />
  );
}

function FailedMessages() {
  const query = useItems<OutboundMessage>("messages", () => "/dwell/v1/OutboundMessages?Status=failed&PageSize=50");
  return (
    <Section
      title="Messages not sent"
      about="Messages that no channel took. Their receipts have said so: write a new one."
      none="Every message found its channel."
      query={query}
      row={(message) => (
        <li key={message.sid}>
          <Conversation sid={message.conversation_sid} />
          <span>
            from {message.from} to {message.to.join(", ")}
          </span>
          <span>{message.last_error ?? "failed"}</span>
          <span className="soft">{showDateTime(message.date_created)}</span>
        </li>
      )}
    />
  );
}
