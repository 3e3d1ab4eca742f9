"""The differential harness: one scenario, two products, one comparison.

A scenario (`scenarios.toml`) copies a flow into an empty folder, does a list of things there (`run`, `resume`, put a
file, run a script), then observes all runs through the Client API. Both products do the same; the observations must be
equal but for the differences the scenario names (`DIFFERENCES`), each of which is deliberate and explained.
"""

from __future__ import annotations

import hashlib
import json
import re
import shlex
import shutil
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support.product import Outcome, Product

HERE = Path(__file__).parent
FLOWS = HERE / "flows"


@dataclass(frozen=True)
class Scenario:
    """One entry of `scenarios.toml`."""

    name: str
    rows: tuple[str, ...]
    flow: str
    files: tuple[str, ...]
    private: tuple[str, ...]
    runs: bool
    differs: tuple[str, ...]
    actions: tuple[dict[str, Any], ...]
    folder: Path = FLOWS

    @property
    def script(self) -> str:
        """The name the flow file has in the folder the scenario runs in; `swap` replaces its contents."""
        return "flow.py"

    @property
    def flow_name(self) -> str:
        """The flow's name: every flow file defines exactly one class that is started under `__main__`."""
        source = (self.folder / self.flow).read_text()
        return re.findall(r"^    (\w+)\(\)$", source, re.M)[-1]

    def digest(self, product: Product) -> str:
        """Names everything the outcome depends on, so that an outcome may be kept between sessions."""
        parts = [repr(self), str(product.python), (HERE / "observe.py").read_text(), Path(__file__).read_text()]
        parts += [(self.folder / name).read_text() for name in self.sources()]
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]

    def sources(self) -> list[str]:
        """All files of `flows/` that take part."""
        swapped = [action["swap"] for action in self.actions if "swap" in action]
        scripts = [action["script"] for action in self.actions if "script" in action]
        return [self.flow, *self.files, *swapped, *scripts]


def load_scenarios() -> list[Scenario]:
    """Reads `scenarios.toml`, in its order."""
    entries = tomllib.loads((HERE / "scenarios.toml").read_text())["scenario"]
    scenarios = [
        Scenario(
            name=entry["name"],
            rows=tuple(entry["rows"]),
            flow=entry["flow"],
            files=tuple(entry.get("files", ())),
            private=tuple(entry.get("private", ())),
            runs=entry.get("runs", True),
            differs=tuple(entry.get("differs", ())),
            actions=tuple(entry["do"]),
        )
        for entry in entries
    ]
    names = [scenario.name for scenario in scenarios]
    assert len(set(names)) == len(names), "two scenarios have one name"
    return scenarios


def perform(scenario: Scenario, product: Product, folder: Path) -> dict[str, Any]:
    """Does what the scenario says in `folder` with one product, and observes the result."""
    folder.mkdir(parents=True)
    if product.is_metaflow:  # or it would look for one in every folder round it
        (folder / ".metaflow").mkdir()
    shutil.copy(scenario.folder / scenario.flow, folder / scenario.script)
    for name in scenario.files:
        shutil.copy(scenario.folder / name, folder / name)
    commands = [seen for action in scenario.actions if (seen := act(action, scenario, product, folder)) is not None]
    if not scenario.runs:
        return {"commands": commands, "runs": []}
    observer = shutil.copy(HERE / "observe.py", folder / "observe.py")
    seen = product.run([observer, scenario.flow_name, *scenario.private], folder)
    assert seen.exit_code == 0, (
        f"{product.name}: the runs of `{scenario.name}` cannot be observed\n{seen.text}\n{commands}"
    )
    return {"commands": commands, **json.loads(seen.stdout)}


def act(action: dict[str, Any], scenario: Scenario, product: Product, folder: Path) -> dict[str, Any] | None:
    """One action: a command of the flow (`flow`), a script of ours (`script`), a file made (`touch`) or replaced (`swap`)."""
    if "touch" in action:
        (folder / action["touch"]).touch()
        return None
    if "swap" in action:
        shutil.copy(scenario.folder / action["swap"], folder / scenario.script)
        return None
    env = action.get("env", {})
    if "script" in action:
        script = shutil.copy(scenario.folder / action["script"], folder / action["script"])
        outcome = product.run([script], folder, **env)
        kept = outcome.stdout
        command = action["script"]
    else:
        run_id = (folder / "run.id").read_text().strip() if "{run}" in action["flow"] else ""
        outcome = product.run([scenario.script, *shlex.split(action["flow"].replace("{run}", run_id))], folder, **env)
        kept = None
        command = action["flow"]
    return {"command": command, "exit": outcome.exit_code, "output": kept, **expectations(action, outcome)}


def expectations(action: dict[str, Any], outcome: Outcome) -> dict[str, Any]:
    """What the scenario itself says about a command, whoever ran it; `said` helps to see why a command failed."""
    missing = [text for text in action.get("mentions", ()) if text not in outcome.text]
    return {"expected_exit": action["exit"], "does_not_mention": missing, "said": outcome.text[-3000:]}


def problems(seen: dict[str, Any]) -> Iterator[str]:
    """What one product did that the scenario says it must not."""
    for command in seen["commands"]:
        said = f"\n--- it said:\n{command['said']}"
        wanted = command["expected_exit"]
        if command["exit"] not in (wanted if isinstance(wanted, list) else [wanted]):
            yield f"`{command['command']}` ended with {command['exit']}, not {command['expected_exit']}{said}"
        for text in command["does_not_mention"]:
            yield f"`{command['command']}` does not mention {text!r}{said}"


def comparable(seen: dict[str, Any], scenario: Scenario) -> dict[str, Any]:
    """The part of an observation that both products must share."""
    commands = [{"command": one["command"], "exit": one["exit"], "output": one["output"]} for one in seen["commands"]]
    result = json.loads(json.dumps({**seen, "commands": commands}))
    for name in scenario.differs:
        DIFFERENCES[name](result)
    return result


def differences(left: Any, right: Any, path: str = "") -> Iterator[str]:
    """Every place where two observations differ, as `path: left | right`."""
    if isinstance(left, dict) and isinstance(right, dict):
        for key in sorted({*left, *right}):
            yield from differences(left.get(key, "(absent)"), right.get(key, "(absent)"), f"{path}.{key}".lstrip("."))
    elif isinstance(left, list) and isinstance(right, list) and len(left) == len(right):
        for place, (one, other) in enumerate(zip(left, right, strict=True)):
            yield from differences(one, other, f"{path}[{place}]")
    elif left != right:
        yield f"{path}: {left!r} | {right!r}"


def each_task(seen: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """All observed task attempts."""
    for run in seen["runs"]:
        for step in run["steps"].values():
            for task in step["tasks"]:
                yield task
                yield from task.get("earlier", ())


def log_newline(seen: dict[str, Any]) -> None:
    """Logs: ours are byte-exact (LG-04, § 2 row 20); Metaflow ends the last line with a newline that was never written."""
    for task in each_task(seen):
        task["stdout"] = task["stdout"].rstrip("\n")
        task["stderr"] = task["stderr"].rstrip("\n")


def join_order(seen: dict[str, Any]) -> None:
    """FL-10: a join fed by several steps sees them in definition order here, in an unstable order in Metaflow."""
    for task in each_task(seen):
        if "order" in task["artifacts"]:
            task["artifacts"]["order"] = "".join(sorted(task["artifacts"]["order"]))


def killed_siblings(seen: dict[str, Any]) -> None:
    """RU-01: here the running siblings of a failed task finish; Metaflow may kill them, and writes so into their logs."""
    for task in each_task(seen):
        task["stdout"] = task["stdout"].replace(KILLED, "")
        task["stderr"] = task["stderr"].replace(KILLED, "")


def failed_save(seen: dict[str, Any]) -> None:
    """AR-03: when one artifact cannot be saved, Metaflow loses everything the task had set, and its error; ours need not."""
    for task in each_task(seen):
        if not task["successful"]:
            for key in ("artifacts", "private", "parents", "children", "exception", "reported", "finished"):
                task.pop(key, None)
    for run in seen["runs"]:
        run.pop("data")


def own_words(seen: dict[str, Any]) -> None:
    """Our errors say the same in our own words, and in the log of the task too, with the user's line."""
    for task in each_task(seen):
        if not task["successful"]:
            task.pop("stderr", None)
            task.pop("reported", None)
            if task.get("exception"):
                task["exception"].pop("message", None)
                task["exception"].pop("type", None)


def caught_words(seen: dict[str, Any]) -> None:
    """What `@catch` caught is one of our errors, in our own words."""
    for task in each_task(seen):
        if task["artifacts"].get("why", "None") != "None":
            task["artifacts"]["why"] = "caught"


def missing_class(seen: dict[str, Any]) -> None:
    """CL-06: an artifact whose class cannot be imported is an error of its own here, which names artifact and class."""
    for task in each_task(seen):
        for key in ("artifacts", "private"):
            for name, text in task.get(key, {}).items():
                if text.startswith("unreadable: "):
                    task[key][name] = "unreadable"


def strict_next(seen: dict[str, Any]) -> None:
    """FL-17: a wrong transition fails its task here; Metaflow records the task as successful, and may even go on."""
    seen["runs"] = []


def recorded_exit(seen: dict[str, Any]) -> None:
    """RU-08: a task whose process leaves or is killed is recorded as failed, with the reason; in Metaflow it stays unfinished."""
    for task in each_task(seen):
        if not task["successful"]:
            for key in ("exception", "finished", "private", "reported", "stderr", "stdout", "artifacts"):
                task.pop(key, None)


def latest_origin(seen: dict[str, Any]) -> None:
    """RE-10, RU-16: a bare `resume` resumes the latest run, resumed or not; in Metaflow the latest that `run` made."""
    for run in seen["runs"]:
        run.pop("origin", None)
    for task in each_task(seen):
        task.pop("origin", None)


def failure_kind(seen: dict[str, Any]) -> None:
    """Which of 1 and 2 a flow that cannot be imported ends with: ours is found when Python reads the class."""
    for command in seen["commands"]:
        command["exit"] = min(command["exit"], 1)


def nothing_to_honour(seen: dict[str, Any]) -> None:
    """DE-15: Metaflow wants `--environment` for a disabled `@pypi` too; here the step just runs, as it asks for nothing."""
    for command in seen["commands"]:
        command["exit"] = 0


def null_given(seen: dict[str, Any]) -> None:
    """PA-02: a JSON parameter given as `null` is `None` here; Metaflow takes its default."""
    for task in each_task(seen):
        for name in ("blob", "all", "types"):
            task["artifacts"].pop(name, None)


def sizes(seen: dict[str, Any]) -> None:
    """Hashes are BLAKE3, logs are as many bytes as were written, and every run keeps its environment's description."""
    for command in seen["commands"]:
        lines = (command["output"] or "").splitlines()
        kept = [line for line in lines if not line.startswith(("artifact ", "lines ", "environment "))]
        command["output"] = "\n".join(kept)


def guessed_lineage(seen: dict[str, Any]) -> None:
    """CL-05: parents and children are recorded here; Metaflow guesses them from graph and indices, wrongly round switches,
    repetitions and clones."""
    for run in seen["runs"]:
        for step in run["steps"].values():
            step.pop("parents", None)
            step.pop("children", None)
    for task in each_task(seen):
        task.pop("parents", None)
        task.pop("children", None)


def unfinished_siblings(seen: dict[str, Any]) -> None:
    """RU-07: which siblings have run when a task fails is chance, so of a failed run only what failed is compared."""
    for run in seen["runs"]:
        if not run["successful"]:
            failed = {
                name: [task for task in step["tasks"] if task["exception"]] for name, step in run["steps"].items()
            }
            run["steps"] = {name: {"tasks": tasks} for name, tasks in failed.items() if tasks}
    for task in each_task(seen):
        task.pop("origin", None)


def caught_traceback(seen: dict[str, Any]) -> None:
    """DE-02, DE-03: a caught exception's traceback shows the user's frames only here, and is announced in our words."""
    for task in each_task(seen):
        if text := task["artifacts"].get("caught"):
            task["artifacts"]["caught"] = text.rstrip().rpartition("\n")[2]
        if "@catch caught" in task["stdout"]:
            task["stdout"] = "@catch caught"


def single_resumed(seen: dict[str, Any]) -> None:
    """FL-02: Metaflow takes a resumed run of a flow whose end step has another name for unfinished."""
    for run in seen["runs"]:
        if run["origin"] is not None:
            run |= {"data": None, "end_task": None, "finished": None, "successful": True}
            for step in run["steps"].values():
                step.pop("children", None)


def gang_control(seen: dict[str, Any]) -> None:
    """DE-08: Metaflow's first node starts the others as processes of its own, so it fails, is tried again and catches for
    them all; here every node is a task, and what befalls one is said of that one."""
    for run in seen["runs"]:
        tasks = run["steps"].get("node", {}).get("tasks", [])
        tasks[:] = [task for task in tasks if (task["exception"] or {}).get("type") != "Exception"]
        for task in tasks:
            task |= {"reported": None, "stdout": "", "earlier": []}


def config_twice(seen: dict[str, Any]) -> None:
    """PA-09: a config given twice is an error here; in Metaflow the last one counts, and nobody is told."""
    for command in seen["commands"]:
        command["exit"] = "anything"


def inherited_default(seen: dict[str, Any]) -> None:
    """PA-12: a parameter of a base class whose default is a config's has the value that was given here; in Metaflow that of
    the config's default."""
    for task in each_task(seen):
        task["artifacts"].pop("size", None)


def config_help(seen: dict[str, Any]) -> None:
    """PA-09: `run --help` works here though a required config is not given; Metaflow wants it first."""
    seen["commands"][-1]["exit"] = "anything"


def silent_clash(seen: dict[str, Any]) -> None:
    """FD-12: two files of one name in the code package are an error here; Metaflow takes one of them and says nothing."""
    for command in seen["commands"]:
        command["output"] = None


#: What Metaflow adds to the logs of a task it stops.
KILLED = "[KILLED BY ORCHESTRATOR]\n"

#: The deliberate differences a scenario may name. Each function removes one from an observation; its docstring says why.
DIFFERENCES: dict[str, Callable[[dict[str, Any]], None]] = {
    "log-newline": log_newline,
    "join-order": join_order,
    "killed-siblings": killed_siblings,
    "failed-save": failed_save,
    "own-words": own_words,
    "caught-words": caught_words,
    "missing-class": missing_class,
    "strict-next": strict_next,
    "recorded-exit": recorded_exit,
    "latest-origin": latest_origin,
    "failure-kind": failure_kind,
    "nothing-to-honour": nothing_to_honour,
    "null-given": null_given,
    "sizes": sizes,
    "guessed-lineage": guessed_lineage,
    "unfinished-siblings": unfinished_siblings,
    "caught-traceback": caught_traceback,
    "single-resumed": single_resumed,
    "gang-control": gang_control,
    "config-twice": config_twice,
    "config-help": config_help,
    "silent-clash": silent_clash,
    "inherited-default": inherited_default,
}
