/** A form over something that there is exactly one of, from a description. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import type { FormEvent } from "react";
import { get, post } from "../../../api/client";
import { atLeast, useSession } from "../../../session/session";
import { Button } from "../../../ui/buttons";
import { ErrorNotice, Loading, Notice } from "../../../ui/notices";
import { toast } from "../../../ui/toasts";
import { FormFields } from "./FormFields";
import { useForm } from "./useForm";
import type { Field } from "./values";

interface SingletonProps<T> {
  /** Where it is read and written. */
  readonly path: string;
  readonly fields: readonly Field<T>[];
  readonly title?: string;
  /** The service in whose lists choices are looked up. */
  readonly scope?: string;
}

export function SingletonForm<T extends object>({ path, fields, title, scope = "" }: SingletonProps<T>) {
  const read = useQuery({ queryKey: ["singleton", path], queryFn: ({ signal }) => get<T>(path, undefined, signal) });
  return (
    <section className="panel settings-box" aria-label={title}>
      {title && <h2>{title}</h2>}
      {read.isPending && <Loading />}
      {read.error && <ErrorNotice error={read.error} onRetry={() => void read.refetch()} />}
      {read.data && <Loaded key={path} path={path} fields={fields} item={read.data} scope={scope} />}
    </section>
  );
}

function Loaded<T extends object>({
  path,
  fields,
  item,
  scope,
}: Required<Omit<SingletonProps<T>, "title">> & { readonly item: T }) {
  const { person } = useSession();
  const queries = useQueryClient();
  const mayEdit = atLeast(person.role, "admin");
  const form = useForm(fields, item, async (sent) => {
    queries.setQueryData(["singleton", path], await post<T>(path, sent));
  });
  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    if (await form.submit(event)) toast("Saved.");
  };
  return (
    <form className="stack" onSubmit={(event) => void submit(event)} noValidate>
      {!mayEdit && <Notice>Only an admin changes this.</Notice>}
      <FormFields
        fields={form.fields}
        values={form.values}
        errors={form.errors}
        onChange={form.change}
        scope={scope}
        isDisabled={!mayEdit}
      />
      {form.refusal !== null && <ErrorNotice error={form.refusal} />}
      {mayEdit && (
        <div className="row">
          <Button type="submit" look="primary" isDisabled={form.isBusy || !form.isChanged}>
            Save
          </Button>
        </div>
      )}
    </form>
  );
}
