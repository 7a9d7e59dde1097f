/** Conversations settings → Defaults: the timers that new conversations get. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { ToggleButton } from "react-aria-components";
import { ApiError, get, post } from "../../../api/client";
import { serviceName, useServices } from "../../../api/services";
import type { Configuration } from "../../../api/types";
import { ApplyDialog } from "../../../bulk/ApplyPanel";
import { atLeast, useSession } from "../../../session/session";
import { entryText, isoText, readTimer, type TimerKind } from "../../../time/duration";
import { Button } from "../../../ui/buttons";
import { DurationField } from "../../../ui/DurationField";
import { Select } from "../../../ui/fields";
import { focusRefused } from "../../../ui/focus";
import { ErrorNotice, Loading, Notice } from "../../../ui/notices";
import { Page } from "../../../ui/page";
import { toast } from "../../../ui/toasts";
import { UnsavedGuard } from "../../../ui/UnsavedGuard";
import { momentsOf, summary } from "../moments";
import { Timeline } from "../Timeline";

const KEY = ["configuration"];
const PATH = "/v1/Configuration";

type Texts = Readonly<Record<TimerKind, string>>;

interface Preset {
  readonly name: string;
  readonly hint: string;
  readonly texts: Texts;
}

const PRESETS: readonly Preset[] = [
  { name: "Rep desk", hint: "5 minutes, then 24 hours", texts: { inactive: "5 minutes", closed: "24 hours" } },
  { name: "Long-term relationship", hint: "30 days, then 1 year", texts: { inactive: "30 days", closed: "365 days" } },
  { name: "Off", hint: "Active for ever", texts: { inactive: "off", closed: "off" } },
];

/** Which timer a refusal is about (50375 and 50379, 50376 and 50380). */
const REFUSED: Readonly<Record<number, TimerKind>> = {
  50375: "inactive",
  50379: "inactive",
  50376: "closed",
  50380: "closed",
};

const secondsOf = (kind: TimerKind, texts: Texts): number | null => {
  const entry = readTimer(kind, texts[kind]);
  return "seconds" in entry ? entry.seconds : null;
};

export function DefaultsPage() {
  const configuration = useQuery({
    queryKey: KEY,
    queryFn: ({ signal }) => get<Configuration>(PATH, undefined, signal),
  });
  return (
    <Page
      title="Default timers"
      lead="What happens to a conversation in which nobody writes. New conversations get these timers unless they are created with their own."
    >
      {configuration.isPending && <Loading />}
      {configuration.error && <ErrorNotice error={configuration.error} onRetry={() => void configuration.refetch()} />}
      {configuration.data && <Defaults configuration={configuration.data} />}
    </Page>
  );
}

function Presets({ texts, onChoose }: { readonly texts: Texts; readonly onChoose: (texts: Texts) => void }) {
  const isChosen = (preset: Preset): boolean =>
    (["inactive", "closed"] as const).every((kind) => secondsOf(kind, preset.texts) === secondsOf(kind, texts));
  return (
    <fieldset className="settings-presets">
      <legend className="visually-hidden">Presets</legend>
      {PRESETS.map((preset) => (
        <ToggleButton
          key={preset.name}
          className="settings-preset"
          isSelected={isChosen(preset)}
          onChange={() => onChoose(preset.texts)}
        >
          <strong>{preset.name}</strong>
          <span className="soft small">{preset.hint}</span>
        </ToggleButton>
      ))}
    </fieldset>
  );
}

function Defaults({ configuration }: { readonly configuration: Configuration }) {
  const { person } = useSession();
  const queries = useQueryClient();
  const saved: Texts = {
    inactive: entryText(configuration.default_inactive_timer),
    closed: entryText(configuration.default_closed_timer),
  };
  const [texts, setTexts] = useState<Texts>(saved);
  const [isChecked, setChecked] = useState(false);
  const mayEdit = atLeast(person.role, "admin");

  const inactive = secondsOf("inactive", texts);
  const closed = secondsOf("closed", texts);
  const isReady = inactive !== null && closed !== null;
  const isChanged = secondsOf("inactive", saved) !== inactive || secondsOf("closed", saved) !== closed;

  const save = useMutation({
    mutationFn: (form: { DefaultInactiveTimer: string; DefaultClosedTimer: string }) => post<Configuration>(PATH, form),
    onSuccess: (next) => {
      queries.setQueryData(KEY, next);
      toast("Saved. New conversations get these timers.");
    },
  });
  const about = save.error instanceof ApiError ? REFUSED[save.error.code] : undefined;

  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    setChecked(true);
    if (isReady) save.mutate({ DefaultInactiveTimer: isoText(inactive), DefaultClosedTimer: isoText(closed) });
    else focusRefused(event.currentTarget);
  };
  const change = (next: Partial<Texts>): void => {
    save.reset();
    setTexts({ ...texts, ...next });
  };
  const field = (kind: TimerKind, label: string, hint: string) => (
    <DurationField
      label={label}
      hint={hint}
      value={texts[kind]}
      onChange={(text) => change({ [kind]: text })}
      read={(text) => readTimer(kind, text)}
      refusal={about === kind ? save.error?.message : undefined}
      isChecked={isChecked}
      isDisabled={!mayEdit}
    />
  );

  return (
    <>
      <UnsavedGuard isChanged={isChanged} />
      {!mayEdit && <Notice>Only an admin changes the default timers.</Notice>}
      {mayEdit && <Presets texts={texts} onChoose={change} />}
      <div className="settings-halves">
        <form className="panel settings-box" onSubmit={submit} noValidate>
          {field(
            "inactive",
            "Default inactive timer",
            "Silence until a conversation is parked: “5 min”, “30 days”, PT5M, “off”",
          )}
          {field(
            "closed",
            "Default closed timer",
            inactive === 0
              ? "From the creation until it is closed, because there is no inactive timer"
              : "From being parked until it is closed for good",
          )}
          {save.error && about === undefined && <ErrorNotice error={save.error} />}
          {mayEdit && (
            <div className="row">
              <Button type="submit" look="primary" isDisabled={save.isPending || (isReady && !isChanged)}>
                Save
              </Button>
              {isChanged && (
                <Button look="quiet" onPress={() => change(saved)}>
                  Discard changes
                </Button>
              )}
            </div>
          )}
        </form>
        <section className="panel settings-box" aria-label="What will happen">
          {isReady ? (
            <>
              <p>
                <strong>{summary(inactive, closed)}</strong>
              </p>
              <Timeline moments={momentsOf(inactive, closed)} />
            </>
          ) : (
            <p className="soft">With two durations that can be used, this shows what will happen.</p>
          )}
        </section>
      </div>
      {mayEdit && <Existing isChanged={isChanged} />}
    </>
  );
}

/** Brings conversations that exist already to the saved timers, in all services or in one. */
function Existing({ isChanged }: { readonly isChanged: boolean }) {
  const services = useServices();
  const [service, setService] = useState("");
  const [isApplying, setApplying] = useState(false);
  return (
    <section className="panel settings-box">
      <div>
        <h2>Conversations that exist already</h2>
        <p className="soft">
          They keep the timers that they were created with. You see how many there are before anything changes.
        </p>
      </div>
      <div className="resource-tools">
        {services.length > 1 && (
          <Select
            label="Of"
            value={service}
            onChange={setService}
            choices={[
              { value: "", label: "All services" },
              ...services.map((one) => ({ value: one.sid, label: serviceName(one) })),
            ]}
          />
        )}
        <Button isDisabled={isChanged} onPress={() => setApplying(true)}>
          Apply to existing…
        </Button>
      </div>
      {isChanged && <p className="soft small">Save first: the saved timers are applied.</p>}
      {isApplying && (
        <ApplyDialog
          title="Apply the default timers"
          path="/dwell/v1/DefaultTimers/Apply"
          form={service === "" ? {} : { ChatServiceSid: service }}
          onClose={() => setApplying(false)}
        >
          Each of these gets the timers as saved, and its clock starts anew at that moment.
        </ApplyDialog>
      )}
    </section>
  );
}
