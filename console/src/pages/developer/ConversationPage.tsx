import { Link, Navigate, useParams } from "@tanstack/react-router";
import { Tab, TabList, TabPanel, Tabs } from "react-aria-components";
import type { Conversation, Session } from "../../api/types";
import { useClock } from "../../time/clock";
import { countdown } from "../../time/countdown";
import { inWords, isoSeconds } from "../../time/duration";
import { showDateTime, showExact } from "../../time/format";
import { Chip, ErrorNotice, Loading } from "../../ui/notices";
import { useTitle } from "../../ui/page";
import { CopyButton } from "./copy";
import { JsonPanel } from "./Json";
import { Lifeline } from "./Lifeline";
import { type Life, timeline } from "./life";
import {
  conversationPath,
  lifePath,
  useConversation,
  useEvents,
  useLife,
  useLogs,
  useParticipants,
  useSessions,
} from "./queries";
import { TestClock } from "./TestClock";
import { Timeline, toneOf } from "./Timeline";
import { Webhooks } from "./Webhooks";
import "./developer.css";

export function ConversationPage() {
  const { conversationSid: given } = useParams({ from: "/conversations/$conversationSid" });
  const { data: life, error, refetch } = useLife(given);
  if (error) {
    return (
      <div className="page">
        <ErrorNotice error={error} onRetry={() => void refetch()} />
        <Link to="/supervisor">To all conversations</Link>
      </div>
    );
  }
  if (!life) return <Loading what="Reading the conversation" />;
  // A unique name does as well in an address, but everything that lives knows the SID.
  if (life.conversation_sid !== given) {
    return (
      <Navigate to="/conversations/$conversationSid" params={{ conversationSid: life.conversation_sid }} replace />
    );
  }
  return <Shown life={life} />;
}

function Shown({ life }: { readonly life: Life }) {
  const sid = life.conversation_sid;
  const conversation = useConversation(life);
  const participants = useParticipants(life);
  const events = useEvents(sid);
  const sessions = useSessions(sid);
  const logs = useLogs(sid, sessions.data ?? []);
  const name = conversation.data?.friendly_name || conversation.data?.unique_name || sid;
  useTitle(name);
  const entries = timeline({ events: events.data ?? [], life, logs: logs.data ?? [] });
  const session = sessions.data?.[0];
  return (
    <div className="page developer">
      <Head name={name} life={life} conversation={conversation.data} session={session} />
      {conversation.error && <ErrorNotice error={conversation.error} />}
      <Lifeline life={life} />
      <div className="developer-columns">
        <Tabs className="tabs">
          <TabList className="tablist" aria-label="Conversation">
            <Tab id="timeline" className="tab">
              Timeline
            </Tab>
            <Tab id="webhooks" className="tab">
              Webhooks
            </Tab>
            <Tab id="json" className="tab">
              JSON
            </Tab>
          </TabList>
          <TabPanel id="timeline" className="stack">
            {(events.error ?? sessions.error ?? logs.error) && (
              <ErrorNotice error={events.error ?? sessions.error ?? logs.error} onRetry={() => void events.refetch()} />
            )}
            {events.isPending ? <Loading what="Reading the log" /> : <Timeline entries={entries} />}
          </TabPanel>
          <TabPanel id="webhooks" className="stack">
            <Webhooks sid={sid} />
          </TabPanel>
          <TabPanel id="json" className="stack">
            <JsonPanel title="Conversation" path={conversationPath(life)} query={conversation} />
            <JsonPanel title="Lifecycle" path={lifePath(sid)} query={{ data: life, error: null }} />
            <JsonPanel title="Sessions" path={`/dwell/v1/Sessions?ConversationSid=${sid}`} query={sessions} />
            <JsonPanel title="Participants" path={`${conversationPath(life)}/Participants`} query={participants} />
          </TabPanel>
        </Tabs>
        <aside className="developer-side" aria-label="Timers and clock">
          <TestClock life={life} lastSeq={events.data?.at(-1)?.seq ?? 0} />
          <Timers life={life} session={session} />
        </aside>
      </div>
    </div>
  );
}

interface HeadProps {
  readonly name: string;
  readonly life: Life;
  readonly conversation: Conversation | undefined;
  readonly session: Session | undefined;
}

function Head({ name, life, conversation, session }: HeadProps) {
  return (
    <header className="developer-head">
      <nav className="row small" aria-label="Elsewhere">
        <Link to="/supervisor" search={{ tab: "conversations" }}>
          All conversations
        </Link>
        {session && (
          <Link to="/desk" search={{ open: life.conversation_sid }}>
            Open at the desk
          </Link>
        )}
      </nav>
      <h1>{name}</h1>
      <div className="row">
        <Chip tone={toneOf(life.state)}>{life.state}</Chip>
        {session && (
          <span className="small">
            Session {session.number}: {session.status}
            {session.owner && `, ${session.owner}`}
            {session.queue && `, queue ${session.queue}`}
          </span>
        )}
        <code>{life.conversation_sid}</code>
        <CopyButton text={life.conversation_sid} what="the SID" />
        {conversation && <span className="soft small">created {showDateTime(conversation.date_created)}</span>}
      </div>
    </header>
  );
}

function Duration({ iso }: { readonly iso: string | null }) {
  const seconds = iso === null ? null : isoSeconds(iso);
  if (iso === null) return <>off</>;
  return (
    <>
      <code>{iso}</code> {seconds !== null && <span className="soft">{inWords(seconds, 2)}</span>}
    </>
  );
}

/** What is armed, what lies ahead, and by which durations. */
function Timers({ life, session }: { readonly life: Life; readonly session: Session | undefined }) {
  const { armed, timers, forecast } = life;
  const left = useClock((now) => (armed ? countdown(Date.parse(armed.due), now) : ""));
  const isHeld = session?.held || session?.conversation.held;
  return (
    <section className="panel developer-card" aria-labelledby="developer-timers">
      <h2 id="developer-timers">Timers</h2>
      {isHeld && <p className="small">The clocks are held: they go on with what was left.</p>}
      {armed ? (
        <p className="developer-armed">
          <strong>{left}</strong>
          <span>
            until {armed.timer}, <time title={showExact(armed.due)}>{showDateTime(armed.due)}</time>
          </span>
          <span className="soft small">
            armed {armed.started && `${showDateTime(armed.started)} `}by {armed.cause.replaceAll("_", " ")}
          </span>
        </p>
      ) : (
        <p className="soft">Nothing is armed.</p>
      )}
      <dl>
        <dt>Inactive after</dt>
        <dd>
          <Duration iso={timers.inactive} />
        </dd>
        <dt>Closed after</dt>
        <dd>
          <Duration iso={timers.closed} />
        </dd>
        {session?.conversation.policy_sid && (
          <>
            <dt>Policy</dt>
            <dd>
              <code>{session.conversation.policy_sid}</code>
            </dd>
          </>
        )}
        {forecast.map((one) => (
          <div key={one.to + one.at}>
            <dt>Will be {one.to}</dt>
            <dd>
              <time dateTime={one.at} title={showExact(one.at)}>
                {showDateTime(one.at)}
              </time>
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
