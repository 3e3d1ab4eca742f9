"""Runs a step's body with the decorators round it that users have written (CD-01 … CD-04)."""

from __future__ import annotations

from ..decorators.custom import GeneratorDecorator
from ..exceptions import InvalidDecorator
from ..state import Transition

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from ..decorators.custom import Custom, UserStepDecorator
    from ..flow import FlowSpec

    Arguments = dict[str, Any]


class Wrapped:
    """A step's body and the decorators round it, called as the body itself is."""

    def __init__(self, document: dict[str, Any], body: Callable[..., Any], decorators: list[Custom]) -> None:
        self.document = document
        self.name: str = document["name"]
        self.body = body
        self.layers = [_layer(record, self.name) for record in decorators]

    def __call__(self, flow: FlowSpec, *inputs: Any) -> None:
        """The outermost decorator begins first and ends last. What one raises before the step, none of the others sees."""
        entered: list[_Layer] = []
        instead: Any = None
        arguments: Arguments | None = None
        for layer in self.layers:
            entered.append(layer)
            instead, arguments = layer.enter(self.name, flow, inputs[0] if inputs else None)
            if instead is not None or arguments is not None:
                break  # the layers further inside are part of what does not run
        error: Exception | None = None
        try:
            if instead is not None:
                arguments = entered[-1].said(instead(flow, *inputs))
                if arguments is None and flow._spinloom.transition is None:
                    arguments = {}
            elif arguments is None:
                self.body(flow, *inputs)
        except Exception as raised:
            error = raised
        arguments = self._leave(entered, flow, error, arguments)
        if arguments is not None:
            self._go_on(flow, arguments, entered[-1])

    def _leave(
        self, entered: list[_Layer], flow: FlowSpec, error: Exception | None, arguments: Arguments | None
    ) -> Arguments | None:
        """Ends what has begun. Raises what is left of an error; returns what to go on with, if the step has not said so."""
        for layer in reversed(entered):
            try:
                left, said = layer.leave(self.name, flow, error)
            except InvalidDecorator:
                raise  # ours: no decorator is to let it pass
            except Exception as raised:
                error = raised
                continue
            if said is not None:
                arguments = said
            elif error is not None and left is None and arguments is None and flow._spinloom.transition is None:
                arguments = {}  # it was let pass: the step goes on as it would have
            error = left
        if error is not None:
            raise error
        return arguments

    def _go_on(self, flow: FlowSpec, arguments: Arguments, layer: _Layer) -> None:
        """Says what the step's own `self.next` would have said, but for what a decorator has to say instead."""
        tail = self.document["tail"]
        targets = tail.get("targets")
        if not targets:
            return
        state = flow._spinloom
        if tail.get("num_parallel"):
            if state.transition is not None:
                return
            raise layer.problem(
                f"cannot skip step `{self.name}`: only its own code knows how wide its `num_parallel` is"
            )
        own = {word: tail[word] for word in ("foreach", "condition") if tail.get(word)}
        if other := arguments.keys() - own.keys():
            known = f"only `{next(iter(own))}` can be said otherwise there" if own else "it has none to say otherwise"
            raise layer.problem(f"gives the `self.next` of step `{self.name}` a `{min(other)}`: {known}")
        words = own | arguments
        steps: tuple[Any, ...] = tuple(getattr(flow, step) for step in targets)
        if own.get("condition"):
            steps = ({key: getattr(flow, step) for key, step in tail["cases"]},)
        state.transition = None
        state.next(flow, steps, words.get("foreach"), None, words.get("condition"), {})
        went: Any = state.transition
        line = tail.get("line", self.document["line"])
        state.transition = Transition(went.steps, went.foreach, self.document["file"], line)
        state.transition.decided = True


def _layer(record: Custom, step: str) -> _Layer:
    decorator = record.instance(f"step `{step}`")
    return (
        _GeneratorLayer(record, decorator) if isinstance(decorator, GeneratorDecorator) else _Layer(record, decorator)
    )


class _Layer:
    """One decorator of a step."""

    def __init__(self, record: Custom, decorator: UserStepDecorator) -> None:
        self.record = record
        self.decorator: Any = decorator

    def enter(self, step: str, flow: FlowSpec, inputs: Any) -> tuple[Any, Arguments | None]:
        """Begins: what to call instead of what is inside, or what to go on with without."""
        instead = self.decorator.pre_step(step, flow, inputs)
        skip = self.decorator.skip_step
        if skip is None or skip is False:
            return (None, None) if instead is None else (self._function(instead), None)
        return None, self.said(skip)

    def leave(self, step: str, flow: FlowSpec, error: Exception | None) -> tuple[Exception | None, Arguments | None]:
        """Ends, told of an error: what is left of that, and what to go on with, if it says so."""
        returned = self.decorator.post_step(step, flow, error)
        left, said = returned if isinstance(returned, tuple) and len(returned) == 2 else (returned, None)
        if left is not None and not isinstance(left, Exception):
            raise self.problem(
                f"returns `{returned!r}` from its `post_step`",
                ["it returns an exception, `None`, or a pair of that and the arguments for `self.next`"],
            )
        return left, self.said(said)

    def said(self, value: Any) -> Arguments | None:
        """Arguments for `self.next`, as users say them."""
        if value is None or value is False:
            return None
        if value is True:
            return {}
        if isinstance(value, dict):
            return value
        raise self.problem(
            f"says `{value!r}` where it can say `True` or give a dictionary of arguments for `self.next`"
        )

    def _function(self, instead: Any) -> Any:
        if callable(instead):
            return instead
        raise self.problem(f"has `{instead!r}` to call instead of the step, which is no function")

    def problem(self, what: str, hints: list[str] | None = None) -> InvalidDecorator:
        """An error about the decorator's behaviour in a step, at the decorator's own code."""
        record = self.record
        own = [vars(record.kind).get(name) for name in ("function", "post_step", "pre_step")]
        codes = [getattr(getattr(one, "__func__", one), "__code__", None) for one in own]
        code = next((one for one in codes if one is not None), None)
        file, line = (code.co_filename, code.co_firstlineno) if code else (record.file, record.line or None)
        return InvalidDecorator(f"decorator `{record.shown}` {what}", line, file, hints or [])


class _GeneratorLayer(_Layer):
    """One decorator that is a generator function."""

    running: Any

    def enter(self, step: str, flow: FlowSpec, inputs: Any) -> tuple[Any, Arguments | None]:
        """See `_Layer.enter`: it runs up to its `yield`."""
        kind = self.decorator
        arguments = (step, flow, inputs, dict(kind.attributes)) if kind.takes_attributes else (step, flow, inputs)
        self.running = kind.function(*arguments)
        try:
            yielded = next(self.running)
        except StopIteration:
            raise self.problem(
                f"does not yield in step `{step}`", ["it yields once: `None`, a dictionary or a function"]
            ) from None
        if yielded is None:
            return None, None
        if isinstance(yielded, dict):
            return None, yielded
        if callable(yielded):
            return yielded, None
        raise self.problem(
            f"yields `{yielded!r}` in step `{step}`",
            ["it yields `None`, a dictionary of arguments for `self.next`, or a function to call instead"],
        )

    def leave(self, step: str, flow: FlowSpec, error: Exception | None) -> tuple[Exception | None, Arguments | None]:
        """See `_Layer.leave`: it runs from its `yield` to its end."""
        try:
            if error is None:
                next(self.running)
            else:
                self.running.throw(error)
        except StopIteration:
            return None, None
        self.running.close()
        raise self.problem(f"yields a second time in step `{step}`", ["it yields once"])
