/** The theme: the system's until one is chosen; the choice stays in this browser. */
import { useSyncExternalStore } from "react";

export type Theme = "light" | "dark";

const KEY = "dwell-theme";
const system = matchMedia("(prefers-color-scheme: dark)");
const watchers = new Set<() => void>();

const chosen = (): Theme | null => {
  const kept = localStorage.getItem(KEY);
  return kept === "light" || kept === "dark" ? kept : null;
};

const current = (): Theme => chosen() ?? (system.matches ? "dark" : "light");

/** Shows the theme; once before the first rendering, then whenever it changes. */
export function applyTheme(): void {
  const theme = chosen();
  if (theme) document.documentElement.dataset["theme"] = theme;
  else delete document.documentElement.dataset["theme"];
  for (const watcher of watchers) watcher();
}

system.addEventListener("change", applyTheme);

export function useTheme(): readonly [Theme, (theme: Theme) => void] {
  const theme = useSyncExternalStore((watcher) => {
    watchers.add(watcher);
    return () => watchers.delete(watcher);
  }, current);
  const choose = (next: Theme): void => {
    localStorage.setItem(KEY, next);
    applyTheme();
  };
  return [theme, choose];
}
