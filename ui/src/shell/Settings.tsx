import { type ReactElement, useId } from "react";
import { IconButton } from "~/parts/Button";
import { Segmented } from "~/parts/Field";
import { Popover } from "~/parts/Popover";
import { moment } from "~/theme/format";
import { type Prefs, setPrefs, usePrefs } from "~/theme/prefs";
import css from "./Settings.module.css";

/** How things look: theme, contrast, times and their zone. */
export function Settings(): ReactElement {
  return (
    <Popover trigger={<IconButton icon="settings" label="view settings" />} label="View settings" align="end">
      <Choices />
    </Popover>
  );
}

function Choices(): ReactElement {
  const prefs = usePrefs();
  return (
    <div className={css.settings}>
      <Line name="Theme">
        <Segmented
          label="Theme"
          options={[
            ["system", "System"],
            ["light", "Light"],
            ["dark", "Dark"],
          ]}
          value={prefs.theme}
          onChange={(theme) => setPrefs({ theme })}
        />
      </Line>
      <Line name="Contrast">
        <Segmented
          label="Contrast"
          options={[
            ["system", "System"],
            ["more", "High"],
          ]}
          value={prefs.contrast}
          onChange={(contrast) => setPrefs({ contrast })}
        />
      </Line>
      <Line name="Times">
        <Segmented
          label="Times"
          options={[
            ["relative", "3 min ago"],
            ["absolute", "22:41:03"],
          ]}
          value={prefs.times}
          onChange={(times) => setPrefs({ times })}
        />
      </Line>
      <Zone prefs={prefs} />
    </div>
  );
}

function Line({ name, children }: { name: string; children: ReactElement }): ReactElement {
  return (
    <div className={css.line}>
      <span aria-hidden="true">{name}</span>
      {children}
    </div>
  );
}

function Zone({ prefs }: { prefs: Prefs }): ReactElement {
  const id = useId();
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return (
    <div className={css.line}>
      <label htmlFor={id}>Time zone</label>
      <span className={css.zone}>
        <select id={id} value={prefs.zone} onChange={(event) => setPrefs({ zone: event.target.value })}>
          <option value="local">This computer’s ({own})</option>
          <option value="UTC">UTC</option>
          <optgroup label="All">
            {Intl.supportedValuesOf("timeZone").map((zone) => (
              <option key={zone} value={zone}>
                {zone}
              </option>
            ))}
          </optgroup>
        </select>
        <span className={css.now}>Now {moment(Date.now() * 1000)}</span>
      </span>
    </div>
  );
}
