"""Where randomness begins: a generator of its own for everything that has a name."""

import hashlib

import numpy as np


def make_generator(seed: int, *names: object) -> np.random.Generator:
    """The generator that belongs to these names: the same in whatever order, and by whichever job, it is asked for."""
    digest = hashlib.sha256("/".join(map(str, names)).encode()).digest()
    return np.random.default_rng(np.random.SeedSequence([seed, *digest]))
