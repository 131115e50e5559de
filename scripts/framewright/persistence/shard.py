"""What a job makes of the clips of one shard, and its account: how many, what was lost and why, and when."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any

from framewright.errors import UserError
from framewright.persistence.augment import augment_all
from framewright.persistence.base import BaseSet, Clip, PackedClip, base_clips
from framewright.persistence.folder import taken
from framewright.persistence.store import Clips
from framewright.persistence.transients import Variant

TOGETHER = 8  # clips that are augmented at once


@dataclass
class Account:
    """Counts of one shard. `lost` has the number of each clip that was lost, the reason in a word and in a sentence."""

    clips: int = 0
    transients: int = 0
    lost: list[tuple[int, str, str]] = field(default_factory=list)
    began: float = 0.0  # seconds since 1970, and so different in each run
    ended: float = 0.0


def make_base(
    base: dict[str, Any], folder: str | None, visible_share: float, seed: int, indices: range, account: Account
) -> Iterator[Clip]:
    """The base clips with these numbers, rendered, or taken from `folder` where one is given; counted as they pass."""
    ours = base_clips(BaseSet(**base), seed, indices)
    given = taken(folder, seed, visible_share, indices) if folder else ours
    for clip in given:
        if isinstance(clip, Clip):
            account.clips += 1
            yield clip
        else:
            account.lost.append(clip)


def make_augmented(
    clips: Clips, variant: dict[str, Any], name: str, seed: int, account: Account
) -> Iterator[Clip | PackedClip]:
    """The clips with this variant's transients; counted as they pass. A clip that can't be read is lost."""
    chosen = Variant(**variant | {"colour": tuple(variant["colour"])})
    for first in range(0, len(clips), TOGETHER):
        read = _read(clips, range(first, min(first + TOGETHER, len(clips))), account)
        for _, alike in groupby(read, key=lambda clip: clip.known["resolution"]):
            for made in augment_all(list(alike), chosen, name, seed):
                account.clips += 1
                account.transients += made.known["num_transients"]
                yield made


def _read(clips: Clips, places: range, account: Account) -> Iterator[Clip | PackedClip]:
    for place in places:
        try:
            yield clips[place]
        except (OSError, ValueError, UserError) as error:
            account.lost.append((clips.numbers[place], "damaged", str(error)))


def write_account(path: str | Path, account: Account) -> None:
    """Write an account as JSON."""
    Path(path).write_text(json.dumps(vars(account), indent=1) + "\n", encoding="utf-8")


def read_account(path: str | Path) -> Account:
    """Read an account."""
    account = Account(**json.loads(Path(path).read_text(encoding="utf-8")))
    account.lost = [tuple(entry) for entry in account.lost]
    return account
