"""What a job makes of the clips of one shard, and its account: how many, what was lost and why, and when."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from framewright.errors import UserError
from framewright.persistence.augment import augment
from framewright.persistence.base import BaseSet, Clip, base_clips
from framewright.persistence.folder import taken
from framewright.persistence.store import Clips
from framewright.persistence.transients import Variant


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


def make_augmented(clips: Clips, variant: dict[str, Any], name: str, seed: int, account: Account) -> Iterator[Clip]:
    """The clips with this variant's transients; counted as they pass. A clip that can't be read is lost."""
    chosen = Variant(**variant | {"colour": tuple(variant["colour"])})
    for position, index in enumerate(clips.numbers):
        try:
            clip = clips[position]
        except (OSError, ValueError, UserError) as error:
            account.lost.append((index, "damaged", str(error)))
            continue
        made = augment(clip, chosen, name, seed)
        account.clips += 1
        account.transients += made.metadata["num_transients"]
        yield made


def write_account(path: str | Path, account: Account) -> None:
    """Write an account as JSON."""
    Path(path).write_text(json.dumps(vars(account), indent=1) + "\n", encoding="utf-8")


def read_account(path: str | Path) -> Account:
    """Read an account."""
    account = Account(**json.loads(Path(path).read_text(encoding="utf-8")))
    account.lost = [tuple(entry) for entry in account.lost]
    return account
