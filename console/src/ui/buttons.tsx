import type { ReactNode } from "react";
import {
  Button as AriaButton,
  type ButtonProps as AriaButtonProps,
  Tooltip,
  TooltipTrigger,
} from "react-aria-components";
import { Icon, type IconName } from "./icons";

interface ButtonProps extends Omit<AriaButtonProps, "className" | "children"> {
  readonly look?: "plain" | "primary" | "danger" | "quiet";
  readonly size?: "small" | "normal";
  readonly icon?: IconName;
  readonly children?: ReactNode;
}

export function Button({ look = "plain", size = "normal", icon, children, ...props }: ButtonProps) {
  return (
    <AriaButton {...props} className={`button ${look} ${size}`}>
      {icon && <Icon name={icon} />}
      {children}
    </AriaButton>
  );
}

interface IconButtonProps extends Omit<ButtonProps, "children"> {
  readonly icon: IconName;
  /** What it does: its name for everybody, shown on hover and focus. */
  readonly label: string;
}

/** A button with a picture only. */
export function IconButton({ label, icon, look = "quiet", size = "normal", ...props }: IconButtonProps) {
  return (
    <TooltipTrigger delay={400}>
      <AriaButton {...props} aria-label={label} className={`button icon ${look} ${size}`}>
        <Icon name={icon} />
      </AriaButton>
      <Tooltip className="tooltip" offset={4}>
        {label}
      </Tooltip>
    </TooltipTrigger>
  );
}
