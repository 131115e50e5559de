"""The contract of the patches notices each way in which a dataset can be wrong, and names it."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest
from make_patches import CATEGORIES, plan, row, write_files

from framewright.patches.contract import check_dataset
from framewright.patches.stack import decode_png, encode_png

SHARES = {"one": {"general": 0.5}, "two": {"general": 0.5}}
PLANS = [plan(video, {"general": 2}) for video in SHARES]
ROWS = [row(video, number) for video in SHARES for number in range(2)]
KERNEL = "small pictures are made of the sharp one by the kernel that the row names"
SIZES = "sharp and small pictures have the sizes of their format, a third on both axes"
FILES = "each patch has a row, and each row its files"
FOLDERS = "each category has all its folders, and LR leads to LR_5frames"


@pytest.fixture
def dataset(tmp_path) -> Path:
    for patch in ROWS:
        write_files(tmp_path, patch)
    (tmp_path / "G/Learn/Tiny/LR").symlink_to("LR_5frames")
    (tmp_path / "G/Learn/Val/GT").mkdir(parents=True)
    return tmp_path


def broken(dataset: Path, rows=ROWS, plans=PLANS, lost=None, shares=SHARES, categories=CATEGORIES) -> list[str]:
    return [found.name for found in check_dataset(dataset, rows, plans, lost or {}, shares, categories) if not found.ok]


def test_a_good_dataset_keeps_it(dataset):
    assert broken(dataset) == []
    assert broken(dataset, ROWS[:3], lost={("two", "general"): 1}) == [FILES]  # of a file without a row


def changed(dataset: Path, kind: str, change) -> None:
    path = dataset / ROWS[0].files[kind]
    path.write_bytes(encode_png(change(decode_png(path.read_bytes()))))


DAMAGE = {
    "another kernel, the decimating one": (lambda d: write_files(d, ROWS[0], "opencv_lanczos4"), [KERNEL]),
    "a stack shifted by a pixel": (lambda d: changed(d, "LR_7frames", lambda p: np.roll(p, 1, axis=1)), [KERNEL]),
    "another picture": (lambda d: changed(d, "GT", lambda p: 255 - p), [KERNEL]),
    "width and height swapped": (lambda d: changed(d, "GT", lambda p: p.transpose(1, 0, 2)), [SIZES, KERNEL]),
    "a third on one axis alone": (
        lambda d: changed(d, "LR_5frames", lambda p: cv2.resize(p, (24, len(p)))),
        [SIZES, KERNEL],
    ),
    "a file cut short": (lambda d: (d / ROWS[0].gt).write_bytes((d / ROWS[0].gt).read_bytes()[:300]), [KERNEL]),
    "no file": (lambda d: (d / ROWS[0].gt).unlink(), [FILES, SIZES, KERNEL]),
    "a file that nobody knows": (lambda d: (d / "G/Learn/Tiny/GT/x.png").write_bytes(b""), [FILES]),
    "no link": (lambda d: (d / "G/Learn/Tiny/LR").unlink(), [FOLDERS]),
    "no place for pictures picked by hand": (lambda d: (d / "G/Learn/Val/GT").rmdir(), [FOLDERS]),
}


@pytest.mark.parametrize(("damage", "named"), DAMAGE.values(), ids=DAMAGE)
def test_damage_breaks_it(dataset, damage, named):
    damage(dataset)
    assert broken(dataset) == named


def test_windows_must_not_share_frames_and_hold_seven_in_order(dataset):
    first, second, *others = ROWS
    overlap = replace(second, times=(*first.times[3:], *(first.times[-1] + Fraction(k, 24) for k in (1, 2, 3))))
    assert broken(dataset, [first, overlap, *others]) == ["no frame of a film is in two windows"]
    name = "the sharp picture is the middle one of seven neighbours"
    for times in (second.times[:5], second.times[::-1], (second.times[0],) * 7):
        assert broken(dataset, [first, replace(second, times=times), *others]) == [name]


def test_weights_counts_targets_and_splits_must_be_right(dataset):
    shares = {"one": {"general": 0.1, "toon": 0.9}, "two": {"general": 1}}
    assert broken(dataset, shares=shares) == ["categories get windows by their shares"]
    plans = [PLANS[0], replace(PLANS[1], counts={"general": 3})]
    assert broken(dataset, plans=plans) == ["what was planned is there, or was lost for a reason"]
    capped = {"general": replace(CATEGORIES["general"], target=3)}
    assert broken(dataset, categories=capped) == ["no category has more than its target"]
    both = [replace(ROWS[0], split="val"), *ROWS[1:]]
    assert "a film is in one split alone" in broken(dataset, both)
