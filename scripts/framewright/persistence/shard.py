"""What a job makes of the clips of one shard, and its account: how many, what was lost and why, and when."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

from framewright.errors import UserError
from framewright.persistence.augment import augment_all
from framewright.persistence.base import Clip, PackedClip, render_base_clips
from framewright.persistence.base_folder import read_base_folder
from framewright.persistence.specs import BaseSpec, Variant
from framewright.persistence.store import Clips
from framewright.study.record import read_record, write_record

Loss = tuple[int, str, str]  # the number of a clip that was lost, the reason in a word and in a sentence

TOGETHER = 8  # clips that are augmented at once


@dataclass
class Account:
    """Counts of one shard. `lost` has the number of each clip that was lost, the reason in a word and in a sentence."""

    clips: int = 0
    transients: int = 0
    lost: list[Loss] = field(default_factory=list)
    began: float = 0.0  # seconds since 1970, and so different in each run
    ended: float = 0.0


def make_base_shard(
    base: BaseSpec, folder: str | None, min_visible_share: float, seed: int, indices: range, account: Account
) -> Iterator[Clip]:
    """The base clips with these numbers, rendered, or taken from `folder` where one is given; counted as they pass."""
    clips: Iterator[Clip | Loss] = render_base_clips(base, seed, indices)
    if folder:
        clips = read_base_folder(folder, seed, min_visible_share, indices)
    for clip in clips:
        if isinstance(clip, Clip):
            account.clips += 1
            yield clip
        else:
            account.lost.append(clip)


def augment_shard(
    clips: Clips, variant: Variant, name: str, seed: int, account: Account
) -> Iterator[Clip | PackedClip]:
    """The clips with this variant's transients; counted as they pass. A clip that can't be read is lost."""
    for first in range(0, len(clips), TOGETHER):
        read = _read(clips, range(first, min(first + TOGETHER, len(clips))), account)
        for _, alike in groupby(read, key=lambda clip: clip.known["resolution"]):
            for made in augment_all(list(alike), variant, name, seed):
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
    write_record(path, vars(account))


def read_account(path: str | Path) -> Account:
    """Read an account."""
    account = Account(**read_record(path))
    account.lost = [(int(index), str(reason), str(detail)) for index, reason, detail in account.lost]
    return account
