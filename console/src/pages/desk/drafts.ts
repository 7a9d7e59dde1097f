/** What somebody has begun to write in a conversation, kept in this browser. */
const keyOf = (me: string, conversation: string): string => `dwell-draft:${me}:${conversation}`;

export const draftOf = (me: string, conversation: string): string =>
  localStorage.getItem(keyOf(me, conversation)) ?? "";

export function keepDraft(me: string, conversation: string, text: string): void {
  if (text === "") localStorage.removeItem(keyOf(me, conversation));
  else localStorage.setItem(keyOf(me, conversation), text);
}
