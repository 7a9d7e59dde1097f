/** What a person has set for the desk in this browser. */
import { useSyncExternalStore } from "react";

export interface Preferences {
  /** A sound when a customer returns or a conversation is given to the person. */
  readonly sound: boolean;
  /** Shortcuts of a single key. */
  readonly keys: boolean;
}

const KEY = "dwell-desk";
const watchers = new Set<() => void>();

function read(): Preferences {
  try {
    return { sound: false, keys: true, ...(JSON.parse(localStorage.getItem(KEY) ?? "{}") as object) };
  } catch {
    return { sound: false, keys: true };
  }
}

let kept = read();

export const preferences = (): Preferences => kept;

export function prefer(parts: Partial<Preferences>): void {
  kept = { ...kept, ...parts };
  localStorage.setItem(KEY, JSON.stringify(kept));
  for (const watcher of watchers) watcher();
}

export function usePreferences(): Preferences {
  return useSyncExternalStore((watcher) => {
    watchers.add(watcher);
    return () => watchers.delete(watcher);
  }, preferences);
}

const NOTES_HZ = [660, 880] as const;
const NOTE_SECONDS = 0.12;

/** Two short notes, when the person wants to hear them. */
export function chime(): void {
  if (!kept.sound) return;
  const audio = new AudioContext();
  NOTES_HZ.forEach((hertz, at) => {
    const start = audio.currentTime + at * NOTE_SECONDS;
    const [tone, volume] = [audio.createOscillator(), audio.createGain()];
    tone.frequency.value = hertz;
    volume.gain.setValueAtTime(0.15, start);
    volume.gain.exponentialRampToValueAtTime(0.001, start + NOTE_SECONDS);
    tone.connect(volume).connect(audio.destination);
    tone.start(start);
    tone.stop(start + NOTE_SECONDS);
  });
  setTimeout(() => void audio.close(), 1000);
}
