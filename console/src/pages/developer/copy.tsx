import { IconButton } from "../../ui/buttons";
import { toast } from "../../ui/toasts";

/** Copies; a page that is not served over https may not, and says so. */
export function copy(text: string, what: string): void {
  const refused = (): void => void toast("The browser does not let this page copy: it needs https.");
  if (navigator.clipboard) navigator.clipboard.writeText(text).then(() => toast(`${what} copied.`), refused);
  else refused();
}

export const CopyButton = ({ text, what }: { readonly text: string; readonly what: string }) => (
  <IconButton icon="copy" label={`Copy ${what}`} size="small" onPress={() => copy(text, what)} />
);
