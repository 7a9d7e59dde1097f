/** What somebody has begun to write in a conversation, kept in this browser. */
const PREFIX = "dwell-draft:";

export const draftOf = (conversation: string): string => localStorage.getItem(PREFIX + conversation) ?? "";

export function keepDraft(conversation: string, text: string): void {
  if (text === "") localStorage.removeItem(PREFIX + conversation);
  else localStorage.setItem(PREFIX + conversation, text);
}
