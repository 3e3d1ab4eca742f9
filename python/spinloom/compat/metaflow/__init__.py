"""``metaflow`` as Spinloom is it: which ``metaflow[.x.y]`` name is which of ours.

The finder that makes ``import metaflow`` work asks :func:`load` for each module. The map itself is in ``names``.
"""

from .loader import load

__all__ = ["load"]
