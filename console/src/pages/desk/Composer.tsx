import { useQueryClient } from "@tanstack/react-query";
import {
  type ChangeEvent,
  type ClipboardEvent,
  type KeyboardEvent,
  type RefObject,
  useEffect,
  useRef,
  useState,
} from "react";
import { post } from "../../api/client";
import type { Session } from "../../api/types";
import { Button, IconButton } from "../../ui/buttons";
import { useMe } from "./data";
import { draftOf, keepDraft } from "./drafts";
import { sendMessage } from "./outbox";
import { isWished } from "./wishes";

/** Others hear that one is typing at most this often. */
const TYPING_MS = 4_000;

const sizeText = (bytes: number): string =>
  bytes < 1024 * 1024 ? `${Math.ceil(bytes / 1024)} kB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`;

interface Props {
  readonly session: Session;
  readonly field: RefObject<HTMLTextAreaElement | null>;
  /** Where the focus goes with Escape. */
  readonly onLeave: () => void;
}

/** Where one writes. Enter sends, Shift+Enter begins a line; what is not sent is kept for this conversation. */
export function Composer({ session, field, onLeave }: Props) {
  const queries = useQueryClient();
  const { identity } = useMe();
  const conversation = session.conversation_sid;
  const [body, setBody] = useState(() => draftOf(identity, conversation));
  const [file, setFile] = useState<File | null>(null);
  const picker = useRef<HTMLInputElement>(null);
  const typedAt = useRef(Number.NEGATIVE_INFINITY);

  useEffect(() => {
    if (isWished(conversation)) field.current?.focus();
  }, [conversation, field]);

  const write = (text: string): void => {
    setBody(text);
    keepDraft(identity, conversation, text);
    if (text === "" || performance.now() - typedAt.current < TYPING_MS) return;
    typedAt.current = performance.now();
    // Nobody misses it when it does not arrive.
    post(`/dwell/v1/Conversations/${conversation}/Typing`).catch(() => undefined);
  };
  const send = (): void => {
    if (body.trim() === "" && !file) return;
    const sender = { queries, me: identity, service: session.chat_service_sid };
    sendMessage(sender, conversation, body.trim(), file);
    setFile(null);
    write("");
    field.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      send();
    } else if (event.key === "Escape") {
      event.preventDefault();
      onLeave();
    }
  };
  const pick = (event: ChangeEvent<HTMLInputElement>): void => {
    setFile(event.target.files?.[0] ?? null);
    event.target.value = "";
    field.current?.focus();
  };
  const paste = (event: ClipboardEvent): void => {
    const pasted = event.clipboardData.files[0];
    if (!pasted) return;
    event.preventDefault();
    setFile(pasted);
  };

  return (
    <div className="desk-composer">
      {file && (
        <div className="desk-file">
          <span>
            {file.name} <span className="hint">{sizeText(file.size)}</span>
          </span>
          <IconButton icon="close" label="Remove the file" size="small" onPress={() => setFile(null)} />
        </div>
      )}
      <div className="desk-write">
        <input ref={picker} type="file" hidden onChange={pick} aria-label="File" />
        <IconButton icon="attach" label="Attach a file" onPress={() => picker.current?.click()} />
        <textarea
          ref={field}
          value={body}
          onChange={(event) => write(event.target.value)}
          onKeyDown={onKeyDown}
          onPaste={paste}
          rows={1}
          placeholder="Write a message"
          aria-label="Message"
        />
        <Button look="primary" icon="send" aria-label="Send" isDisabled={body.trim() === "" && !file} onPress={send}>
          <span className="desk-send-word">Send</span>
        </Button>
      </div>
    </div>
  );
}
