/** Short notices in the corner, with an optional act such as Undo. */
import {
  Button as AriaButton,
  Text,
  UNSTABLE_Toast as Toast,
  UNSTABLE_ToastContent as ToastContent,
  UNSTABLE_ToastQueue as ToastQueue,
  UNSTABLE_ToastRegion as ToastRegion,
} from "react-aria-components";
import { Button } from "./buttons";

interface ToastText {
  readonly text: string;
  readonly act?: { readonly label: string; readonly onAct: () => void };
}

const queue = new ToastQueue<ToastText>({ maxVisibleToasts: 3 });
const SHOWN_MS = 5_000;

/** Shows a notice for five seconds (or `ms`; longer while it has the focus). Returns what takes it away. */
export function toast(text: string, act?: ToastText["act"], ms = SHOWN_MS, onClose?: () => void): () => void {
  const key = queue.add(act ? { text, act } : { text }, { timeout: ms, ...(onClose ? { onClose } : {}) });
  return () => queue.close(key);
}

export function Toasts() {
  return (
    <ToastRegion queue={queue} className="toasts">
      {({ toast: one }) => (
        <Toast toast={one} className="toast">
          <ToastContent className="toast-body">
            <Text slot="title">{one.content.text}</Text>
          </ToastContent>
          {one.content.act && (
            <Button
              size="small"
              onPress={() => {
                one.content.act?.onAct();
                queue.close(one.key);
              }}
            >
              {one.content.act.label}
            </Button>
          )}
          <AriaButton slot="close" aria-label="Dismiss" className="button icon small">
            ×
          </AriaButton>
        </Toast>
      )}
    </ToastRegion>
  );
}
