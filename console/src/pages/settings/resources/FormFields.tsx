import { useQuery } from "@tanstack/react-query";
import { all } from "../../../api/paging";
import { Checkbox, Select, Switch, TextField } from "../../../ui/fields";
import type { Choice, Field, Value, Values } from "./values";

interface OneProps<T> {
  readonly field: Field<T>;
  readonly value: Value;
  readonly error?: string | undefined;
  readonly onChange: (value: Value) => void;
  /** The service in whose lists choices are looked up. */
  readonly scope: string;
  readonly isDisabled?: boolean;
}

const CHOICES_MAX = 500;

function useChoices<T>(field: Field<T>, scope: string): readonly Choice[] {
  const { list } = field;
  const path = list?.path(scope) ?? "";
  const { data } = useQuery({
    queryKey: ["choices", path],
    queryFn: ({ signal }) => all<never>(path, CHOICES_MAX, signal),
    enabled: list !== undefined,
  });
  if (!list) return field.choices ?? [];
  const found = (data ?? []).map((item) => list.choice(item)).filter((choice) => choice !== null);
  return list.blank === undefined ? found : [{ value: "", label: list.blank }, ...found];
}

function Checks<T>({ field, value, error, onChange, scope, isDisabled = false }: OneProps<T>) {
  const choices = useChoices(field, scope);
  const chosen = value as readonly string[];
  const turn = (one: string, isOn: boolean): void =>
    onChange(isOn ? [...chosen, one] : chosen.filter((other) => other !== one));
  return (
    <fieldset className="field full">
      <legend className="label">{field.label}</legend>
      <div className="resource-checks">
        {choices.map((choice) => (
          <Checkbox
            key={choice.value}
            isSelected={chosen.includes(choice.value)}
            isDisabled={isDisabled}
            onChange={(isOn) => turn(choice.value, isOn)}
          >
            {choice.label}
          </Checkbox>
        ))}
      </div>
      {field.hint && <p className="hint">{field.hint}</p>}
      {error && <p className="field-error">{error}</p>}
    </fieldset>
  );
}

const TYPES = { email: "email", password: "password", url: "url", instant: "datetime-local" } as const;

function FieldInput<T>(props: OneProps<T>) {
  const { field, value, error, onChange, scope, isDisabled = false } = props;
  const choices = useChoices(field, scope);
  const common = { label: field.label, error, isDisabled, isRequired: field.isRequired ?? false };
  const hint = field.hint ? { hint: field.hint } : {};
  if (field.kind === "switch") {
    return (
      <div className="field">
        <Switch isSelected={value === true} onChange={onChange} isDisabled={isDisabled}>
          {field.label}
        </Switch>
        {field.hint && <p className="hint">{field.hint}</p>}
      </div>
    );
  }
  if (field.kind === "checks") return <Checks {...props} />;
  if (field.kind === "choice") {
    return <Select {...common} {...hint} value={String(value)} onChange={onChange} choices={choices} />;
  }
  const isLong = field.kind === "long" || field.kind === "json" || field.kind === "lines";
  const type = field.kind in TYPES ? TYPES[field.kind as keyof typeof TYPES] : "text";
  return (
    <div className={isLong ? "full" : undefined}>
      <TextField
        {...common}
        {...hint}
        value={String(value)}
        onChange={onChange}
        multiline={isLong}
        type={type}
        autoComplete={field.kind === "password" ? "new-password" : "off"}
      />
    </div>
  );
}

interface FieldsProps<T> {
  readonly fields: readonly Field<T>[];
  readonly values: Values;
  readonly errors: Readonly<Record<string, string>>;
  readonly onChange: (values: Values) => void;
  readonly scope: string;
  readonly isDisabled?: boolean;
}

export function FormFields<T>({ fields, values, errors, onChange, scope, isDisabled = false }: FieldsProps<T>) {
  return (
    <div className="resource-form">
      {fields.map((field) => (
        <FieldInput
          key={field.name}
          field={field}
          value={values[field.name] ?? ""}
          error={errors[field.name]}
          onChange={(value) => onChange({ ...values, [field.name]: value })}
          scope={scope}
          isDisabled={isDisabled}
        />
      ))}
    </div>
  );
}
