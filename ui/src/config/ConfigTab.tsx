import type { ReactElement } from "react";
import type { Schemas } from "~/api/types";
import { Button } from "~/parts/Button";
import { Empty } from "~/parts/Empty";
import { TextInput } from "~/parts/Field";
import { Loading } from "~/parts/Loading";
import { ProblemNotice } from "~/parts/ProblemNotice";
import { useUrlText } from "~/run/useUrlText";
import { one, useUrl } from "~/shell/url";
import { ConfigPanel } from "./ConfigPanel";
import css from "./ConfigTab.module.css";
import { Parameters } from "./Parameters";
import { fits } from "./tree";
import { type Config, useConfigs, useParameters } from "./useSetup";

/** What a run was configured with: parameters, and configs with where each value is from. */
export function ConfigTab({ flow, run }: { flow: string; run: string }): ReactElement {
  const parameters = useParameters(flow, run);
  const configs = useConfigs(flow, run);
  const error = parameters.error ?? configs.error;
  if (error) {
    const retry = () => {
      void parameters.refetch();
      void configs.refetch();
    };
    return <ProblemNotice error={error} retry={retry} />;
  }
  if (!parameters.data || !configs.data) return <Loading what="config" lines={6} />;
  return <Setup flow={flow} run={run} given={parameters.data} configs={configs.data.configs} />;
}

interface SetupProps {
  flow: string;
  run: string;
  given: Schemas["RunParameters"];
  configs: Config[];
}

function Setup({ flow, run, given, configs }: SetupProps): ReactElement {
  const [url, setUrl] = useUrl();
  const [filter, setFilter] = useUrlText("filter");
  const set = one(url, "set") === "1";
  const overridden = configs.flatMap((config) => config.leaves).filter((leaf) => leaf.overrides).length;
  const shown = configs.map((config) => ({
    config,
    leaves: config.leaves.filter((leaf) => fits(leaf, filter) && (!set || leaf.overrides)),
  }));
  // What a config is bound to is a constant of the flow, too.
  const bound = new Set(configs.map((config) => config.attribute));
  const own = { ...given, constants: given.constants.filter((constant) => !bound.has(constant.name)) };
  return (
    <div className={css.tab}>
      <div className={css.bar}>
        <TextInput
          className={css.filter}
          icon="filter"
          aria-label="filter"
          placeholder="Filter by key, value or source"
          value={filter}
          onChange={(event) => setFilter(event.target.value)}
        />
        {overridden > 0 && (
          <Button small pressed={set} onClick={() => setUrl({ set: set ? undefined : "1" })}>
            Only overridden ({overridden})
          </Button>
        )}
      </div>
      <div className={css.body}>
        <Parameters given={own} filter={filter} only={set} />
        {shown.map(({ config, leaves }) => (
          <ConfigPanel
            key={config.name}
            flow={flow}
            run={run}
            config={config}
            leaves={leaves}
            filtered={filter !== "" || set}
          />
        ))}
        {configs.length === 0 && (
          <Empty title="No configs" icon="settings">
            A flow with <code>config = Config("config", default="config.json")</code> shows here what it was
            given, and which file, option or variable each value is from.
          </Empty>
        )}
      </div>
    </div>
  );
}
