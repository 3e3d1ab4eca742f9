"""A flow's command line as the flow itself describes it, and keyword arguments as its words."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from spinloom.locations import suggestion

from .child import Child
from .problems import RunnerFailed, UnknownArgument, WrongType
from .values import as_text

_OTHER_NAMES = {
    "tags": "tag",
    "decospecs": "with",
    "user_namespace": "namespace",
    "step_to_rerun": "step",
}
"""Keyword arguments of Metaflow's Runner that are not called as the option is."""

_OF_CONFIGS = ("config", "config_value", "set")
"""Options that stand before the command, and may be given to it all the same (PA-09)."""

_SET_BY_US = {"runner-attribute-file", "help", "json", "jsonl"}


@dataclass(frozen=True)
class Option:
    """One option, argument or parameter, as ``help --json`` describes it."""

    name: str
    positional: bool
    takes_value: bool
    repeats: bool
    values: int
    parameter: dict[str, Any] | None = None

    def words(self, keyword: str, value: Any) -> list[str]:
        """What to type for ``value``.

        Raises:
            WrongType: it has no such values.
        """
        if not self.takes_value:
            if not isinstance(value, bool):
                raise WrongType(f"`{keyword}` is True or False, not `{value!r}`")
            return [f"--{self.name}"] if value else []
        if self.positional:
            return [as_text(keyword, value)]
        if self.parameter is not None:
            return [f"--{self.name}={as_text(keyword, value, self.parameter)}"]
        if self.values == 2:  # `--config NAME FILE`
            return [word for pair in _pairs(keyword, value) for word in (f"--{self.name}", *pair)]
        if self.repeats and isinstance(value, Mapping):  # `--set NAME=VALUE`
            return [f"--{self.name}={name}={_pair_value(keyword, one)}" for name, one in value.items()]
        several = self.repeats and not isinstance(value, (str, bytes)) and isinstance(value, Iterable)
        return [f"--{self.name}={as_text(keyword, one)}" for one in (value if several else [value])]


class Options:
    """What may be said at one place of the command line.

    Args:
        command: the command; None for what comes before it.
        described: the options, as ``help --json`` has them.
    """

    def __init__(self, command: str | None, described: list[dict[str, Any]]) -> None:
        fields = ("name", "positional", "takes_value", "repeats", "values", "parameter")
        self.command = command
        self.all = {one["name"]: Option(*(one[field] for field in fields)) for one in described}
        # Where a parameter and an option share a name, the parameter is what a caller means.
        self._keywords = {
            _keyword(one): one for one in sorted(self.all.values(), key=lambda one: one.parameter is not None)
        }

    @property
    def parameters(self) -> dict[str, Option]:
        """The flow's parameters, by keyword."""
        return {keyword: one for keyword, one in self._keywords.items() if one.parameter is not None}

    def words(self, given: Mapping[str, Any], parameters: Mapping[str, Option] | None = None) -> list[str]:
        """The words for keyword arguments; those that are None are left out.

        Args:
            given: the arguments.
            parameters: parameters of the flow that this command takes as ``--param NAME=VALUE``.

        Raises:
            UnknownArgument: there is no such option.
            WrongType: a value is none that the option can have.
        """
        words = []
        for keyword, value in given.items():
            option = self._find(keyword)
            again = (parameters or {}).get(keyword)
            if option is None and again is None:
                raise self._unknown(keyword, parameters or {})
            if value is None:
                continue
            if option is not None:
                words += option.words(keyword, value)
            elif again is not None:
                words.append(f"--param={again.name}={as_text(keyword, value, again.parameter)}")
        return words

    def has(self, keyword: str) -> bool:
        """Whether there is an option or parameter of this name."""
        return keyword in self._keywords

    def _find(self, keyword: str) -> Option | None:
        found = self._keywords.get(keyword) or self._keywords.get(_OTHER_NAMES.get(keyword, ""))
        if found is None and keyword in self.all:  # a parameter with a dash in its name, said as **{"name": …}
            found = self.all[keyword]
        if found is None and (off := self._keywords.get(f"no_{keyword}")) is not None:
            found = None if off.takes_value else off
        return None if found is None or found.name in _SET_BY_US else found

    def _unknown(self, keyword: str, parameters: Mapping[str, Option]) -> UnknownArgument:
        own = [*self.parameters, *parameters]
        called = {option: keyword for keyword, option in _OTHER_NAMES.items()}
        others = [called.get(name, name) for name, one in self._keywords.items() if one.name not in _SET_BY_US]
        known = [*own, *(name for name in others if name not in own)]
        place = f"`{self.command}`" if self.command else "`Runner`"
        hints = suggestion(keyword, known)
        if self.command is not None:
            mine = f"parameters of the flow: {_listed(own)}" if own else "the flow has no parameters"
            hints.append(mine)
        return UnknownArgument(
            f"Unknown argument: '{keyword}' for {place}, possible args are: {', '.join(known)}", hints
        )


@dataclass(frozen=True)
class CommandLine:
    """All of a flow's command line."""

    top: Options
    commands: dict[str, Options]

    def words(self, command: str, top: Mapping[str, Any], given: Mapping[str, Any]) -> tuple[list[str], list[str]]:
        """What to type before the command, and after it.

        Raises:
            UnknownArgument: there is no such option or parameter, or the command does not exist.
            WrongType: a value is of the wrong type.
        """
        options = self.commands.get(command)
        if options is None:
            raise UnknownArgument(f"the flow has no command `{command}`", suggestion(command, list(self.commands)))
        parameters = self.commands["run"].parameters if "param" in options.all else None
        configs = {keyword: value for keyword, value in given.items() if self._is_of_configs(keyword, options)}
        given = {keyword: value for keyword, value in given.items() if keyword not in configs}
        return self.top.words({**top, **configs}), options.words(given, parameters)

    def _is_of_configs(self, keyword: str, options: Options) -> bool:
        return keyword in _OF_CONFIGS and "config" in self.top.all and not options.has(keyword)


_known: dict[tuple[str, ...], CommandLine] = {}


def config_words(*given: Mapping[str, Any]) -> list[str]:
    """What of keyword arguments is about configs, as words: the flow's parameters may depend on it (PA-16)."""
    words = []
    for arguments in given:
        for option in ("config", "config_value"):
            with contextlib.suppress(WrongType):  # a parameter of that name
                pairs = _pairs(option, arguments.get(option) or ())
                words += [word for pair in pairs for word in (f"--{option.replace('_', '-')}", *pair)]
    return words


def command_line(
    program: list[str],
    env: Mapping[str, str],
    cwd: str | None,
    configs: list[str] | None = None,
    anew: bool = False,
) -> CommandLine:
    """What ``program``, an interpreter and a flow file, understands; asked of it once for each content of the file.

    Args:
        program: the words before the command.
        env: environment to ask in.
        cwd: working directory to ask in.
        configs: words about configs; what cannot be used is left out.
        anew: asks even if the file has not changed: what it imports may have.

    Raises:
        FileNotFoundError: there is no such flow file.
        RunnerFailed: the flow cannot be imported or described.
    """
    words = configs or []
    key = (*program, *words, cwd or os.getcwd(), _content(program[-1]))
    if anew or key not in _known:
        try:
            _known[key] = _ask([*program, *words, "help", "--json"], env, cwd)
        except RunnerFailed:
            if not words:
                raise
            _known[key] = _ask([*program, "help", "--json"], env, cwd)
    return _known[key]


def _content(file: str) -> str:
    try:
        with open(file, "rb") as handle:
            return hashlib.sha256(handle.read()).hexdigest()
    except FileNotFoundError:
        raise FileNotFoundError(f"Flow file not present at '{file}'") from None


def _ask(words: list[str], env: Mapping[str, str], cwd: str | None) -> CommandLine:
    child = Child(words, env, cwd, echo=False)
    child.until(child.is_over)
    text, errors = child.logs["stdout"].text(), child.logs["stderr"].text()
    try:
        data = json.loads(text.splitlines()[-1])["data"]  # the flow may print while it is imported
        commands = {name: Options(name, one["options"]) for name, one in data["commands"].items()}
        return CommandLine(Options(None, data["options"]), commands)
    except (IndexError, ValueError, KeyError, TypeError):
        raise failure(child, errors or text) from None


def failure(child: Child, said: str) -> RunnerFailed:
    """The error for a process that ended too early."""
    how = f"exit code {child.returncode}"
    return RunnerFailed(
        f"Error executing: '{' '.join(child.words)}' ({how})\n\nStderr:\n{said}", child.returncode, said
    )


def _pairs(keyword: str, value: Any) -> list[tuple[str, str]]:
    """Pairs of a name and a text, from a mapping or a list of pairs."""
    pairs = value.items() if isinstance(value, Mapping) else value
    try:
        return [(str(name), as_text(keyword, one)) for name, one in pairs]
    except (TypeError, ValueError) as error:
        if isinstance(error, WrongType):
            raise
        raise WrongType(f"`{keyword}` is a list of pairs, such as `[('config', …)]`, not `{value!r}`") from None


def _pair_value(keyword: str, value: Any) -> str:
    # Text is quoted where it would be read as another value.
    return as_text(keyword, value, {"type": "json", "separator": None, "default": None})


def _keyword(option: Option) -> str:
    return option.name.replace("-", "_").lower() if option.positional else option.name.replace("-", "_")


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
