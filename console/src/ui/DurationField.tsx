import { useState } from "react";
import { type Entry, inWords, isoText } from "../time/duration";
import { TextField } from "./fields";

interface DurationProps {
  readonly label: string;
  readonly hint?: string;
  /** The text as it stands in the field. */
  readonly value: string;
  readonly onChange: (text: string) => void;
  /** How the text is read; see `readEntry` and `readTimer`. */
  readonly read: (text: string) => Entry;
  /** A refusal of the server, shown until the text changes. */
  readonly refusal?: string | undefined;
  /** Shows the problem at once, not only after the field was left. */
  readonly isChecked?: boolean;
  readonly isDisabled?: boolean;
}

/** Friendly entry of a duration; below it the ISO value and the words that it comes to. */
export function DurationField({
  label,
  hint,
  value,
  onChange,
  read,
  refusal,
  isChecked = false,
  isDisabled = false,
}: DurationProps) {
  const [wasLeft, setLeft] = useState(false);
  const entry = read(value);
  const problem = "problem" in entry ? entry.problem : undefined;
  const isTold = wasLeft || isChecked;
  return (
    <div className="stack-tight">
      <TextField
        label={label}
        value={value}
        onChange={onChange}
        onBlur={() => setLeft(true)}
        error={refusal ?? (isTold ? problem : undefined)}
        isDisabled={isDisabled}
        autoComplete="off"
        {...(hint ? { hint } : {})}
      />
      {/* While one types it is a hint, in the place of the error to come: nothing may move under the mouse. */}
      {problem && !isTold && !refusal && <p className="hint">{problem}</p>}
      {"seconds" in entry && (
        <p className="duration-meaning">
          <code>{isoText(entry.seconds)}</code> {entry.seconds === 0 ? "off" : inWords(entry.seconds)}
        </p>
      )}
    </div>
  );
}
