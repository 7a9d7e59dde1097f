import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useDeferredValue, useRef, useState } from "react";
import { flushSync } from "react-dom";
import { ApiError, type FormFields, post, remove } from "../../../api/client";
import { relative } from "../../../api/paging";
import { serviceName, useServices } from "../../../api/services";
import type { LifecyclePolicy, TimelineStep } from "../../../api/types";
import { atLeast, useSession } from "../../../session/session";
import { Button, IconButton } from "../../../ui/buttons";
import { DurationField } from "../../../ui/DurationField";
import { Confirm } from "../../../ui/dialogs";
import { Select, Switch, TextField } from "../../../ui/fields";
import { focusRefused } from "../../../ui/focus";
import { ErrorNotice, Notice } from "../../../ui/notices";
import { toast } from "../../../ui/toasts";
import { UnsavedGuard } from "../../../ui/UnsavedGuard";
import { Timeline } from "../Timeline";
import {
  type Draft,
  draftOf,
  formOf,
  NEW,
  PRESETS,
  type Problems,
  previewMoments,
  problemsOf,
  readBefore,
  readEnd,
  readIdle,
  WARNINGS_MAX,
} from "./draft";
import { HoursEditor } from "./HoursEditor";

export const POLICIES = "/dwell/v1/LifecyclePolicies";
export const POLICIES_KEY = ["policies"];

const CHANNEL_TYPES = ["sms", "whatsapp", "messenger", "gbm", "email", "rcs", "apple"] as const;

interface PartProps {
  readonly draft: Draft;
  readonly problems: Problems;
  readonly change: (next: Partial<Draft>) => void;
  readonly isDisabled: boolean;
}

function Scope({ draft, problems, change, isDisabled }: PartProps) {
  const services = useServices();
  return (
    <section className="panel settings-box">
      <h2>Which conversations</h2>
      <p className="soft">The most specific policy governs: address before channel before service before all.</p>
      <div className="resource-form">
        <TextField
          label="Name"
          value={draft.friendly_name}
          onChange={(friendly_name) => change({ friendly_name })}
          error={problems.friendly_name}
          isDisabled={isDisabled}
          isRequired
        />
        <Select
          label="Service"
          value={draft.chat_service_sid}
          onChange={(chat_service_sid) => change({ chat_service_sid })}
          choices={[
            { value: "", label: "All services" },
            ...services.map((one) => ({ value: one.sid, label: serviceName(one) })),
          ]}
          isDisabled={isDisabled}
        />
        <Select
          label="Channel"
          value={draft.channel_type}
          onChange={(channel_type) => change({ channel_type })}
          choices={[{ value: "", label: "All channels" }, ...CHANNEL_TYPES.map((value) => ({ value, label: value }))]}
          isDisabled={isDisabled}
        />
        <TextField
          label="Address of ours"
          value={draft.address}
          onChange={(address) => change({ address })}
          hint="Such as +15017122661; empty for all"
          error={problems.address}
          isDisabled={isDisabled}
          autoComplete="off"
        />
      </div>
      <Switch isSelected={draft.enabled} onChange={(enabled) => change({ enabled })} isDisabled={isDisabled}>
        Takes over conversations
      </Switch>
    </section>
  );
}

function Clock({ draft, problems, change, isDisabled }: PartProps) {
  return (
    <section className="panel settings-box">
      <h2>When silence ends it</h2>
      <div className="resource-form">
        <Select
          label="Whose messages count"
          value={draft.counts}
          onChange={(counts) => change({ counts })}
          choices={[
            { value: "customer", label: "The customer's", hint: "An agent's message does not put it off" },
            { value: "anyone", label: "Anyone's" },
          ]}
          isDisabled={isDisabled}
        />
        <Select
          label="The clock starts at"
          value={draft.starts_on}
          onChange={(starts_on) => change({ starts_on })}
          choices={[
            { value: "first_agent_reply", label: "The agent's first reply", hint: "To the customer's last message" },
            { value: "last_agent_message", label: "The agent's last message" },
            { value: "last_message", label: "The last message", hint: "Whoever wrote it" },
          ]}
          isDisabled={isDisabled}
        />
        <DurationField
          label="Silence until then"
          value={draft.idle_after}
          onChange={(idle_after) => change({ idle_after })}
          read={readIdle}
          refusal={problems.idle_after}
          isDisabled={isDisabled}
        />
        <Select
          label="Then the conversation"
          value={draft.action}
          onChange={(action) => change({ action })}
          choices={[
            { value: "inactivate", label: "becomes inactive" },
            { value: "inactivate_and_end", label: "becomes inactive, and ends later" },
            { value: "end", label: "ends" },
          ]}
          isDisabled={isDisabled}
        />
        <DurationField
          label="Inactive until it ends"
          hint="Whoever made it inactive"
          value={draft.end_inactive_after}
          onChange={(end_inactive_after) => change({ end_inactive_after })}
          read={readEnd}
          refusal={problems.end_inactive_after}
          isDisabled={isDisabled}
        />
      </div>
      <HoursEditor
        hours={draft.hours}
        onChange={(hours) => change({ hours })}
        error={problems.hours}
        isDisabled={isDisabled}
      />
    </section>
  );
}

function Texts({ draft, problems, change, isDisabled }: PartProps) {
  const nextId = useRef(draft.warnings.length);
  const idle = readIdle(draft.idle_after);
  const idleSeconds = "seconds" in idle ? idle.seconds : 0;
  const edit = (id: number, next: { before?: string; body?: string }): void =>
    change({ warnings: draft.warnings.map((one) => (one.id === id ? { ...one, ...next } : one)) });
  const add = (): void => {
    change({ warnings: [...draft.warnings, { id: nextId.current, before: "1 minute", body: "" }] });
    nextId.current += 1;
  };
  return (
    <section className="panel settings-box">
      <h2>What the customer is told</h2>
      {draft.warnings.map((warning, i) => (
        <div key={warning.id} className="settings-warning">
          <DurationField
            label={`Warning ${i + 1}, before the end`}
            value={warning.before}
            onChange={(before) => edit(warning.id, { before })}
            read={(text) => readBefore(text, idleSeconds)}
            isDisabled={isDisabled}
            isChecked
          />
          <TextField
            label="Text"
            value={warning.body}
            onChange={(body) => edit(warning.id, { body })}
            isDisabled={isDisabled}
          />
          <IconButton
            icon="trash"
            label={`Take warning ${i + 1} away`}
            isDisabled={isDisabled}
            onPress={() => change({ warnings: draft.warnings.filter((one) => one.id !== warning.id) })}
          />
        </div>
      ))}
      {problems.warnings && <p className="field-error">{problems.warnings}</p>}
      {draft.warnings.length < WARNINGS_MAX && !isDisabled && (
        <div className="row">
          <Button size="small" icon="plus" onPress={add}>
            Add a warning
          </Button>
        </div>
      )}
      <TextField
        label="Farewell"
        multiline
        value={draft.farewell}
        onChange={(farewell) => change({ farewell })}
        hint="Said when the clock makes it inactive or ends it; empty for none"
        error={problems.farewell}
        isDisabled={isDisabled}
      />
    </section>
  );
}

function Afterwards({ draft, change, isDisabled }: PartProps) {
  return (
    <section className="panel settings-box">
      <h2>Afterwards</h2>
      <div className="resource-form">
        <Select
          label="A customer who writes again"
          value={draft.on_return}
          onChange={(on_return) => change({ on_return })}
          choices={[
            { value: "same_agent", label: "comes back to the same agent" },
            { value: "queue", label: "waits in the queue" },
          ]}
          isDisabled={isDisabled}
        />
        <TextField
          label="Queue of new sessions"
          value={draft.queue}
          onChange={(queue) => change({ queue })}
          hint="Empty for the queue without a name"
          isDisabled={isDisabled}
          autoComplete="off"
        />
      </div>
      <Switch isSelected={draft.end_closes} onChange={(end_closes) => change({ end_closes })} isDisabled={isDisabled}>
        The end closes the conversation for good
      </Switch>
    </section>
  );
}

function Preview({ form }: { readonly form: FormFields | null }) {
  const { data, error } = useQuery({
    queryKey: ["policy-preview", form],
    queryFn: async () =>
      (await post<{ timeline: readonly TimelineStep[] }>(`${POLICIES}/Preview`, form ?? {})).timeline,
    enabled: form !== null,
    placeholderData: (before) => before,
  });
  return (
    <section className="panel settings-box" aria-label="What will happen">
      <h2>A customer who writes now, and gets one reply</h2>
      {form === null && <p className="soft">Without mistakes in the form this shows what will happen.</p>}
      {error && <ErrorNotice error={error} />}
      {form !== null && data && <Timeline moments={previewMoments(data)} />}
    </section>
  );
}

/** PascalCase of a parameter for a field of the draft. */
const parameterOf = (field: string): string =>
  field.replace(/(^|_)([a-z])/g, (_, __, letter: string) => letter.toUpperCase());

/** The field that a refusal names. */
function refused(error: unknown): Problems {
  if (!(error instanceof ApiError)) return {};
  const field = (Object.keys(NEW) as (keyof Draft)[]).find((one) =>
    new RegExp(`\\b${parameterOf(one)}\\b`).test(error.message),
  );
  return field ? { [field]: error.message } : {};
}

interface FormProps {
  /** Null for a new one. */
  readonly policy: LifecyclePolicy | null;
  readonly onClose: () => void;
}

export function PolicyForm({ policy, onClose }: FormProps) {
  const { person } = useSession();
  const queries = useQueryClient();
  const [draft, setDraft] = useState(() => (policy ? draftOf(policy) : NEW));
  /** Changed, and neither saved nor given up: leaving asks first. */
  const [isOpen, setOpen] = useState(false);
  const leave = (): void => {
    flushSync(() => setOpen(false));
    onClose();
  };
  const [isChecked, setChecked] = useState(false);
  const [isDeleting, setDeleting] = useState(false);
  const isDisabled = !atLeast(person.role, "admin");
  const found = problemsOf(draft);
  const isGood = Object.keys(found).length === 0;
  // The preview needs no name yet.
  const isPreviewable = Object.keys(found).every((field) => field === "friendly_name");
  const previewed = useDeferredValue(
    isPreviewable ? { ...formOf(draft), FriendlyName: draft.friendly_name || "Preview" } : null,
  );

  const save = useMutation({
    mutationFn: () => post<LifecyclePolicy>(policy ? relative(policy.url) : POLICIES, formOf(draft)),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: POLICIES_KEY });
      toast(
        policy
          ? "Saved. Conversations that live by the older version go on with it until it is applied."
          : "The policy has been made.",
      );
      leave();
    },
  });
  const refusal = refused(save.error);
  const problems: Problems = { ...(isChecked ? found : {}), ...refusal };
  const change = (next: Partial<Draft>): void => {
    save.reset();
    setOpen(true);
    setDraft((before) => ({ ...before, ...next }));
  };
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    setChecked(true);
    if (isGood) save.mutate();
    else focusRefused(event.currentTarget);
  };
  const part = { draft, problems, change, isDisabled };

  return (
    <form className="stack" onSubmit={submit} noValidate>
      <UnsavedGuard isChanged={isOpen} />
      {isDisabled && <Notice>Only an admin changes policies.</Notice>}
      {!policy && (
        <div className="settings-presets">
          {PRESETS.map((preset) => (
            <Button key={preset.name} onPress={() => change(preset.rules)}>
              {preset.name}
            </Button>
          ))}
        </div>
      )}
      <Scope {...part} />
      <Clock {...part} />
      <Texts {...part} />
      <Afterwards {...part} />
      <Preview form={previewed} />
      {isChecked && !isGood && <Notice tone="bad">Some fields need a correction.</Notice>}
      {save.error && Object.keys(refusal).length === 0 && <ErrorNotice error={save.error} />}
      <div className="row">
        {!isDisabled && (
          <Button type="submit" look="primary" isDisabled={save.isPending}>
            {policy ? "Save" : "Make policy"}
          </Button>
        )}
        <Button onPress={leave}>{isDisabled ? "Back" : "Cancel"}</Button>
        {policy && !isDisabled && (
          <Button look="quiet" icon="trash" onPress={() => setDeleting(true)}>
            Delete
          </Button>
        )}
      </div>
      {isDeleting && policy && (
        <Confirm
          title={`Delete ${policy.friendly_name}?`}
          act="Delete"
          isDangerous
          onClose={() => setDeleting(false)}
          onConfirm={async () => {
            await remove(relative(policy.url));
            await queries.invalidateQueries({ queryKey: POLICIES_KEY });
            leave();
          }}
        >
          No new conversation is governed by it.
        </Confirm>
      )}
    </form>
  );
}
