"""The dataset as it is documented: all parts' files, linked together, nothing copied where the disk allows."""

from collections.abc import Iterable
from pathlib import Path

from framewright.exports.link import link_file
from framewright.patches.formats import FOLDERS, HELD_OUT


def gather(parts: Iterable[str | Path], name: str, target: Path) -> int:
    """Make the folder `target` of all files that `parts` hold in their folder `name`; returns how many.

    It has all folders that belong there, also when they are empty, and LR, which trainers look for, beside LR_5frames.
    """
    held_out = Path(name).name in HELD_OUT.values()
    kinds = ("GT", "LR", "LR_7frames") if held_out else FOLDERS
    for kind in kinds:
        (target / kind).mkdir(parents=True)
    if not held_out:
        (target / "LR").symlink_to("LR_5frames")
    count = 0
    for part in parts:
        for kind in kinds:
            for file in sorted(Path(part, name, kind).glob("*.png")):
                link_file(file, target / kind / file.name)
                count += 1
    return count
