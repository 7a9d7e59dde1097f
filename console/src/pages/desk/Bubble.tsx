import type { Message, MessageMedia } from "../../api/types";
import { showExact, showTime } from "../../time/format";
import { Button } from "../../ui/buttons";
import { Icon } from "../../ui/icons";
import { discard, type Outgoing, retry } from "./outbox";
import { type Delivered, deliveryOf } from "./words";

/** What a browser shows in place; everything else is saved. */
const SHOWN = /^image\/(?:png|jpeg|gif|webp|avif)$/;

function Media({ media, service }: { readonly media: MessageMedia; readonly service: string }) {
  const url = `/v1/Services/${service}/Media/${media.sid}/Content`;
  const name = media.filename ?? "file";
  if (SHOWN.test(media.content_type)) {
    return (
      <a href={url} target="_blank" rel="noreferrer" className="desk-image">
        <img src={url} alt={name} loading="lazy" />
      </a>
    );
  }
  return (
    <a href={url} download={name} className="desk-file">
      <Icon name="attach" />
      {name} <span className="hint">{Math.ceil(media.size / 1024)} kB</span>
    </a>
  );
}

export type BubbleSide = "mine" | "ours" | "theirs" | "system";

interface Props {
  readonly message: Message;
  readonly side: BubbleSide;
  /** How the author is called. */
  readonly author: string;
  readonly service: string;
  /** How far the customer has read; null when unknown. */
  readonly read: number | null;
}

function State({ delivered }: { readonly delivered: Delivered }) {
  return (
    <span className={`desk-delivery ${delivered.tone}`}>
      {delivered.tone === "bad" && <Icon name="warning" />}
      {delivered.text}
    </span>
  );
}

export function Bubble({ message, side, author, service, read }: Props) {
  const delivered = side === "theirs" ? null : deliveryOf(message, read);
  const isOurs = side === "mine" || side === "ours";
  return (
    <article
      className={`desk-message ${side}`}
      data-index={message.index}
      aria-label={`${author}, ${showTime(message.date_created)}`}
    >
      {side !== "mine" && <span className="desk-author">{author}</span>}
      <div className={isOurs ? "desk-bubble ours" : "desk-bubble"}>
        {message.media?.map((media) => (
          <Media key={media.sid} media={media} service={service} />
        ))}
        {message.body && <p>{message.body}</p>}
      </div>
      <span className="desk-meta">
        <time dateTime={message.date_created} title={showExact(message.date_created)}>
          {showTime(message.date_created)}
        </time>
        {delivered && <State delivered={delivered} />}
      </span>
    </article>
  );
}

const STATES = {
  sending: "Sending…",
  waiting: "Not sent yet. It is tried again.",
  failed: "Not sent.",
} as const;

/** A message on its way, or one that failed. */
export function OutgoingBubble({ one }: { readonly one: Outgoing }) {
  const isStuck = one.state !== "sending";
  return (
    <article className="desk-message mine" aria-label="You, on its way">
      <div className={isStuck ? "desk-bubble ours stuck" : "desk-bubble ours pending"}>
        {one.file && (
          <span className="desk-file">
            <Icon name="attach" />
            {one.file.name}
          </span>
        )}
        {one.body && <p>{one.body}</p>}
      </div>
      <span className="desk-meta" role="status">
        {isStuck ? (
          <span className="desk-delivery bad">
            <Icon name="warning" />
            {STATES[one.state]} {one.state === "failed" && one.error}
          </span>
        ) : (
          STATES.sending
        )}
        {isStuck && (
          <>
            <Button size="small" onPress={() => retry(one)}>
              Send again
            </Button>
            <Button size="small" look="quiet" onPress={() => discard(one)}>
              Discard
            </Button>
          </>
        )}
      </span>
    </article>
  );
}
