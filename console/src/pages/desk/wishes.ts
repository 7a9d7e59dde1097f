/**
 * Where the focus shall go once it is there: to the list, or into an open conversation. What is to have it may still
 * have to be read; it asks when it appears.
 */
let wished: string | null = null;

const LIST = "list";

export const wishForList = (): void => {
  wished = LIST;
};

export const wishFor = (conversation: string): void => {
  wished = conversation;
};

function grant(wish: string): boolean {
  if (wished !== wish) return false;
  wished = null;
  return true;
}

/** Whether the list shall have the focus; true once for each wish. */
export const isListWished = (): boolean => grant(LIST);

/** Whether this conversation shall have the focus; true once for each wish. */
export const isWished = (conversation: string): boolean => grant(conversation);
