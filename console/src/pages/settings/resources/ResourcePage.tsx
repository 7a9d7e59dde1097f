/** A list of resources and the forms that make, change and delete them, from a description. */
import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, type ReactNode, useState } from "react";
import { Button as AriaButton } from "react-aria-components";
import { address, type FormFields as Fields, post, remove } from "../../../api/client";
import { page, relative } from "../../../api/paging";
import { serviceName, useServices } from "../../../api/services";
import { atLeast, useSession } from "../../../session/session";
import { Button } from "../../../ui/buttons";
import { Confirm, Dialog, DialogFoot } from "../../../ui/dialogs";
import { Select, TextField } from "../../../ui/fields";
import { Empty, ErrorNotice, Loading } from "../../../ui/notices";
import { Page } from "../../../ui/page";
import { toast } from "../../../ui/toasts";
import { FormFields } from "./FormFields";
import { useForm } from "./useForm";
import { type Field, formOf, type Values, valuesOf } from "./values";

interface Item {
  readonly sid: string;
  readonly url: string;
}

export interface Resource<T extends Item> {
  readonly title: string;
  readonly lead: string;
  /** What one of them is called, in lower case. */
  readonly one: string;
  /** The list's path; `service` is the chosen one where `isPerService`. */
  readonly path: (service: string) => string;
  readonly isPerService?: boolean;
  readonly columns: readonly { readonly label: string; readonly cell: (item: T) => ReactNode }[];
  /** The first column: what a person calls it. */
  readonly name: (item: T) => string;
  /** What that column is called; "Name" when not given. */
  readonly nameLabel?: string;
  readonly fields?: readonly Field<T>[];
  /** Parameters of the list. */
  readonly filters?: readonly Field<T>[];
  readonly mayCreate?: boolean;
  readonly mayUpdate?: boolean;
  readonly mayDelete?: (item: T) => boolean;
  /** What is lost with it. */
  readonly deleteWarning?: string;
  /** Further forms about an item, below its own. */
  readonly detail?: (item: T) => ReactNode;
  /** Shown once after the creation: a secret. */
  readonly made?: (item: T) => ReactNode;
}

export function ServiceChoice({
  value,
  onChange,
}: {
  readonly value: string;
  readonly onChange: (sid: string) => void;
}) {
  const services = useServices();
  const { account } = useSession();
  const choices = services.map((service) => ({
    value: service.sid,
    label: serviceName(service),
    ...(service.sid === account.default_service_sid ? { hint: "The account's default" } : {}),
  }));
  return <Select label="Service" value={value} onChange={onChange} choices={choices} />;
}

interface FormDialogProps<T extends Item> {
  readonly resource: Resource<T>;
  readonly item: T | null;
  readonly service: string;
  readonly mayEdit: boolean;
  readonly onDone: () => void;
  readonly onClose: () => void;
}

function FormDialog<T extends Item>({ resource, item, service, mayEdit, onDone, onClose }: FormDialogProps<T>) {
  const [made, setMade] = useState<T | null>(null);
  const [isDeleting, setDeleting] = useState(false);
  const send = async (fields: Fields): Promise<void> => {
    const answer = await post<T>(item === null ? resource.path(service) : relative(item.url), fields);
    if (item === null && resource.made) setMade(answer);
  };
  const form = useForm(resource.fields ?? [], item, send);
  const title = item === null ? `New ${resource.one}` : resource.name(item);
  const canSave = mayEdit && (item === null || resource.mayUpdate !== false);

  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    if (!(await form.submit(event))) return;
    toast(item === null ? `The ${resource.one} has been made.` : "Saved.");
    onDone();
    if (!(item === null && resource.made)) onClose();
  };

  if (made && resource.made) {
    return (
      <Dialog title={`The new ${resource.one}`} onClose={onClose}>
        {resource.made(made)}
        <DialogFoot>
          <Button look="primary" onPress={onClose}>
            Done
          </Button>
        </DialogFoot>
      </Dialog>
    );
  }
  if (isDeleting && item) {
    return (
      <Confirm
        title={`Delete ${resource.name(item)}?`}
        act="Delete"
        isDangerous
        onClose={onClose}
        onConfirm={async () => {
          await remove(relative(item.url));
          toast(`The ${resource.one} has been deleted.`);
          onDone();
        }}
      >
        {resource.deleteWarning ?? "This cannot be undone."}
      </Confirm>
    );
  }
  return (
    <Dialog title={title} onClose={onClose} isWide>
      <form className="stack" onSubmit={(event) => void submit(event)} noValidate>
        {item && <p className="soft mono">{item.sid}</p>}
        <FormFields
          fields={form.fields}
          values={form.values}
          errors={form.errors}
          onChange={form.change}
          scope={service}
          isDisabled={!canSave}
        />
        {form.refusal !== null && <ErrorNotice error={form.refusal} />}
        <DialogFoot>
          {item && mayEdit && (resource.mayDelete?.(item) ?? true) && (
            <Button look="quiet" icon="trash" onPress={() => setDeleting(true)}>
              Delete
            </Button>
          )}
          <Button onPress={onClose}>{canSave ? "Cancel" : "Close"}</Button>
          {canSave && (
            <Button type="submit" look="primary" isDisabled={form.isBusy || (item !== null && !form.isChanged)}>
              {item === null ? `Make ${resource.one}` : "Save"}
            </Button>
          )}
        </DialogFoot>
      </form>
      {item && resource.detail?.(item)}
    </Dialog>
  );
}

interface TableProps<T extends Item> {
  readonly resource: Resource<T>;
  readonly items: readonly T[];
  readonly onOpen: (item: T) => void;
}

function Table<T extends Item>({ resource, items, onOpen }: TableProps<T>) {
  const nameLabel = resource.nameLabel ?? "Name";
  return (
    <div className="panel resource-table">
      <table>
        <thead>
          <tr>
            <th scope="col">{nameLabel}</th>
            {resource.columns.map((column) => (
              <th key={column.label} scope="col">
                {column.label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {items.map((item) => (
            <tr key={item.sid}>
              <td data-label={nameLabel}>
                {resource.fields ? (
                  <AriaButton className="resource-open" onPress={() => onOpen(item)}>
                    {resource.name(item)}
                  </AriaButton>
                ) : (
                  resource.name(item)
                )}
              </td>
              {resource.columns.map((column) => (
                <td key={column.label} data-label={column.label}>
                  {column.cell(item)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Whether the item has the text in its name or anywhere in a value. */
const matches = (item: object, text: string): boolean =>
  Object.entries(item).some(
    ([key, value]) => key !== "url" && key !== "links" && String(value).toLowerCase().includes(text),
  );

export function ResourcePage<T extends Item>({ resource }: { readonly resource: Resource<T> }) {
  const { account, person } = useSession();
  const queries = useQueryClient();
  const filters = resource.filters ?? [];
  const [service, setService] = useState(account.default_service_sid);
  const [filter, setFilter] = useState<Values>(() => valuesOf(filters, null));
  const [text, setText] = useState("");
  /** The item of the open form; "new" for one that makes one. */
  const [open, setOpen] = useState<T | "new" | null>(null);
  const mayEdit = atLeast(person.role, "admin") && resource.fields !== undefined;

  const path = resource.path(service);
  const given = formOf(filters, filter, null);
  const key = ["resource", path];
  const list = useInfiniteQuery({
    queryKey: [...key, given],
    initialPageParam: address(path, given),
    queryFn: ({ pageParam, signal }) => page<T>(pageParam, signal),
    getNextPageParam: (last) => last.next,
  });
  const items = (list.data?.pages ?? []).flatMap((one) => one.items);
  const found = text === "" ? items : items.filter((item) => matches(item, text.trim().toLowerCase()));
  const canCreate = mayEdit && resource.mayCreate !== false;

  return (
    <Page
      title={resource.title}
      lead={resource.lead}
      acts={
        canCreate && (
          <Button look="primary" icon="plus" onPress={() => setOpen("new")}>
            New {resource.one}
          </Button>
        )
      }
    >
      <div className="resource-tools">
        {resource.isPerService && <ServiceChoice value={service} onChange={setService} />}
        {filters.length > 0 && (
          <FormFields fields={filters} values={filter} errors={{}} onChange={setFilter} scope={service} />
        )}
        <TextField label="Find in the list" type="search" value={text} onChange={setText} autoComplete="off" />
      </div>
      {list.isPending && <Loading />}
      {list.error && <ErrorNotice error={list.error} onRetry={() => void list.refetch()} />}
      {list.data && found.length === 0 && (
        <div className="panel">
          <Empty title={items.length === 0 ? "There is nothing here yet." : "Nothing in the list has this text."} />
        </div>
      )}
      {found.length > 0 && <Table resource={resource} items={found} onOpen={setOpen} />}
      {list.hasNextPage && (
        <div className="row">
          <Button isDisabled={list.isFetchingNextPage} onPress={() => void list.fetchNextPage()}>
            Show more
          </Button>
        </div>
      )}
      {open !== null && (
        <FormDialog
          key={open === "new" ? "new" : open.sid}
          resource={resource}
          item={open === "new" ? null : open}
          service={service}
          mayEdit={mayEdit}
          onDone={() => void queries.invalidateQueries({ queryKey: key })}
          onClose={() => setOpen(null)}
        />
      )}
    </Page>
  );
}
