import type { ReactElement, ReactNode } from "react";
import css from "./Empty.module.css";
import { Icon, type IconName } from "./Icon";

/** Where nothing is to be seen: what would be here, and how it comes here. */
export function Empty({
  title,
  icon = "box",
  children,
}: {
  title: string;
  icon?: IconName;
  children?: ReactNode;
}): ReactElement {
  return (
    <div className={css.empty}>
      <span className={css.icon}>
        <Icon name={icon} size={22} />
      </span>
      <h2>{title}</h2>
      {children && <div className={css.words}>{children}</div>}
    </div>
  );
}
