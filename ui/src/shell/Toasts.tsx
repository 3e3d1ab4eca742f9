import type { ReactElement } from "react";
import { useToasts } from "~/parts/toast";
import css from "./Toasts.module.css";

/** Short words that go away by themselves; they are also read out. */
export function Toasts(): ReactElement {
  const toasts = useToasts();
  return (
    <div className={css.toasts} role="status">
      {toasts.map((toast) => (
        <p key={toast.id} className={css.toast}>
          {toast.text}
        </p>
      ))}
    </div>
  );
}
