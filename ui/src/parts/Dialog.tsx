import { type ReactElement, type ReactNode, useEffect, useId, useRef } from "react";
import { IconButton } from "./Button";
import css from "./Dialog.module.css";

export interface DialogProps {
  open: boolean;
  onClose: () => void;
  title: string;
  /** Without the title's bar: what is inside says what it is. */
  bare?: boolean;
  wide?: boolean;
  className?: string | undefined;
  children: ReactNode;
}

/** Something that wants all attention. The browser's own dialog: focus stays in it, Escape closes it, focus goes back. */
export function Dialog({ open, ...rest }: DialogProps): ReactElement | null {
  return open ? <Open {...rest} /> : null;
}

function Open({ onClose, title, bare, wide, className, children }: Omit<DialogProps, "open">): ReactElement {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useEffect(() => {
    const element = dialog.current;
    if (!element) return;
    element.showModal();
    // Where one types, or else the dialog itself, so that its title is read first; not the cross.
    (element.querySelector<HTMLElement>("input, textarea, select") ?? element).focus();
    return () => element.close();
  }, []);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape does the same as a click beside it
    <dialog
      ref={dialog}
      tabIndex={-1}
      className={[css.dialog, wide && css.wide, className].filter(Boolean).join(" ")}
      aria-labelledby={heading}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => event.target === dialog.current && onClose()}
    >
      <div className={css.inside}>
        <header className={bare ? "sr-only" : css.head}>
          <h2 id={heading}>{title}</h2>
          {!bare && <IconButton icon="close" label="close" keys="Esc" onClick={onClose} />}
        </header>
        {children}
      </div>
    </dialog>
  );
}
