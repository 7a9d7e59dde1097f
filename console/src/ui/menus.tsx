import type { ReactElement } from "react";
import { Menu as AriaMenu, MenuItem, MenuTrigger, Popover, Text } from "react-aria-components";

export interface MenuAct {
  readonly id: string;
  readonly label: string;
  readonly hint?: string;
  readonly isDangerous?: boolean;
  readonly isDisabled?: boolean;
  /** A link instead of an act. */
  readonly href?: string;
  readonly onAct?: () => void;
}

interface MenuProps {
  readonly label: string;
  /** The button that opens it. */
  readonly trigger: ReactElement;
  readonly acts: readonly MenuAct[];
}

export function Menu({ label, trigger, acts }: MenuProps) {
  return (
    <MenuTrigger>
      {trigger}
      <Popover className="popover" offset={4}>
        <AriaMenu aria-label={label} className="menu">
          {acts.map((act) => (
            <MenuItem
              key={act.id}
              id={act.id}
              textValue={act.label}
              className={act.isDangerous ? "option danger" : "option"}
              isDisabled={act.isDisabled ?? false}
              {...(act.href ? { href: act.href } : {})}
              {...(act.onAct ? { onAction: act.onAct } : {})}
            >
              <Text slot="label">{act.label}</Text>
              {act.hint && <Text slot="description">{act.hint}</Text>}
            </MenuItem>
          ))}
        </AriaMenu>
      </Popover>
    </MenuTrigger>
  );
}
