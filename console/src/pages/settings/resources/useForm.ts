import { type FormEvent, useState } from "react";
import { ApiError, type FormFields } from "../../../api/client";
import { focusRefused } from "../../../ui/focus";
import { type Field, formOf, problems, shown, type Values, valuesOf } from "./values";

interface Form<T> {
  readonly fields: readonly Field<T>[];
  readonly values: Values;
  readonly errors: Readonly<Record<string, string>>;
  /** A refusal that is about no single field. */
  readonly refusal: unknown;
  readonly isBusy: boolean;
  readonly isChanged: boolean;
  readonly change: (values: Values) => void;
  /** Checks, then sends; resolves to whether it went through. */
  readonly submit: (event: FormEvent<HTMLFormElement>) => Promise<boolean>;
}

/** The field that a refusal names, if it names one of the form. */
function named<T>(fields: readonly Field<T>[], error: unknown): string | undefined {
  if (!(error instanceof ApiError)) return undefined;
  return fields.find((field) => new RegExp(`\\b${field.name}\\b`).test(error.message))?.name;
}

/** A form over an item, or for a new one when it is null. `send` gets what has to be sent. */
export function useForm<T>(
  all: readonly Field<T>[],
  item: T | null,
  send: (form: FormFields) => Promise<unknown>,
): Form<T> {
  const [before, setBefore] = useState(() => valuesOf(all, item));
  const [values, setValues] = useState(before);
  const [isChecked, setChecked] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<unknown>(null);

  const fields = shown(all, item === null ? "create" : "update", values);
  const found = problems(fields, values);
  const about = named(fields, refusal);
  const errors = { ...(isChecked ? found : {}), ...(about ? { [about]: (refusal as Error).message } : {}) };

  const submit = async (event: FormEvent<HTMLFormElement>): Promise<boolean> => {
    event.preventDefault();
    const element = event.currentTarget;
    setChecked(true);
    setRefusal(null);
    if (Object.keys(found).length > 0) {
      focusRefused(element);
      return false;
    }
    setBusy(true);
    try {
      await send(formOf(fields, values, item === null ? null : before));
      setBefore(values);
      return true;
    } catch (error) {
      setRefusal(error);
      focusRefused(element);
      return false;
    } finally {
      setBusy(false);
    }
  };

  return {
    fields,
    values,
    errors,
    refusal: about ? null : refusal,
    isBusy,
    isChanged: JSON.stringify(values) !== JSON.stringify(before),
    change: (next) => {
      setRefusal(null);
      setValues(next);
    },
    submit,
  };
}
