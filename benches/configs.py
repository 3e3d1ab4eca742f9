"""What configs cost: start to exit of `check`, of a flow with fifty of them above the same flow with none."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from measure import alternate, median

COUNT = 50
ROUNDS = 15
FLOW = """\
from pathlib import Path

from metaflow import Config, FlowSpec, Parameter, config_expr, environment, resources, step

HERE = Path(__file__).parent


class ConfigsFlow(FlowSpec):
{configs}
{decorators}
    @step
    def start(self):
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    ConfigsFlow()
"""


def above(ours: str, theirs: str) -> tuple[float, float]:
    """Milliseconds that fifty configs add: ours, Metaflow's."""
    with tempfile.TemporaryDirectory(prefix="bench-configs-") as folder:
        none, fifty = write(Path(folder))
        return added(ours, none, fifty), added(theirs, none, fifty)


def added(python: str, none: Path, fifty: Path) -> float:
    """Milliseconds between the two flows."""
    extra = ["--no-pylint"] if "metaflow" in python else []
    without, configured = alternate([python, str(none), *extra, "check"], [python, str(fifty), *extra, "check"], ROUNDS)
    return (median(configured, "wall") - median(without, "wall")) * 1000


def write(folder: Path) -> tuple[Path, Path]:
    """The two flows: half of the configs are JSON files, a quarter TOML files, a quarter values; decorators use them."""
    values = {"name": "x", "cpu": 2, "env": {"A": "1"}, "model": {"rate": 0.1, "layers": [64, 32, 16], "on": True}}
    lines = []
    for i in range(COUNT):
        if i % 4 < 2:
            (folder / f"c{i}.json").write_text(json.dumps(values, indent=2))
            lines.append(f'    c{i} = Config("c{i}", default=str(HERE / "c{i}.json"))')
        elif i % 4 == 2:
            (folder / f"c{i}.toml").write_text(
                'name = "x"\ncpu = 2\n[model]\nrate = 0.1\nlayers = [64, 32, 16]\non = true\n'
            )
            lines.append(f'    c{i} = Config("c{i}", default=str(HERE / "c{i}.toml"), parser="tomllib.loads")')
        else:
            lines.append(f'    c{i} = Config("c{i}", default_value={values!r})')
    uses = '    @resources(cpu=c0.cpu)\n    @environment(vars={"A": c1.env.A, "B": config_expr("c3.name")})'
    same = '    @resources(cpu=2)\n    @environment(vars={"A": "1", "B": "x"})'
    none, fifty = folder / "none.py", folder / "fifty.py"
    none.write_text(FLOW.format(configs="", decorators=same))
    fifty.write_text(FLOW.format(configs="\n".join(lines), decorators=uses))
    return none, fifty
