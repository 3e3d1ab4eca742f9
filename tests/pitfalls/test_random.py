"""Random numbers: what the flow seeded is the same in every task, everything else differs (architecture § 4).

As in Metaflow, where each task imports the flow anew, however its tasks are started here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Pit

UNSEEDED = {
    "stdlib": ("import random", "random.random()"),
    "stdlib, drawn from": ("import random\nrandom.random()", "random.random()"),
    "numpy's global one": ("import numpy.random", "numpy.random.rand()"),
    "numpy's global one, drawn from": ("import numpy.random\nnumpy.random.rand()", "numpy.random.rand()"),
    "default_rng": ("import numpy as np\nRNG = np.random.default_rng()", "RNG.random()"),
    "default_rng, drawn from": ("import numpy as np\nRNG = np.random.default_rng()\nRNG.random()", "RNG.random()"),
    "default_rng in a class": (
        "import numpy as np\nclass Noise:\n    rng = np.random.default_rng()",
        "Noise.rng.random()",
    ),
    "children of default_rng": ("import numpy as np\nRNG = np.random.default_rng()", "RNG.spawn(1)[0].random()"),
    "RandomState": ("import numpy as np\nRNG = np.random.RandomState()", "RNG.random_sample()"),
    "Philox": ("import numpy as np\nRNG = np.random.Generator(np.random.Philox())", "RNG.random()"),
    "SFC64": ("import numpy as np\nRNG = np.random.Generator(np.random.SFC64())", "RNG.random()"),
    "uuid4": ("import uuid\nuuid.uuid4()", "str(uuid.uuid4())"),
    "uuid1": ("import uuid\nuuid.uuid1()", "str(uuid.uuid1())"),
    "secrets": ("import secrets\nsecrets.token_hex()", "secrets.token_hex()"),
    "ssl": ("import ssl\nssl.RAND_bytes(8)", "ssl.RAND_bytes(8).hex()"),
    "tempfile": ("import tempfile\ntempfile.mktemp()", "tempfile.mktemp()"),
}
SEEDED = {
    "stdlib": ("import random", "random.random()", "random.seed(7)"),
    "stdlib, drawn from": ("import random", "random.random()", "random.seed(7)\nrandom.random()"),
    "Random": ("import random\nRNG = random.Random(7)", "RNG.random()"),
    "numpy's global one": ("import numpy as np\nnp.random.seed(7)", "np.random.rand()"),
    "default_rng": ("import numpy as np\nRNG = np.random.default_rng(7)", "RNG.random()"),
    "default_rng, by words": ("import numpy as np\nRNG = np.random.default_rng([7, 8])", "RNG.random()"),
    "default_rng, by 128 bits": (
        "import numpy as np\nRNG = np.random.default_rng(122807528840384100672342137672332424406)",
        "RNG.random()",
    ),
    "default_rng, by 128 bits in hexadecimal": (
        "import numpy as np\nRNG = np.random.default_rng(0x5C64_1F3B3A7B3CF7D6F8A5B3C2D1E0F9)",
        "RNG.random()",
    ),
    "RandomState": ("import numpy as np\nRNG = np.random.RandomState(7)", "RNG.random_sample()"),
}


@pytest.mark.parametrize("how", UNSEEDED)
def test_unseeded_numbers_differ_in_each_task(pit: Pit, how: str) -> None:
    imports, draw = UNSEEDED[how]
    if "numpy" in imports:
        pit.needs("numpy")
    ending = pit.run(imports, f"saw = {draw}")
    assert ending.forked_silently
    assert len(set(ending.saw)) == 3


@pytest.mark.parametrize("how", SEEDED)
def test_seeded_numbers_are_those_of_a_fresh_interpreter(pit: Pit, how: str) -> None:
    imports, draw, *then = SEEDED[how]
    if "numpy" in imports:
        pit.needs("numpy")
    forked = pit.run(imports, f"saw = {draw}", *then, isolation="fork")
    fresh = pit.run(imports, f"saw = {draw}", *then, isolation="spawn")
    assert (forked.fresh, fresh.fresh) == (False, True)
    assert set(forked.saw) == set(fresh.saw)
    assert len(set(forked.saw)) == 1


def test_a_generator_in_a_module_of_the_flow(pit: Pit) -> None:
    """Imported before Spinloom: nothing has to watch it being made."""
    pit.needs("numpy")
    (pit.folder / "noise.py").write_text("import numpy as np\nRNG = np.random.default_rng()\n")
    assert len(set(pit.run("import noise", "saw = noise.RNG.random()").saw)) == 3


def test_a_long_seed_in_a_module_of_the_flow(pit: Pit) -> None:
    pit.needs("numpy")
    seed = "122807528840384100672342137672332424406"
    (pit.folder / "noise.py").write_text(f"import numpy as np\nRNG = np.random.default_rng({seed})\n")
    assert len(set(pit.run("import noise", "saw = noise.RNG.random()").saw)) == 1


def test_hashes_of_text_are_shared(pit: Pit) -> None:
    """Python's hash seed belongs to the interpreter, which forked tasks share: sets of text are in one order in all."""
    assert len(set(pit.run("", "saw = hash('text')").saw)) == 1
