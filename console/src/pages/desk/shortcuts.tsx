import { useEffect, useEffectEvent } from "react";
import { Dialog } from "../../ui/dialogs";
import { Switch } from "../../ui/fields";
import { prefer, preferences, usePreferences } from "./preferences";

const TYPES_IN = "input, textarea, select, [contenteditable=true]";
/** While one of these is open, keys are its own. */
const MODAL = ".veil, .popover";

function isForDesk(event: KeyboardEvent): boolean {
  if (!preferences().keys || event.defaultPrevented || event.repeat) return false;
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  const target = event.target instanceof Element ? event.target : null;
  return !target?.closest(TYPES_IN) && !document.querySelector(MODAL);
}

export type Keys = Readonly<Partial<Record<string, (() => void) | undefined>>>;

/** Single keys that do something while the component is there and nobody is typing. */
export function useKeys(keys: Keys): void {
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    const act = isForDesk(event) ? keys[event.key] : undefined;
    if (!act) return;
    event.preventDefault();
    act();
  });
  useEffect(() => {
    const listener = (event: KeyboardEvent): void => onKey(event);
    addEventListener("keydown", listener);
    return () => removeEventListener("keydown", listener);
  }, []);
}

const SHEET: readonly (readonly [keys: readonly string[], what: string])[] = [
  [["1", "2", "3"], "Mine active, Mine inactive, Queue"],
  [["j", "k"], "Next, previous conversation of the list"],
  [["n"], "Take next from the queue"],
  [["a"], "Accept the open conversation"],
  [["r"], "Reply, or reopen and write"],
  [["i"], "Customer inactive"],
  [["t"], "Customer inactive, and tell them"],
  [["e"], "End"],
  [["h"], "Hold, release"],
  [["z"], "Undo what can be undone still"],
  [["?"], "This sheet"],
  [["Esc"], "Out of the text, then back to the list"],
  [["Enter"], "Send"],
  [["Shift", "Enter"], "New line"],
];

/** Every shortcut, and what of them is on. */
export function HelpSheet({ onClose }: { readonly onClose: () => void }) {
  const { sound, keys } = usePreferences();
  return (
    <Dialog title="Shortcuts and sound" onClose={onClose}>
      <dl className="desk-keys">
        {SHEET.map(([names, what]) => (
          <div key={what}>
            <dt>
              {names.map((name) => (
                <kbd key={name}>{name}</kbd>
              ))}
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <p className="hint">Single keys do nothing while you are typing: Esc leaves the text.</p>
      <Switch isSelected={keys} onChange={(on) => prefer({ keys: on })}>
        Single-key shortcuts
      </Switch>
      <Switch isSelected={sound} onChange={(on) => prefer({ sound: on })}>
        A sound when a customer returns
      </Switch>
    </Dialog>
  );
}
