"""Takes texts apart."""

from __future__ import annotations

import re
from collections import Counter


def words(text: str) -> list[str]:
    """The words of a text in their order, in lower case."""
    return re.findall(r"[^\W\d_]+", text.lower())


def frequencies(text: str) -> Counter[str]:
    """How often each word is used."""
    return Counter(words(text))
