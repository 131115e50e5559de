"""A whole study's curation on generated files: index, near duplicates, splits, subsets, documented files, contract."""

import gzip
import hashlib
import json
import zlib
from collections import Counter
from dataclasses import replace

import numpy as np
import pyarrow.parquet as pq
import pytest
from curated import DATASET, LIST, curate, make_study, subset_item

from framewright.errors import UserError
from framewright.study.buckets import bucket_names
from framewright.study.contract import Finding
from framewright.study.declared import Declared
from framewright.tracks.curation.contract import check_subsets
from framewright.tracks.curation.files import write_subset
from framewright.tracks.curation.index import read_index
from framewright.tracks.curation.options import Likeness, read_subset
from framewright.tracks.curation.scan import read_lines, scan
from framewright.tracks.curation.stages import list_stages
from framewright.tracks.curation.study import Pair, find_pairs, left_out, map_repeats
from framewright.tracks.row_columns import COLUMNS


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    return curate(make_study(tmp_path_factory.mktemp("study")), buckets=1)


def broken(findings: list[Finding]) -> list[str]:
    return [one.name for one in findings if not one.ok]


@pytest.mark.slow
def test_the_contract_of_a_sound_study_holds(study):
    assert broken(study.findings) == []


@pytest.mark.slow
@pytest.mark.parametrize("buckets", [4, 16])
def test_buckets_change_no_byte_of_any_subset(study, tmp_path, buckets):
    other = curate(make_study(tmp_path), buckets)
    assert len(other.index) == len(bucket_names(buckets)) == buckets
    for path in sorted(study.folder.iterdir()):
        assert (other.folder / path.name).read_bytes() == path.read_bytes(), path.name
    assert other.splits == study.splits and other.pairs == study.pairs


def test_each_subset_has_a_file_of_its_documented_name(study):
    names = {path.name for path in study.folder.iterdir()}
    assert f"{DATASET}-Full-{study.tracks}.jsonl.gzip" in names
    assert f"{DATASET}-CB1-4-T0.jsonl.gzip" in names and f"{DATASET}-CB2-8-Tinf.jsonl.gzip" in names
    assert f"{DATASET}-10-RND.jsonl.gzip" in names
    assert len(names) == 1 + len(LIST)


def test_the_index_is_sorted_and_verbatim(study):
    lines = list(read_lines(study.folder / f"{DATASET}-Full-{study.tracks}.jsonl.gzip"))
    written = {line for meta in study.metas for line in read_lines(meta)}
    assert set(lines) == written and len(lines) == len(written)
    keys = [(line["yid"], line["tid"]) for line in map(json.loads, lines)]
    assert keys == sorted(keys)
    for path in study.folder.iterdir():
        reader = zlib.decompressobj(wbits=31)
        assert set(reader.decompress(path.read_bytes()).splitlines(keepends=True)) <= written
        assert reader.eof and not reader.unused_data  # one member
        assert path.read_bytes()[4:8] == bytes(4)  # no time


def test_evaluation_videos_and_those_not_for_training_are_left_out_with_a_reason(study):
    reasons = {(one.video, one.reason) for one in study.left_out}
    assert ("v03", "evaluation") in reasons and ("v04", "not-for-training") in reasons
    for one in study.made:
        assert not {"v03", "v04"} & set(one.rows["video"].to_pylist())
    full = gzip.decompress((study.folder / f"{DATASET}-Full-{study.tracks}.jsonl.gzip").read_bytes())
    assert b'"yid": "v03"' in full and b'"yid": "v04"' not in full  # the index has evaluation videos, as documented


def test_tracks_without_a_clip_are_left_out_and_those_not_measured_are_no_zeros(study):
    table = read_index(study.index, ("reason", "motion_q90", "clip", "quality"))
    assert "duplicate" in table["reason"].to_pylist()
    unmeasured = [row for row in table.to_pylist() if row["clip"] and row["motion_q90"] is None]
    assert unmeasured and 0.0 not in table["motion_q90"].to_pylist()


def test_a_clip_uploaded_twice_is_found_and_both_videos_share_a_split(study):
    assert [{pair.video, pair.of_video} for pair in study.pairs] == [{"v01", "v02"}] * len(study.pairs)
    assert study.pairs and study.splits["v01"] == study.splits["v02"]
    assert {one.partner for one in study.left_out if one.reason == "repeated"} == {pair.repeats for pair in study.pairs}
    assert len(set(study.splits.values())) > 1


def test_every_column_says_what_it_means(study):
    assert all(column.sentence.endswith(".") for column in COLUMNS.values())
    assert pq.read_schema(study.index[0]).names[:2] == ["video", "item"]


@pytest.mark.parametrize(
    ("name", "harm"),
    [
        pytest.param("no evaluation video is in a subset", "leak", id="a leak"),
        pytest.param("subsets hold each track once, sorted, and none that was left out", "twice", id="twice"),
        pytest.param("no class exceeds its quota", "quota", id="too many"),
        pytest.param("what counts as met meets what was asked", "threshold", id="a silent relaxation"),
        pytest.param("tables of relaxation add up", "sums", id="a table that lies"),
        pytest.param("smaller subsets lie within larger ones of their kind", "nesting", id="no nesting"),
        pytest.param("documented files hold exactly the tracks of their subsets", "file", id="another file"),
        pytest.param("near duplicates are on one side of each split", "split", id="a torn pair"),
    ],
)
def test_a_broken_promise_is_found(study, tmp_path, name, harm):
    made, evaluation, splits, folder, pairs = list(study.made), {"v03"}, dict(study.splits), study.folder, study.pairs
    place = {one.subset.name: k for k, one in enumerate(made)}
    one = made[place["CB1"]]
    match harm:
        case "leak":
            evaluation = {one.rows["video"][0].as_py()}
        case "twice":
            made[place["CB1"]] = replace(one, rows=one.rows.take([0, 0, *range(1, len(one.rows))]))
        case "quota":
            made[place["CB1"]] = replace(one, rows=made[place["CB2"]].rows)
        case "threshold":
            moving = made[place["moving"]]
            rows = moving.rows.set_column(
                moving.rows.column_names.index("factor"), "factor", [np.ones(len(moving.rows))]
            )
            made[place["moving"]] = replace(moving, rows=rows)
        case "sums":
            made[place["CB1"]] = replace(one, fills=[replace(one.fills[0], taken=7), *one.fills[1:]])
        case "nesting":
            rows = made[place["CB2"]].rows
            kept = [track != one.rows["track"][0].as_py() for track in rows["track"].to_pylist()]
            made[place["CB2"]] = replace(made[place["CB2"]], rows=rows.filter(kept))
        case "file":
            folder = tmp_path
        case "split":
            pair = Pair("a" * 32, "v05", "b" * 32, "v06", 0.0, 0)
            pairs, splits = [pair], splits | {"v05": "train", "v06": "test"}
    findings = check_subsets(made, folder, DATASET, study.left_out, evaluation, pairs, splits)
    assert name in broken(findings)


def test_of_a_chain_of_repeats_one_is_kept():
    def pair(track: str, of: str) -> Pair:
        return Pair(track, "v" + track, of, "v" + of, 0.0, 0)

    assert map_repeats([pair("b", "a"), pair("c", "b"), pair("c", "a")]) == {"b": "a", "c": "a"}
    assert map_repeats([pair("b", "a"), pair("c", "b")]) == {"b": "a"}
    assert map_repeats([]) == {}


def test_reasons_go_before_each_other_in_a_fixed_order(study):
    table = read_index(study.index, ("video", "track", "reason"))
    declared = {"v01": Declared("v01", training=False)}
    found = left_out(table, declared, {"v01", "v02"}, {})
    assert {one.reason for one in found if one.video == "v01"} == {"not-for-training"}
    assert {one.reason for one in found if one.video == "v02"} <= {"evaluation", "duplicate"}


def test_a_subset_s_file_can_be_written_alone_and_again(study, tmp_path):
    item = subset_item(LIST[0])
    subset = read_subset(item, 0)
    rows = study.rows[subset.name]
    first = write_subset(tmp_path, DATASET, subset, rows, study.index, study.pieces).read_bytes()
    again = write_subset(tmp_path, DATASET, subset, rows, study.index, study.pieces).read_bytes()
    assert first == again == (study.folder / f"{DATASET}-CB1-4-T0.jsonl.gzip").read_bytes()
    assert len(list(tmp_path.iterdir())) == 1


def test_a_study_without_tracks_has_empty_subsets(tmp_path):
    study = curate(make_study(tmp_path, videos=0), buckets=1)
    assert broken(study.findings) == [] and study.tracks == 0
    assert find_pairs(study.index, Likeness()) == []


@pytest.mark.slow
def test_a_list_of_picked_tracks_is_a_subset(study, tmp_path):
    chosen = study.made[0].rows["track"].to_pylist()[:2]
    picked = tmp_path / "picked.txt"
    picked.write_text("\n".join(chosen) + "\n")
    more = curate(make_study(tmp_path / "study"), 1, [*LIST, {"name": "mine", "from": str(picked)}])
    assert more.made[-1].rows["track"].to_pylist() == sorted(chosen, key=chosen.index)
    assert (more.folder / f"{DATASET}-mine-2.jsonl.gzip").is_file() and broken(more.findings) == []
    picked.write_text("gone\n")
    with pytest.raises(UserError, match="1 of 1 track ids are not in the index"):
        curate(make_study(tmp_path / "again"), 1, [{"name": "mine", "from": str(picked)}])


def test_sums_of_a_subset_do_not_change_by_chance(study):
    digests = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in study.folder.iterdir()}
    assert len(set(digests.values())) >= len(digests) - 2


def test_lines_of_a_subset_name_its_tracks(study):
    for path, one in zip(study.files, study.made, strict=True):
        assert [scan(line).tid for line in read_lines(path)] == one.rows["track"].to_pylist()


def test_subsets_have_their_lines_in_the_funnel(study):
    filled = {one.subset: one.fills for one in study.made}
    candidates, *stages = list_stages(12 * 8, study.left_out, filled)
    assert candidates.name == "candidates" and candidates.entered == 12 * 8
    reasons = {reason.word: reason.number for reason in candidates.reasons}
    assert reasons == Counter(one.reason for one in study.left_out) and {"repeated", "evaluation"} <= {*reasons}
    assert [stage.name for stage in stages] == [f"subset {one.subset.name}" for one in study.made]
    for stage, one in zip(stages, study.made, strict=True):
        assert stage.entered == candidates.kept and stage.kept == len(one.rows)
    words = {stage.name: {reason.word for reason in stage.reasons} for stage in stages}
    assert words["subset CB1"] == {"class-full"} and words["subset some"] == {"not-drawn"}
    repeated = next(reason for reason in candidates.reasons if reason.word == "repeated")
    assert repeated.detail.startswith("repeats ")  # the partner
