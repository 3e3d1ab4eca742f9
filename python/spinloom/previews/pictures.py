"""Images of Pillow, figures of Matplotlib and Plotly."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .making import Maker, Preview

_SIDES = (160, 96, 64)
_LARGEST = 24_000
"""Bytes of a picture: encoded as text they are a third more."""
_POINTS = 20_000
_PLOTLY_POINTS = 1000
_DRAWING = 0.3
"""Seconds that drawing may take: text and a first look for fonts are slow."""
_SPEC = 12_000
_TRACES = 20


def show(maker: Maker, value: Any, depth: int) -> Preview | None:
    """An image or a figure."""
    for module, name, how in _KINDS:
        kind = getattr(sys.modules.get(module), name, None)
        if kind is not None and isinstance(value, kind):
            shown: Preview = how(maker, value, depth)
            return shown
    return None


def _image(maker: Maker, value: Any, depth: int) -> Preview:
    width, height = value.size
    preview = maker.begin("image", value, depth, width=width, height=height, mode=value.mode)
    if depth == 0 and width and height:
        data = _thumbnail(value)
        if data is not None:
            preview.update(media="image/png", data=data)
    return preview


def _thumbnail(image: Any) -> str | None:
    alpha = image.mode in ("RGBA", "LA", "PA")
    for side in _SIDES:
        scale = min(1.0, side / max(image.size))
        size = (max(1, int(image.width * scale)), max(1, int(image.height * scale)))
        small = image.resize(size, 0 if image.mode in ("1", "P", "PA") else 2, reducing_gap=2.0 if scale < 1 else None)
        if small.mode.startswith(("I", "F")):
            return None
        plain = small.convert("RGBA" if alpha else "L" if small.mode in ("1", "L") else "RGB")
        data = png(*plain.size, len(plain.getbands()), plain.tobytes())
        if len(data) <= _LARGEST:
            return base64(data)
    return None


def png(width: int, height: int, channels: int, pixels: bytes) -> bytes:
    """A PNG file of 8-bit pixels: 1 channel is grey, 3 are RGB, 4 are RGBA."""
    import struct
    import zlib

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    row = width * channels
    rows = b"".join(b"\0" + pixels[start : start + row] for start in range(0, row * height, row))
    header = struct.pack(">IIBBBBB", width, height, 8, {1: 0, 3: 2, 4: 6}[channels], 0, 0, 0)
    parts = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows, 6)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


def base64(data: bytes) -> str:
    """Bytes as JSON can have them."""
    from binascii import b2a_base64

    return b2a_base64(data, newline=False).decode()


def _figure(maker: Maker, value: Any, depth: int) -> Preview:
    axes = value.axes
    titles = [axis.get_title() for axis in axes if axis.get_title()]
    preview = maker.begin("figure", value, depth, axes=len(axes))
    if titles:
        preview["title"] = maker.text(titles[0])
    if depth == 0 and maker.may_call and _points(axes) <= _POINTS:
        data = _drawn(maker, value)
        if data is not None:
            preview.update(media="image/png", data=data)
    return preview


def _points(axes: list[Any]) -> int:
    """How much there is to draw."""
    count = 0
    for axis in axes:
        count += sum(len(line.get_xdata(orig=True)) for line in axis.get_lines())
        count += sum(len(one.get_offsets()) + len(one.get_paths()) for one in axis.collections)
        count += 20 * len(axis.patches) + 100 * len(axis.texts)
        count += sum(image.get_array().size // 50 for image in axis.images if image.get_array() is not None)
    return count


def _drawn(maker: Maker, figure: Any) -> str | None:
    from io import BytesIO

    maker.prolong(_DRAWING)
    width, height = figure.get_size_inches()
    for side in (320, 200):
        file = BytesIO()
        figure.savefig(file, format="png", dpi=side / max(width, height, 0.1))
        if file.tell() <= _LARGEST:
            return base64(file.getvalue())
    return None


def _plotly(maker: Maker, value: Any, depth: int) -> Preview:
    traces = value.data
    preview = maker.begin("figure", value, depth, traces=[])
    for trace in traces[:_TRACES]:
        shown = {"type": maker.text(str(trace.type)), "points": _length(trace)}
        if trace.name:
            shown["name"] = maker.text(str(trace.name))
        preview["traces"].append(shown)
    title = value.layout.title.text
    if title:
        preview["title"] = maker.text(str(title))
    if depth == 0 and sum(_length(trace) for trace in traces) <= _PLOTLY_POINTS:
        spec = _plain(maker, _without_template(value), 0)
        import json

        if len(json.dumps(spec)) <= _SPEC:
            preview["spec"] = spec
    return preview


def _without_template(figure: Any) -> dict[str, Any]:
    """What the figure says; the theme is most of the text, and viewers have their own."""
    spec: dict[str, Any] = figure.to_plotly_json()
    layout = {name: part for name, part in spec.get("layout", {}).items() if name != "template"}
    return {"data": spec.get("data", []), "layout": layout}


def _length(trace: Any) -> int:
    sizes = [len(one) for name in ("x", "y", "z", "values") if (one := getattr(trace, name, None)) is not None]
    return max(sizes, default=0)


def _plain(maker: Maker, part: Any, depth: int) -> Any:
    """A part of a figure as JSON."""
    if depth > 12:
        return None
    if isinstance(part, dict):
        return {str(name): _plain(maker, one, depth + 1) for name, one in part.items()}
    if isinstance(part, (list, tuple)):
        return [_plain(maker, one, depth + 1) for one in part]
    if hasattr(part, "tolist") and getattr(part, "ndim", 0):
        return _plain(maker, part.tolist(), depth + 1)
    return maker.text(part, _SPEC) if isinstance(part, str) else maker.cell(part)


_KINDS = (
    ("PIL.Image", "Image", _image),
    ("matplotlib.figure", "Figure", _figure),
    ("plotly.basedatatypes", "BaseFigure", _plotly),
)
