"""`Image`: a picture."""

from __future__ import annotations

import base64
import io
import struct
import zlib

from ..component import UserComponent, notice

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_BEGINNINGS = (
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"GIF8", "gif"),
    (b"BM", "bmp"),
    (b"II*\x00", "tiff"),
    (b"MM\x00*", "tiff"),
)


class Image(UserComponent):
    """A picture: the bytes of a PNG, JPEG, GIF, WebP, BMP or SVG file, or what the class methods take."""

    REALTIME_UPDATABLE = True

    def __init__(self, src: bytes | None = None, label: str | None = None, disable_updates: bool = True) -> None:
        self._label = label
        self._shown: tuple[str, str] = _of_bytes(src)

    @classmethod
    def from_pil_image(cls, pilimage: Any, label: str | None = None, disable_updates: bool = False) -> Image:
        """A picture of Pillow's."""
        return cls._of(_of_pillow(pilimage), label)

    @classmethod
    def from_matplotlib(cls, plot: Any, label: str | None = None, disable_updates: bool = False) -> Image:
        """A figure or axes of Matplotlib's, or what has a figure, such as a plot of pandas or seaborn."""
        return cls._of(_of_plot(plot), label)

    @classmethod
    def from_array(cls, array: Any, label: str | None = None) -> Image:
        """An array of NumPy's: height × width, or height × width × 1, 3 or 4; whole numbers to 255, or floats to 1."""
        return cls._of(_of_array(array), label)

    @classmethod
    def _of(cls, shown: tuple[str, str], label: str | None) -> Image:
        made = cls.__new__(cls)
        made._label = label
        made._shown = shown
        return made

    def update(self, image: Any, label: str | None = None) -> None:
        """Shows another picture: bytes, or one of those that the class methods take."""
        if label is not None:
            self._label = label
        if isinstance(image, (bytes, bytearray)):
            self._shown = _of_bytes(bytes(image))
        elif type(image).__module__.partition(".")[0] == "PIL":
            self._shown = _of_pillow(image)
        elif hasattr(image, "__array_interface__"):
            self._shown = _of_array(image)
        else:
            self._shown = _of_plot(image)

    def render(self) -> dict[str, Any]:
        """See `MetaflowCardComponent.render`."""
        source, problem = self._shown
        if problem:
            return notice(f"[IMAGE_RENDER FAIL]: {problem}\n\n")
        return {"type": "image", "src": source, "label": self._label, "id": self.own_id}


def _of_bytes(data: Any) -> tuple[str, str]:
    if data is None:
        return "", "`Image` needs the bytes of a picture, not `None`"
    if not isinstance(data, (bytes, bytearray)):
        return "", f"`Image` needs the bytes of a picture, not a value of type `{type(data).__name__}`"
    kind = next((kind for begins, kind in _BEGINNINGS if data.startswith(begins)), None)
    if kind is None and data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        kind = "webp"
    if kind is None and b"<svg" in data[:1000]:
        kind = "svg+xml"
    if kind is None:
        return "", "the bytes are not a picture that browsers know"
    return f"data:image/{kind};base64,{base64.b64encode(data).decode()}", ""


def _of_pillow(image: Any) -> tuple[str, str]:
    if type(image).__module__.partition(".")[0] != "PIL" and not hasattr(image, "save"):
        return "", f"a value of type `{type(image).__name__}` is not a picture of Pillow's"
    try:
        file = io.BytesIO()
        (image if image.mode in ("1", "L", "LA", "P", "RGB", "RGBA") else image.convert("RGB")).save(file, "PNG")
    except Exception as error:
        return "", f"the picture cannot be saved as PNG: {error}"
    return _of_bytes(file.getvalue())


def _of_plot(plot: Any) -> tuple[str, str]:
    figure = plot.get_figure() if hasattr(plot, "get_figure") else getattr(plot, "figure", plot)
    if not hasattr(figure, "savefig"):
        figure = plot
    if not hasattr(figure, "savefig"):
        return "", f"a value of type `{type(plot).__name__}` is not of Matplotlib's"
    try:
        file = io.BytesIO()
        figure.savefig(file, format="png")
    except Exception as error:
        return "", f"the figure cannot be drawn: {error}"
    return _of_bytes(file.getvalue())


def _of_array(array: Any) -> tuple[str, str]:
    try:
        import numpy

        pixels = numpy.asarray(array)
        if pixels.dtype.kind == "f":
            pixels = (numpy.clip(numpy.nan_to_num(pixels), 0, 1) * 255).round()
        elif pixels.dtype.kind == "b":
            pixels = pixels * 255
        if pixels.ndim == 3 and pixels.shape[2] == 1:
            pixels = pixels[:, :, 0]
        channels = 1 if pixels.ndim == 2 else pixels.shape[2] if pixels.ndim == 3 else 0
        if channels not in (1, 3, 4) or 0 in pixels.shape:
            return "", f"an array of shape {pixels.shape} is not a picture"
        data = numpy.ascontiguousarray(numpy.clip(pixels, 0, 255).astype(numpy.uint8))
    except Exception as error:
        return "", f"the array is not a picture: {error}"
    height, width = data.shape[:2]
    return _of_bytes(_png(width, height, {1: 0, 3: 2, 4: 6}[channels], data.tobytes(), width * channels))


def _png(width: int, height: int, kind: int, pixels: bytes, line: int) -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    rows = b"".join(b"\0" + pixels[at : at + line] for at in range(0, len(pixels), line))
    head = struct.pack(">IIBBBBB", width, height, 8, kind, 0, 0, 0)
    body = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows, 6)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body
