"""PyTorch's tensors and modules."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .making import Maker, Preview

_NAMES = 20
_HEAD = 8


def show(maker: Maker, value: Any, depth: int) -> Preview | None:
    """A tensor, or a module with its parameters."""
    torch = sys.modules["torch"]
    if isinstance(value, torch.Tensor):
        return _tensor(maker, value, depth)
    module = getattr(getattr(torch, "nn", None), "Module", None)
    return _module(maker, value, depth) if module is not None and isinstance(value, module) else None


def _facts(tensor: Any) -> dict[str, Any]:
    return {"shape": [int(size) for size in tensor.shape], "dtype": str(tensor.dtype)}


def _tensor(maker: Maker, value: Any, depth: int) -> Preview:
    more = {"device": str(value.device)}
    if depth == 0 and value.device.type == "cpu" and "numpy" in sys.modules:
        try:
            array = value.detach().numpy()
        except (TypeError, RuntimeError):  # a layout or type that NumPy has not
            array = None
        if array is not None:
            from .arrays import show_array

            shown = show_array(maker, value, depth, array, **more)
            shown["dtype"] = str(value.dtype)
            return shown
    preview = maker.begin("array", value, depth, **_facts(value), **more)
    if depth == 0:  # of a device's memory only a few numbers are copied
        preview["head"] = [maker.cell(number) for number in value.detach().flatten()[:_HEAD].tolist()]
    return preview


def _module(maker: Maker, value: Any, depth: int) -> Preview:
    preview = maker.begin("model", value, depth)
    if depth:
        return preview
    count = 0
    fitted: list[Any] = []
    preview["fitted"] = fitted
    for name, tensor in value.named_parameters():
        count += tensor.numel()
        if len(fitted) < _NAMES:
            fitted.append([maker.text(name), {"kind": "array", "type": "torch.Tensor", **_facts(tensor)}])
    preview["numbers"] = int(count)
    preview["parameters"] = []
    return preview
