"""Exports of patches: BasicSR's loaders find what they ask for, shards hold the patches' bytes, damage is found."""

from pathlib import Path

import numpy as np
import pytest
from basicsr_rules import read_pairs, read_scenes
from make_patches import row, write_files

from framewright.exports import shards
from framewright.exports.reader import ShardedSamples
from framewright.patches.exports.basicsr import find_faults, list_pairs, write_basicsr
from framewright.patches.exports.pairs import count_patches, list_samples
from framewright.patches.row_columns import COLUMNS
from framewright.patches.rows import make_row
from framewright.patches.stack import decode_png, unstack
from framewright.study.declared import Declared
from framewright.study.rows import write_rows

PATCHES = [row("a", 0), row("a", 1), row("b", 0)]


@pytest.fixture
def study(tmp_path):
    """(rows, dataset): three patches, and one that is not for training."""
    for patch in PATCHES:
        write_files(tmp_path / "dataset", patch)
    rows, declared = [*PATCHES, row("out", 0)], {"out": Declared("out", training=False)}
    write_rows(tmp_path / "rows.parquet", COLUMNS, map(make_row, rows), declared)
    return [tmp_path / "rows.parquet"], tmp_path / "dataset"


def test_basicsr_finds_every_pair_and_every_scene(study, tmp_path):
    rows, dataset = study
    write_basicsr(tmp_path / "export", dataset, list_pairs(rows))
    patches = {patch.patch: patch for patch in PATCHES}
    place = f"{PATCHES[0].category}/{PATCHES[0].split}"
    pairs = {name.removesuffix(".png"): (gt, lq) for name, gt, lq in read_pairs(tmp_path / "export" / place / "pairs")}
    scenes = {name: (gt, lq) for name, gt, lq in read_scenes(tmp_path / "export" / place / "scenes")}
    assert set(pairs) == set(scenes) == {Path(patch.gt).stem for patch in PATCHES}
    for patch in patches.values():
        name = Path(patch.gt).stem
        stack = unstack(decode_png((dataset / patch.lr_7frames).read_bytes()), 7)
        assert np.array_equal(scenes[name][1], stack) and np.array_equal(pairs[name][1], stack[3])
        assert np.array_equal(pairs[name][0], scenes[name][0])
        assert (tmp_path / "export" / place / f"pairs/GT/{name}.png").samefile(dataset / patch.gt)


def test_shards_hold_the_patches_as_they_are(study, tmp_path):
    rows, dataset = study
    shards.write_shards(tmp_path / "export", list_samples(rows, dataset))
    samples = ShardedSamples(tmp_path / "export", PATCHES[0].split)
    found = {(one["json"]["video"], one["json"]["patch"]): one for one in (samples[k] for k in range(len(samples)))}
    assert len(found) == len(PATCHES)
    for patch in PATCHES:
        sample = found[patch.video, patch.patch]
        for ending, name in (("gt.png", patch.gt), ("lr5.png", patch.lr_5frames), ("lr7.png", patch.lr_7frames)):
            assert sample[ending] == (dataset / name).read_bytes()


def test_exports_keep_their_promise_and_their_bytes(study, tmp_path):
    rows, dataset = study
    for name in ("one", "two"):
        write_basicsr(tmp_path / name / "basicsr", dataset, list_pairs(rows))
        shards.write_shards(tmp_path / name / "shards", list_samples(rows, dataset))
    files = [path for path in (tmp_path / "one").rglob("*") if path.is_file()]
    assert files and all(
        path.read_bytes() == (tmp_path / "two" / path.relative_to(tmp_path / "one")).read_bytes() for path in files
    )
    wanted = shards.digest_samples(list_samples(rows, dataset))
    assert count_patches(wanted, tmp_path / "one/shards").startswith("3 patches in ")
    assert list(shards.find_faults(tmp_path / "one/shards", wanted)) == []
    assert list(find_faults(tmp_path / "one/basicsr", dataset, list_pairs(rows))) == []
    write_rows(tmp_path / "fewer.parquet", COLUMNS, map(make_row, PATCHES[:2]), {})
    fewer = [tmp_path / "fewer.parquet"]
    assert list(shards.find_faults(tmp_path / "one/shards", shards.digest_samples(list_samples(fewer, dataset))))
    assert list(find_faults(tmp_path / "one/basicsr", dataset, list_pairs(fewer)))


DAMAGE = {
    "another sharp picture": ("pairs/GT/{one}.png", "pairs/GT/{other}.png", "other bytes"),
    "another one of its scene": ("scenes/GT/{one}/00000003.png", "pairs/GT/{other}.png", "other bytes"),
    "another small one": ("pairs/LQ/{one}.png", "scenes/LQ/{one}/00000000.png", "not the middle one"),
    "a frame of another scene": ("scenes/LQ/{one}/00000002.png", "scenes/LQ/{other}/00000001.png", "small frames"),
    "a small one that is large": ("pairs/LQ/{one}.png", "pairs/GT/{one}.png", "not 3 to 1"),
}


@pytest.mark.parametrize(("place", "instead", "words"), DAMAGE.values(), ids=DAMAGE)
def test_damage_is_found(study, tmp_path, place, instead, words):
    rows, dataset = study
    pairs = list_pairs(rows)
    write_basicsr(tmp_path / "export", dataset, pairs)
    assert list(find_faults(tmp_path / "export", dataset, pairs)) == []
    folder, names = tmp_path / "export" / pairs[0].place, {"one": pairs[0].name, "other": pairs[1].name}
    path, content = folder / place.format(**names), (folder / instead.format(**names)).read_bytes()
    path.unlink()  # the patch that it is linked to stays
    path.write_bytes(content)
    (fault,) = find_faults(tmp_path / "export", dataset, pairs)
    assert words in fault and pairs[0].name in fault


def test_files_and_lines_that_are_missing_are_found(study, tmp_path):
    rows, dataset = study
    pairs = list_pairs(rows)
    write_basicsr(tmp_path / "export", dataset, pairs)
    (tmp_path / "export" / pairs[0].place / "scenes/meta_info.txt").write_text("")
    (tmp_path / "export" / pairs[0].place / f"pairs/LQ/{pairs[0].name}.png").unlink()
    listed, missing = find_faults(tmp_path / "export", dataset, pairs)
    assert "does not list" in listed and "is missing" in missing
