import { type ReactNode, useState } from "react";
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from "react-aria-components";
import { Button, IconButton } from "./buttons";
import { ErrorNotice } from "./notices";

interface DialogProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
  readonly isWide?: boolean;
  readonly isAlert?: boolean;
}

/** A modal dialog, open for as long as it is rendered; Escape and the veil close it. */
export function Dialog({ title, onClose, children, isWide = false, isAlert = false }: DialogProps) {
  return (
    <ModalOverlay isOpen isDismissable={!isAlert} onOpenChange={(open) => !open && onClose()} className="veil">
      <Modal className={isWide ? "modal wide" : "modal"}>
        <AriaDialog className="dialog" role={isAlert ? "alertdialog" : "dialog"}>
          <div className="spread">
            <Heading slot="title">{title}</Heading>
            <IconButton icon="close" label="Close" size="small" onPress={onClose} />
          </div>
          {children}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}

/** The buttons at the end of a dialog. */
export function DialogFoot({ children }: { readonly children: ReactNode }) {
  return <div className="dialog-foot">{children}</div>;
}

interface ConfirmProps {
  readonly title: string;
  readonly children: ReactNode;
  /** The word on the button that does it. */
  readonly act: string;
  readonly isDangerous?: boolean;
  /** Does it; the dialog closes when it resolves and shows the refusal when it rejects. */
  readonly onConfirm: () => Promise<unknown>;
  readonly onClose: () => void;
}

/** Asks before something is done. */
export function Confirm({ title, children, act, isDangerous = false, onConfirm, onClose }: ConfirmProps) {
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);
  const confirm = async (): Promise<void> => {
    setBusy(true);
    try {
      await onConfirm();
      onClose();
    } catch (refusal) {
      setError(refusal);
      setBusy(false);
    }
  };
  return (
    <Dialog title={title} onClose={onClose} isAlert>
      <div>{children}</div>
      {error !== null && <ErrorNotice error={error} />}
      <DialogFoot>
        <Button onPress={onClose}>Cancel</Button>
        <Button look={isDangerous ? "danger" : "primary"} isDisabled={isBusy} onPress={() => void confirm()}>
          {act}
        </Button>
      </DialogFoot>
    </Dialog>
  );
}
