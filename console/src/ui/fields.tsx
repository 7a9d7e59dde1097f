/** Fields of forms: a label, a hint, an inline error, all told to screen readers. */
import type { ReactNode } from "react";
import {
  Checkbox as AriaCheckbox,
  Radio as AriaRadio,
  RadioGroup as AriaRadioGroup,
  Select as AriaSelect,
  Switch as AriaSwitch,
  TextField as AriaTextField,
  Button,
  FieldError,
  Input,
  Label,
  ListBox,
  ListBoxItem,
  Popover,
  SelectValue,
  Text,
  TextArea,
} from "react-aria-components";
import { Icon } from "./icons";

interface FieldProps {
  readonly label: string;
  readonly hint?: ReactNode;
  /** Why the value cannot be used; shown below the field. */
  readonly error?: string | undefined;
  readonly isDisabled?: boolean;
  readonly isRequired?: boolean;
}

interface TextProps extends FieldProps {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly onBlur?: () => void;
  readonly type?: "text" | "email" | "password" | "url" | "search" | "number" | "time" | "datetime-local";
  readonly multiline?: boolean;
  readonly placeholder?: string;
  readonly autoComplete?: string;
  readonly autoFocus?: boolean;
  readonly name?: string;
  readonly maxLength?: number;
}

export function TextField({ label, hint, error, multiline = false, placeholder, ...props }: TextProps) {
  const hold = placeholder === undefined ? {} : { placeholder };
  return (
    <AriaTextField {...props} validationBehavior="aria" isInvalid={error !== undefined} className="field">
      <Label>{label}</Label>
      {multiline ? <TextArea {...hold} /> : <Input {...hold} className="input" />}
      {hint && (
        <Text slot="description" className="hint">
          {hint}
        </Text>
      )}
      <FieldError className="field-error">{error}</FieldError>
    </AriaTextField>
  );
}

export interface Choice<V extends string = string> {
  readonly value: V;
  readonly label: string;
  readonly hint?: string;
}

interface SelectProps<V extends string> extends FieldProps {
  readonly value: V;
  readonly onChange: (value: V) => void;
  readonly choices: readonly Choice<V>[];
}

export function Select<V extends string>({ label, hint, error, value, onChange, choices, ...props }: SelectProps<V>) {
  return (
    <AriaSelect
      {...props}
      className="field"
      validationBehavior="aria"
      isInvalid={error !== undefined}
      value={value}
      onChange={(key) => onChange(key as V)}
    >
      <Label>{label}</Label>
      <Button className="select-button">
        <SelectValue />
        <Icon name="down" />
      </Button>
      {hint && (
        <Text slot="description" className="hint">
          {hint}
        </Text>
      )}
      <FieldError className="field-error">{error}</FieldError>
      <Popover className="popover" offset={4}>
        <ListBox className="listbox" items={choices}>
          {(choice) => (
            <ListBoxItem id={choice.value} textValue={choice.label} className="option">
              <Text slot="label">{choice.label}</Text>
              {choice.hint && <Text slot="description">{choice.hint}</Text>}
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </AriaSelect>
  );
}

interface ToggleProps {
  readonly isSelected: boolean;
  readonly onChange: (isSelected: boolean) => void;
  readonly isDisabled?: boolean;
  readonly children?: ReactNode;
}

interface CheckProps extends ToggleProps {
  readonly isIndeterminate?: boolean;
  /** For a box without a text beside it. */
  readonly label?: string;
}

export function Checkbox({ children, label, isIndeterminate = false, ...props }: CheckProps) {
  const named = label === undefined ? {} : { "aria-label": label };
  return (
    <AriaCheckbox {...props} {...named} isIndeterminate={isIndeterminate} className="check">
      <span className="check-box">
        <Icon name={isIndeterminate ? "dash" : "check"} />
      </span>
      {children}
    </AriaCheckbox>
  );
}

export function Switch({ children, ...props }: ToggleProps) {
  return (
    <AriaSwitch {...props} className="switch">
      <span className="switch-track" />
      {children}
    </AriaSwitch>
  );
}

export function RadioGroup<V extends string>({
  label,
  hint,
  error,
  value,
  onChange,
  choices,
  ...props
}: SelectProps<V>) {
  return (
    <AriaRadioGroup
      {...props}
      className="field"
      validationBehavior="aria"
      isInvalid={error !== undefined}
      value={value}
      onChange={(next) => onChange(next as V)}
    >
      <Label>{label}</Label>
      <div className="radio-group">
        {choices.map((choice) => (
          <AriaRadio key={choice.value} value={choice.value} className="radio">
            <span className="radio-dot" />
            <span>
              {choice.label}
              {choice.hint && <span className="hint"> {choice.hint}</span>}
            </span>
          </AriaRadio>
        ))}
      </div>
      {hint && (
        <Text slot="description" className="hint">
          {hint}
        </Text>
      )}
      <FieldError className="field-error">{error}</FieldError>
    </AriaRadioGroup>
  );
}
