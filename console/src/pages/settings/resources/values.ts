/** Values of data-driven forms: what a field holds, what is sent. Pure. */
import type { FormFields, FormValue } from "../../../api/client";

export type Value = string | boolean | readonly string[];
export type Values = Readonly<Record<string, Value>>;

export interface Choice {
  readonly value: string;
  readonly label: string;
  readonly hint?: string;
}

/** One field of a form over a resource whose items are T. */
export interface Field<T> {
  /** The parameter's name. */
  readonly name: string;
  readonly label: string;
  readonly hint?: string;
  /**
   * `lines` is a repeated parameter, one to a line; `checks` a repeated parameter out of `choices`; `json` a JSON
   * document as text.
   */
  readonly kind:
    | "text"
    | "email"
    | "password"
    | "url"
    | "number"
    | "long"
    | "json"
    | "switch"
    | "choice"
    | "checks"
    | "lines"
    | "instant";
  readonly choices?: readonly Choice[];
  /** Choices that the server knows: the path of a list, and what is made of each item. */
  readonly list?: {
    readonly path: (scope: string) => string;
    readonly choice: (item: never) => Choice | null;
    readonly blank?: string;
  };
  /** When it is asked for; both when not given. */
  readonly on?: "create" | "update";
  readonly isRequired?: boolean;
  /** Its value in an item; blank when not given (secrets). */
  readonly read?: (item: T) => string | number | boolean | readonly string[] | null | undefined;
  /** Its value in a form that creates. */
  readonly initial?: Value;
  /** Whether it plays a part with these values. */
  readonly when?: (values: Values) => boolean;
  /** Why the API would refuse the value, if it would. */
  readonly check?: (value: Value, values: Values) => string | undefined;
}

const blankOf = (kind: Field<never>["kind"]): Value => {
  if (kind === "switch") return false;
  return kind === "checks" ? [] : "";
};

/** The values that a form begins with: of the item, or of nothing. */
export function valuesOf<T>(fields: readonly Field<T>[], item: T | null): Values {
  return Object.fromEntries(
    fields.map((field) => {
      const held = item === null ? field.initial : field.read?.(item);
      if (held === undefined || held === null) return [field.name, blankOf(field.kind)];
      if (typeof held === "number") return [field.name, String(held)];
      if (field.kind === "lines" && Array.isArray(held)) return [field.name, held.join("\n")];
      return [field.name, held as Value];
    }),
  );
}

/** The fields that a form shows now. */
export function shown<T>(fields: readonly Field<T>[], on: "create" | "update", values: Values): readonly Field<T>[] {
  return fields.filter((field) => (field.on ?? on) === on && (field.when?.(values) ?? true));
}

const lines = (text: string): string[] =>
  text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");

const isBlank = (value: Value | undefined): boolean =>
  value === undefined ||
  (typeof value === "string" && value.trim() === "") ||
  (Array.isArray(value) && value.length === 0);

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** What is wrong with each field, by name. */
export function problems<T>(fields: readonly Field<T>[], values: Values): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const field of fields) {
    const value = values[field.name] ?? "";
    const own = isBlank(value) ? undefined : field.check?.(value, values);
    if (field.isRequired && isBlank(value)) found[field.name] = `${field.label} is required.`;
    else if (field.kind === "json" && typeof value === "string" && !isBlank(value) && !isJson(value)) {
      found[field.name] = "This is not a JSON document.";
    } else if (field.kind === "number" && typeof value === "string" && !/^\d*$/.test(value.trim())) {
      found[field.name] = "Enter a whole number.";
    } else if (own) found[field.name] = own;
  }
  return found;
}

function sent(kind: Field<never>["kind"], value: Value): FormValue {
  if (kind === "lines") return repeated(lines(String(value)));
  if (kind === "checks") return repeated(value as readonly string[]);
  if (kind === "instant") return new Date(String(value)).toISOString();
  return value as string | boolean;
}

/** A repeated parameter that is emptied is sent as a single blank one. */
const repeated = (all: readonly string[]): readonly string[] => (all.length === 0 ? [""] : all);

/** What is sent: on creation what is filled in, on a change what differs from `before`. */
export function formOf<T>(fields: readonly Field<T>[], values: Values, before: Values | null): FormFields {
  const out: Record<string, FormValue> = {};
  for (const field of fields) {
    const value = values[field.name] ?? blankOf(field.kind);
    const isSame = before !== null && JSON.stringify(before[field.name]) === JSON.stringify(value);
    const isLeftOut = before === null && isBlank(value);
    if (!isSame && !isLeftOut) out[field.name] = sent(field.kind, value);
  }
  return out;
}
