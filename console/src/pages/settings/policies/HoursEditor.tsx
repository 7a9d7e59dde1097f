import type { BusinessHours, Weekday } from "../../../api/types";
import { Button, IconButton } from "../../../ui/buttons";
import { Switch, TextField } from "../../../ui/fields";
import { dayProblem, WEEKDAYS } from "./draft";

const OFFICE: readonly (readonly [string, string])[] = [["09:00", "17:00"]];
const WORKING: readonly Weekday[] = ["mon", "tue", "wed", "thu", "fri"];
const ZONES = Intl.supportedValuesOf("timeZone");

const officeHours = (): BusinessHours => ({
  time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  week: Object.fromEntries(WORKING.map((day) => [day, OFFICE])),
});

interface DayProps {
  readonly name: string;
  readonly stretches: readonly (readonly [string, string])[];
  readonly onChange: (stretches: readonly (readonly [string, string])[]) => void;
  readonly isDisabled: boolean;
}

function Day({ name, stretches, onChange, isDisabled }: DayProps) {
  const problem = dayProblem(stretches);
  const change = (at: number, next: readonly [string, string]): void =>
    onChange(stretches.map((one, i) => (i === at ? next : one)));
  return (
    <div className="settings-day">
      <Switch
        isSelected={stretches.length > 0}
        onChange={(isOpen) => onChange(isOpen ? OFFICE : [])}
        isDisabled={isDisabled}
      >
        {name}
      </Switch>
      <div className="row">
        {stretches.length === 0 && <span className="soft">closed</span>}
        {stretches.map(([from, to], i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the place in the day is what a stretch is known by
          <span key={i} className="row">
            <input
              className="input"
              aria-label={`${name}, from`}
              value={from}
              size={5}
              disabled={isDisabled}
              onChange={(event) => change(i, [event.target.value, to])}
            />
            –
            <input
              className="input"
              aria-label={`${name}, until`}
              value={to}
              size={5}
              disabled={isDisabled}
              onChange={(event) => change(i, [from, event.target.value])}
            />
            {stretches.length > 1 && (
              <IconButton
                icon="close"
                size="small"
                label={`${name}: take ${from}–${to} away`}
                isDisabled={isDisabled}
                onPress={() => onChange(stretches.filter((_, at) => at !== i))}
              />
            )}
          </span>
        ))}
        {stretches.length > 0 && stretches.length < 3 && (
          <IconButton
            icon="plus"
            size="small"
            label={`${name}: add hours`}
            isDisabled={isDisabled}
            onPress={() => onChange([...stretches, ["", ""]])}
          />
        )}
        {problem && <span className="field-error">{problem}</span>}
      </div>
    </div>
  );
}

interface HoursProps {
  readonly hours: BusinessHours | null;
  readonly onChange: (hours: BusinessHours | null) => void;
  readonly error?: string | undefined;
  readonly isDisabled: boolean;
}

/** When the idle clock runs: always, or in the hours of each weekday in a time zone. */
export function HoursEditor({ hours, onChange, error, isDisabled }: HoursProps) {
  return (
    <div className="stack">
      <Switch
        isSelected={hours !== null}
        onChange={(isOn) => onChange(isOn ? officeHours() : null)}
        isDisabled={isDisabled}
      >
        The clock of silence runs in business hours only
      </Switch>
      {hours && (
        <>
          <TextField
            label="Time zone"
            value={hours.time_zone}
            onChange={(time_zone) => onChange({ ...hours, time_zone })}
            error={ZONES.includes(hours.time_zone) || hours.time_zone === "UTC" ? undefined : "Such as Europe/Berlin."}
            isDisabled={isDisabled}
            autoComplete="off"
          />
          <div className="settings-week">
            {WEEKDAYS.map(([day, name]) => (
              <Day
                key={day}
                name={name}
                stretches={hours.week[day] ?? []}
                onChange={(stretches) => onChange({ ...hours, week: { ...hours.week, [day]: stretches } })}
                isDisabled={isDisabled}
              />
            ))}
          </div>
          {!isDisabled && (
            <div className="row">
              <Button
                size="small"
                onPress={() =>
                  onChange({
                    ...hours,
                    week: Object.fromEntries(WORKING.map((day) => [day, hours.week.mon ?? OFFICE])),
                  })
                }
              >
                Monday's hours from Monday to Friday
              </Button>
            </div>
          )}
          {error && <p className="field-error">{error}</p>}
        </>
      )}
    </div>
  );
}
