"""Models with scikit-learn's interface: what they were told, and what they learnt."""

from __future__ import annotations

from itertools import islice

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .making import Maker, Preview

_PARAMETERS = 30
_FITTED = 20


def show(maker: Maker, value: Any, depth: int) -> Preview | None:
    """The class of a model, the parameters that are not `None`, and the attributes that `fit` made."""
    if not callable(getattr(type(value), "get_params", None)):
        return None
    preview = maker.begin("model", value, depth, parameters=[])
    if depth > 2:
        return preview
    given = [(name, one) for name, one in value.get_params(deep=False).items() if one is not None]
    for name, one in given[:_PARAMETERS]:
        preview["parameters"].append([maker.text(str(name)), maker.show(one, depth + 1)])
    preview["fitted"] = fitted = []
    learnt = [name for name in vars(value) if name.endswith("_") and not name.startswith("_")]
    for name in islice(learnt, _FITTED if depth == 0 else 0):
        fitted.append([maker.text(name), maker.show(vars(value)[name], depth + 1)])
    return preview
