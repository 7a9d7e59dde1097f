/** Which rows are chosen: some, by their SIDs, or all that match. */
import { useState } from "react";

export interface Choosing {
  readonly isChosen: (sid: string) => boolean;
  readonly toggle: (sid: string) => void;
  /** Exactly these. */
  readonly choose: (sids: readonly string[]) => void;
  /** All that match, loaded or not. */
  readonly chooseAll: () => void;
  readonly clear: () => void;
  readonly isAll: boolean;
  /** Those that are chosen one by one. */
  readonly sids: readonly string[];
}

const NONE: ReadonlySet<string> = new Set();

export function useChoosing(): Choosing {
  const [chosen, setChosen] = useState<ReadonlySet<string> | "all">(NONE);
  const isAll = chosen === "all";
  return {
    isAll,
    sids: isAll ? [] : [...chosen],
    isChosen: (sid) => isAll || chosen.has(sid),
    toggle: (sid) =>
      setChosen((before) => {
        const next = new Set(before === "all" ? NONE : before);
        if (!next.delete(sid)) next.add(sid);
        return next;
      }),
    choose: (sids) => setChosen(new Set(sids)),
    chooseAll: () => setChosen("all"),
    clear: () => setChosen(NONE),
  };
}
