import { useBlocker } from "@tanstack/react-router";
import { Confirm } from "./dialogs";

/** Asks before a page with unsaved changes is left, within the console and beyond it. */
export function UnsavedGuard({ isChanged }: { readonly isChanged: boolean }) {
  const blocker = useBlocker({
    shouldBlockFn: () => isChanged,
    enableBeforeUnload: () => isChanged,
    withResolver: true,
  });
  if (blocker.status !== "blocked") return null;
  return (
    <Confirm
      title="Leave without saving?"
      act="Leave"
      isDangerous
      onClose={blocker.reset}
      onConfirm={() => {
        blocker.proceed();
        return Promise.resolve();
      }}
    >
      What you changed here is lost.
    </Confirm>
  );
}
