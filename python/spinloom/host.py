"""`FlowHost`: a flow as the native part sees it."""

from __future__ import annotations

import gc
import json
import os
import sys
from contextlib import suppress

from . import jsonvalue
from .attach import attach, detach
from .classes import flow_class
from .encoding import encode
from .exceptions import InvalidDecorator, UnpicklableArtifactException
from .graph import describe
from .includefile import Content, IncludeFile
from .previews import Previews
from .worker import process
from .worker.persist import DEFAULTS
from .worker.pickling import dump, type_name
from .worker.plan import StepPlan
from .worker.run import run_attempt
from .worker.task import instance

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .decorators import StepDecorator
    from .flow import FlowSpec
    from .state import FlowState


class FlowHost:
    """Describes one flow's class, saves what all its tasks share, and runs attempts of its steps."""

    def __init__(
        self,
        cls: type,
        *,
        surface: str = "python",
        script: str | None = None,
        template: dict[str, Any] | None = None,
    ) -> None:
        self.cls = cls
        self.flow = flow_class(cls)
        self.surface = surface
        self.script = sys.argv[0] if script is None else script
        self.decorators: dict[str, list[StepDecorator]] = {
            name: list(function.decorators)  # type: ignore[attr-defined]
            for name, function in self.flow.steps.items()
        }
        self._unmutated: dict[str, list[StepDecorator]] | None = None  # as mutators found them
        self._pre_mutated = False
        self._template = dict(template or {})  # attributes the flow's own `__init__` set
        self._document: dict[str, Any] | None = None
        self._plans: dict[str, StepPlan] = {}
        # What interpreters of tasks are told.
        self._handed_on: dict[str, Any] = {"with": [], "without": [], "current": {}, "configs": None}
        self.configs_by_name: dict[str, Any] = {}
        self._snapshot = process.Snapshot()
        self.entered = False  # an environment's interpreter carries on with what another began

    def flow_graph(self) -> str:
        """The `FlowGraph` document, as JSON."""
        return json.dumps(self.document())

    def document(self) -> dict[str, Any]:
        """The `FlowGraph` document."""
        if self._document is None:
            self._mutate()
            document = describe(self.flow, self.decorators)
            for step in document["steps"]:
                self._check_catch(step)
            self._plans = {
                step["name"]: StepPlan(step, self.flow.steps[step["name"]], self.decorators[step["name"]])
                for step in document["steps"]
            }
            self._document = document
        return self._document

    def _mutators(self) -> Any:
        """What calls mutators, if there are any."""
        if not self.flow.mutators and not any(one.mutates for step in self.decorators.values() for one in step):
            return None
        from . import mutators

        return mutators

    def _waits(self) -> bool:
        """Whether configs have no values yet, which mutators may ask for."""
        return bool(self.flow.configs) and self._handed_on["configs"] is None

    def pre_mutate(self) -> None:
        """Lets mutators change parameters and flow decorators, once: when configs are known, before `--with`."""
        if not self._pre_mutated and not self._waits():
            self._pre_mutated = True
            if (mutators := self._mutators()) is not None:
                mutators.pre_mutate(self)

    def _mutate(self) -> None:
        """Lets mutators change the decorators of steps, anew if `--with` has added some since; then leaves some out."""
        self.pre_mutate()
        mutators = None if self._waits() else self._mutators()
        without = self._handed_on["without"]
        if mutators is None and not without:
            return
        self._unmutated = {name: list(several) for name, several in self.decorators.items()}
        if mutators is not None:
            mutators.mutate(self)
        detach(self.decorators, without)

    def _check_catch(self, step: dict[str, Any]) -> None:
        tail = step["tail"]
        split = "foreach" if tail.get("foreach") else "switch" if tail.get("condition") else None
        for decorator in self.decorators[step["name"]]:
            if decorator.name != "catch":
                continue
            if (var := decorator.attributes["var"]) in self.flow.shared:
                raise decorator.problem(f"cannot use `{var}` for `var`: it is a parameter or a class constant")
            if split:
                raise InvalidDecorator(
                    f"step `{step['name']}` has `@catch` but splits by {split}: "
                    "had it failed, nobody would know where to go on",
                    decorator.line or None,
                    decorator.file,
                    ["move what may fail to a step of its own"],
                )

    def step_document(self, step: str) -> dict[str, Any]:
        """A step's part of the document."""
        return self.plan(step).document

    def plan(self, step: str) -> StepPlan:
        """What all attempts of a step share."""
        if self._document is None:
            self.document()
        return self._plans[step]

    def configs(self) -> str:
        """The configs the flow declares, and the names of its parameters, as JSON; empty text without configs."""
        if not self.flow.configs:
            return ""
        from .configs.hosting import declared

        parameters = [parameter.name for parameter in self.flow.parameters.values()]
        return json.dumps({"configs": declared(self), "parameters": parameters})

    def config_defaults(self, wanted_json: str, context_json: str) -> str:
        """Calls default functions of configs: `[[name, "default" or "default_value"], …]`; their values as a JSON list."""
        from .configs.hosting import defaults

        return json.dumps(defaults(self, json.loads(wanted_json), json.loads(context_json)))

    def parse_configs(self, texts_json: str) -> str:
        """Calls the parsers of configs on texts, by name; what came out, as JSON."""
        from .configs.hosting import parse

        return json.dumps(parse(self, json.loads(texts_json)))

    def check_configs(self, values_json: str) -> str:
        """Has the models of configs check values, by name; what they say, as JSON."""
        from .configs.hosting import check

        return json.dumps(check(self, json.loads(values_json)))

    def configure(self, values_json: str) -> None:
        """Takes the values of the configs, by name, before the flow is described."""
        from .configs.hosting import configure

        values = json.loads(values_json)
        self._handed_on["configs"] = values
        self._document = None
        configure(self, values)

    def attach(self, specs_json: str) -> str:
        """Adds `--with` decorators to every step that lacks them; returns the new graph, as JSON."""
        specs = json.loads(specs_json)
        self.pre_mutate()
        self._unmutate()
        attach(self.decorators, specs)
        self._handed_on["with"] += specs
        return self.flow_graph()

    def detach(self, names_json: str) -> str:
        """Removes decorators of these names from every step; returns the new graph, as JSON."""
        self._unmutate()
        self._handed_on["without"] += json.loads(names_json)
        return self.flow_graph()

    def _unmutate(self) -> None:
        """Makes the decorators of steps what they were before mutators and `--without` changed them."""
        if self._unmutated is not None:
            self.decorators, self._unmutated = self._unmutated, None
        self._document = None

    def add_to_current(self, facts_json: str) -> None:
        """Lets `current` have more, for the functions of the flow and for all tasks to come."""
        from .context import current

        facts = json.loads(facts_json)
        self._handed_on["current"].update(facts)
        for name, value in facts.items():
            current._add(name, value)

    def handed_on(self) -> str:
        """What this process was told of the flow beyond its file, for `take_over` in another; a JSON object."""
        return json.dumps(self._handed_on)

    def take_over(self, handed_on: str) -> None:
        """Brings a fresh interpreter to where the one was that `handed_on` comes from."""
        told = json.loads(handed_on)
        if told["configs"] is not None:
            self.configure(json.dumps(told["configs"]))
        self.attach(json.dumps(told["with"]))
        if told["without"]:
            self.detach(json.dumps(told["without"]))
        self.add_to_current(json.dumps(told["current"]))

    def package_files(self) -> str:
        """What belongs to the code package beside the flow's folder, as a JSON list."""
        from .packaging import package_files

        return json.dumps(package_files(self))

    def exit_hook(self, request_json: str) -> str:
        """Calls a function of `@exit_hook` in a process of its own; the exit code of that."""
        from .exit_hooks import call

        for stream in (sys.stdout, sys.stderr):
            with suppress(AttributeError, OSError, ValueError):  # the flow closed or replaced it
                stream.flush()
        return str(call(self.script, {**json.loads(request_json), "module": self.cls.__module__}))

    def check_files(self, files_json: str) -> None:
        """Refuses files that parameters cannot be: a JSON object of names of parameters and paths."""
        files = json.loads(files_json)
        for parameter in self.flow.parameters.values():
            if isinstance(parameter, IncludeFile) and parameter.name in files:
                parameter.check(files[parameter.name])

    def check_models(self, values_json: str) -> None:
        """Refuses what models do not take: a JSON object of names of parameters, each `{"value", "whence", "place"}`."""
        values = json.loads(values_json)
        for parameter in self.flow.parameters.values():
            if (given := values.get(parameter.name)) is not None:
                parameter.check_model(jsonvalue.decode(given["value"]), given["whence"], given["place"])

    def defaults(self, names_json: str, context_json: str) -> str:
        """Calls the deploy-time default functions of the named parameters; a JSON object of name and value."""
        fields = {"flow_name": self.flow.name, **json.loads(context_json)}
        if self.flow.configs:
            from .configs.hosting import known

            fields["configs"] = known(self)
        wanted = set(json.loads(names_json))
        values = {
            parameter.name: jsonvalue.encode(parameter.call_default(fields))
            for parameter in self.flow.parameters.values()
            if parameter.name in wanted and parameter.function is not None
        }
        return json.dumps(values)

    def init_task(self, ctx: Any, values_json: str) -> None:
        """Saves what all tasks of a run share: parameters, class constants, the graph, and defaults of our own.

        With an input, which is that task of an earlier run, a parameter that is not given keeps the value it had there.
        """
        given = json.loads(values_json)
        kept = {name for name, _ in ctx.input_artifacts(0)} if ctx.spec["inputs"] else set()
        values: dict[str, Any] = {"name": self.flow.name, "_graph_info": given.get("$graph_info"), **DEFAULTS}
        for attribute, parameter in self.flow.parameters.items():
            if parameter.name not in given and attribute in kept:
                ctx.inherit(0, attribute)
            else:
                values[attribute] = parameter.stored(jsonvalue.decode(given.get(parameter.name)))
        if self.flow.configs:
            from .configs.hosting import stored

            values.update({attribute: stored(config) for attribute, config in self.flow.configs.items()})
        for name in self.flow.constants:
            values[name] = getattr(self.cls, name)
        previews = Previews(light=True)
        for name, value in values.items():
            self._save(ctx, name, value, previews)
        for name in self.flow.private:
            self._save(ctx, name, getattr(self.cls, name), previews, optional=True)
        ctx.finish(json.dumps({"ok": True, "next": None}))

    def _save(self, ctx: Any, name: str, value: Any, previews: Previews, optional: bool = False) -> None:
        try:
            stream, buffers, *told = encode(value, type(value)) or dump(value)
        except Exception as error:  # pickling runs the user's code, which may raise anything
            if optional:
                return
            raise UnpicklableArtifactException(
                f"class attribute `{name}` of `{self.flow.name}` cannot be saved: "
                f"a value of type `{type_name(value)}` cannot be pickled: {error}",
                self.document()["line"],
                self.document()["file"],
                ["give it a name that begins with `_`, or move it out of the class"],
            ) from error
        kind = value.type_name if isinstance(value, Content) else type_name(value)
        ctx.save(name, kind, stream, buffers, previews.note(name, value, *told))

    def instance(self, state: FlowState) -> FlowSpec:
        """A flow's instance for one task."""
        flow = instance(self.cls, state)
        if self._template:
            flow.__dict__.update(self._template)
        return flow

    def before_fork(self) -> None:
        """Leaves nothing to do, print or collect that children would do, print or collect again."""
        self.document()
        self._snapshot.find_generators()
        for stream in (sys.stdout, sys.stderr):
            with suppress(AttributeError, OSError, ValueError):  # the flow closed or replaced it
                stream.flush()
        gc.freeze()

    def settle(self) -> None:
        """Makes the zygote, which was just forked, what its children had best find."""
        from . import encoding, previews
        from .worker.rehearsal import rehearse

        process.settle()
        previews.prepare()
        encoding.prepare()
        carded = {name: plan.cards for name, plan in self._plans.items() if plan.cards is not None}
        for name, cards in carded.items():
            cards.prepare(self, name)
        rehearse(bool(carded))
        gc.freeze()

    def dump(self, request_json: str) -> None:
        """Prints or pickles artifacts of finished tasks."""
        from .dump import dump as dump_artifacts

        dump_artifacts(json.loads(request_json))

    def spin(self, ctx: Any, request_json: str) -> str:
        """Runs one task in this process; its result, as JSON."""
        from .worker.spin import spin

        return spin(self, ctx, json.loads(request_json))

    def command(self) -> str:
        """The words that start this command line again, as a JSON list."""
        words = [sys.executable, *sys.orig_argv[1:]]
        ours = os.path.join(os.path.dirname(sys.executable), "spinloom")
        if self.surface == "native" and "spinloom" in words and os.access(ours, os.X_OK):
            words = [ours, *words[words.index("spinloom") + 1 :]]
        return json.dumps(words)

    def interpreter(self) -> str:
        """Which interpreter this is, for environments that are made from it; a JSON object."""
        compat: Any = sys.modules.get("_spinloom_compat")
        system = os.uname()
        return json.dumps(
            {
                "executable": sys.executable,
                "base": os.path.realpath(getattr(sys, "_base_executable", sys.executable)),
                "version": sys.version.split()[0],
                "platform": f"{sys.implementation.name}-{system.sysname.lower()}-{system.machine}",
                "package": os.path.dirname(os.path.abspath(__file__)),
                "compat": compat and os.path.abspath(compat.__file__),
            }
        )

    def enter(self, interpreter_json: str) -> None:
        """Has another interpreter run this very command line, in this process."""
        interpreter = json.loads(interpreter_json)
        variables = {name: value for name, value in os.environ.items() if name not in interpreter["unset"]}
        variables.update(dict(interpreter["set"]), SPINLOOM_ENTERED="1")
        for stream in (sys.stdout, sys.stderr):
            with suppress(AttributeError, OSError, ValueError):  # the flow closed or replaced it
                stream.flush()
        report: Any = sys.modules.get("spinloom.warm.report")
        if report is not None:
            report.at_once()
        os.execve(interpreter["path"], [interpreter["path"], *sys.orig_argv[1:]], variables)

    def run_task(self, ctx: Any) -> None:
        """Runs one attempt, in a task process."""
        process.begin(self._snapshot)
        run_attempt(self, ctx)
        process.end()

    def run_fresh(self, ctx: Any) -> None:
        """Runs one attempt, in an interpreter started for it."""
        process.settle()
        self.run_task(ctx)

    @property
    def script_name(self) -> str:
        """Name of the flow file."""
        return os.path.basename(self.script)
