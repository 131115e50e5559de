"""Names, tables of relaxation, evaluation videos, near duplicates and splits."""

import math
from dataclasses import replace

import numpy as np
import pytest
from curated import subset_item
from made_candidates import EVERY, made_up

from framewright.errors import UserError
from framewright.tracks.curation.duplicates import find_repeated, near_duplicates
from framewright.tracks.curation.evaluation import evaluation_videos, read_evaluation_videos
from framewright.tracks.curation.names import file_name, full_name
from framewright.tracks.curation.options import Constraints, Likeness, Subset, read_subset
from framewright.tracks.curation.relaxation import count_fills, read_fills, write_fills
from framewright.tracks.curation.splits import assign
from framewright.tracks.curation.subsets import choose
from framewright.tracks.curation.tables import tabulate_subsets
from framewright.tracks.metrics.vectors import compute_distances, quantise, squared_threshold

CB = Subset("x", max_per_class=1000)


@pytest.mark.parametrize(
    ("subset", "count", "name"),
    [
        (CB, 392_417, "TrackVerseLVIS-CB1000-392K-T0.jsonl.gzip"),
        (replace(CB, temperature=math.inf), 392_417, "TrackVerseLVIS-CB1000-392K-Tinf.jsonl.gzip"),
        (replace(CB, temperature=0.1, max_per_class=2), 7, "TrackVerseLVIS-CB2-7-T0.1.jsonl.gzip"),
        (Subset("x", "random", max_tracks=82_000), 82_000, "TrackVerseLVIS-82K-RND.jsonl.gzip"),
        (Subset("x", "max_motion", max_per_class=100), 999, "TrackVerseLVIS-MaxQ90Motion-CB100-999.jsonl.gzip"),
        (Subset("x", "min_redundancy", max_per_class=100), 82_001, "TrackVerseLVIS-MinRed-CB100-82K.jsonl.gzip"),
        (
            replace(CB, constraints=Constraints(1.0, 0.0, 0.5, math.inf, 0.25)),
            392_000,
            "TrackVerseLVIS-CB1000-392K-T0MinNNDist0.2MaxIoU0.50BufinfMinQ90Motion1.0.jsonl.gzip",
        ),
    ],
)
def test_subsets_have_the_documented_names(subset, count, name):
    assert file_name("TrackVerseLVIS", subset, count) == name


def test_the_index_has_its_documented_name():
    assert full_name("TrackVerseLVIS", 4_123_456) == "TrackVerseLVIS-Full-4M.jsonl.gzip"
    assert full_name("D", 17) == "D-Full-17.jsonl.gzip"


@pytest.mark.parametrize("subset", EVERY, ids=lambda subset: subset.name)
def test_a_table_of_relaxation_adds_up(subset, tmp_path):
    tracks = made_up()
    choice = choose(tracks, subset)
    rows = count_fills(subset, choice, tracks.classes[choice.places], tracks.names)
    assert sum(row.taken for row in rows) == len(choice.places)
    assert [row.found for row in rows] == np.bincount(tracks.classes).tolist()
    for row in rows:
        assert row.taken == row.as_asked + sum(row.relaxed.values())
        assert row.taken <= min(row.asked, row.found)
    write_fills(tmp_path / "x.tsv", rows)
    assert read_fills(tmp_path / "x.tsv") == rows


def test_the_card_has_a_table_of_subsets_with_their_files_and_relaxations(tmp_path):
    tracks = made_up()
    item = subset_item({"name": "moving", "max_per_class": 40, "min_motion": 1.5, "relax": [0.5, 0]})
    subset = read_subset(item, 0)
    choice = choose(tracks, subset)
    rows = count_fills(subset, choice, tracks.classes[choice.places], tracks.names)
    write_fills(tmp_path / "x.tsv", rows)
    line = tabulate_subsets("D", [item], [tmp_path / "x.tsv"]).splitlines()[2]
    taken, met, half = (
        sum(column) for column in zip(*((r.taken, r.as_asked, r.relaxed[0.5]) for r in rows), strict=True)
    )
    assert line.startswith(f"| moving | `D-CB40-{taken}-T0MinQ90Motion1.5.jsonl.gzip` | {taken} | ")
    assert line.endswith(f" | {met} | 0.5: {half}, 0: {taken - met - half} |") and 0 < met < met + half < taken
    assert tabulate_subsets("D", [], []) == ""


def test_relaxation_is_not_silent_and_hard_is_hard():
    tracks = made_up()
    asked = Constraints(min_motion=1.5)
    soft = Subset("x", max_per_class=40, constraints=replace(asked, relax=(0.5, 0.0)))
    choice = choose(tracks, soft)
    rows = count_fills(soft, choice, tracks.classes[choice.places], tracks.names)
    for code, row in enumerate(rows):
        motion = tracks.motion[choice.places[tracks.classes[choice.places] == code]]
        assert row.as_asked == int((motion >= 1.5).sum())
        assert row.relaxed[0.5] == int(((motion >= 0.75) & (motion < 1.5)).sum())
    assert any(row.relaxed[0.0] for row in rows)
    for hard in (
        replace(soft, constraints=asked),
        replace(soft, constraints=replace(asked, relax=(0.5,), hard=("min_motion",))),
    ):
        assert (tracks.motion[choose(tracks, hard).places] >= 1.5).all()


def test_a_verified_list_names_videos_in_the_published_format_or_plainly(tmp_path):
    md5 = "0123456789abcdef0123456789abcdef"
    listed = tmp_path / "verified.txt"
    listed.write_text(
        f"-a_b-c-d_ef-Aerosol-can-{md5}.mp4,Aerosol_can\nstreet-person-{md5}.mp4,Person\nplain\n\nunknown\n"
        f"long-name-of-ours-dog-{md5}.mp4,Dog\n"
    )
    ours = {"-a_b-c-d_ef", "street", "plain", "long-name-of-ours", "other"}
    assert evaluation_videos(read_evaluation_videos(listed), ours) == ours - {"other"}
    with pytest.raises(UserError, match="not a list of evaluation videos"):
        read_evaluation_videos(tmp_path / "absent.txt")


def planted(count: int, dimensions: int = 64):
    """Vectors of `count` different things, then two noisy copies of each tenth in other videos."""
    rng = np.random.default_rng(5)
    things = rng.standard_normal((count, dimensions))
    copied = np.repeat(np.arange(0, count, 10), 2)
    vectors, _ = quantise(
        np.concatenate([things, things[copied] + 0.1 * rng.standard_normal((len(copied), dimensions))])
    )
    signatures = rng.integers(0, 1 << 63, count).astype(np.uint64)
    signatures = np.concatenate([signatures, signatures[copied] ^ np.uint64(0b101)])
    return vectors, np.arange(len(vectors)) % 997, signatures


@pytest.mark.slow
@pytest.mark.parametrize("count", [500, 18_000])  # in one bucket, and in many
def test_near_duplicates_are_those_that_trying_all_pairs_gives(count):
    vectors, videos, signatures = planted(count)
    likeness = Likeness(sure_distance=0.01, max_distance=0.4, max_bits=4)
    pairs = near_duplicates(vectors, videos, signatures, likeness)
    most, expected = squared_threshold(0.4, 64), set()
    for start in range(0, len(vectors), 1000):
        rows, columns = np.nonzero(compute_distances(vectors[start : start + 1000], vectors) <= most)
        for one, other in zip((rows + start).tolist(), columns.tolist(), strict=True):
            if (
                one < other
                and videos[one] != videos[other]
                and bin(int(signatures[one] ^ signatures[other])).count("1") <= 4
            ):
                expected.add((one, other))
    found = list(zip(pairs.one.tolist(), pairs.other.tolist(), strict=True))
    assert len(found) == len(set(found)) and set(found) <= expected
    assert len(found) >= 0.95 * len(expected) > 100
    assert found == sorted(found)


def test_pairs_of_one_video_do_not_count():
    vectors, videos, signatures = planted(500)
    assert not len(near_duplicates(vectors, np.zeros_like(videos), signatures, Likeness()).one)


def test_of_near_duplicates_the_best_is_kept():
    vectors, videos, signatures = planted(500)
    pairs = near_duplicates(vectors, videos, signatures, Likeness(max_distance=0.4))
    rank = np.random.default_rng(0).permutation(len(vectors))
    gone = find_repeated(pairs, rank)
    assert gone and not set(gone) & set(gone.values())
    assert all(rank[kept] < rank[removed] for removed, kept in gone.items())
    for one, other in zip(pairs.one.tolist(), pairs.other.tolist(), strict=True):
        assert one in gone or other in gone


def test_videos_with_near_duplicates_share_a_split():
    videos = [f"v{k}" for k in range(300)]
    together = [("v0", "v1"), ("v1", "v200"), ("v7", "v8")]
    shares = {"train": 0.8, "test": 0.2}
    splits, faults = assign(videos, together, shares, 0, {"v8": "test"})
    assert not faults and splits["v0"] == splits["v1"] == splits["v200"] and splits["v7"] == "test"
    assert 200 < sum(split == "train" for split in splits.values()) < 270
    fewer, _ = assign(videos[::3], [("v0", "v1")][:0], shares, 0, {})
    assert all(fewer[video] == splits[video] for video in fewer if video not in ("v0", "v1", "v200", "v7", "v8"))
    torn, faults = assign(videos, together, shares, 0, {"v0": "train", "v200": "test"})
    assert faults == ["v0, v1, v200: near duplicates in test and train"] and torn["v200"] == "test"
