"""Which files of weights a run reads. Apart from what reads them, so that the workflow can ask without loading that."""

from collections.abc import Mapping
from typing import Any


def files(settings: Mapping[str, Any]) -> list[str]:
    """The files that the settings of the segments name: the models of filters that are on."""
    cartoon, aesthetic = settings["cartoon"], settings["aesthetic"]
    encoder = aesthetic["encoder"] if aesthetic["weights"] else None
    return [name for name in (cartoon["weights"], aesthetic["weights"], encoder) if name]
