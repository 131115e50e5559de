"""The origin's faults, each of them a test: those of curation here, those of earlier steps beside what repairs them.

Those about shards, downloads, parsing and defacing are tested beside what they are about: `ELSEWHERE` says where.
"""

import ast
import gzip
import json
import re
from pathlib import Path

import numpy as np
import pytest
from curated import DATASET, curate, make_study
from house import ROOT

from framewright.tracks.curation.index import read_index
from framewright.tracks.curation.options import Subset
from framewright.tracks.curation.scan import candidates_of, copy_lines, read_lines, scan
from framewright.tracks.curation.subsets import choose
from framewright.tracks.meta import as_track, read_tracks, to_frames_record, to_record, to_release_record

ELSEWHERE = {  # number of the fault in the specification: where a test holds its repair
    1: "workflow/test_staleness.py::test_after_the_rerun_there_is_nothing_to_do",  # the scheduler covers each job once
    2: "unit/tracks/curation/test_subsets.py::test_sizes_of_one_call_are_all_right",
    5: "workflow/test_web_sources.py::test_a_dead_source_stops_nothing_and_only_one_dead_for_now_is_asked_for_again",
    6: "workflow/test_tracks_curation.py::test_rows_lie_in_four_buckets_and_every_step_ran_once_for_each_video",
    9: "workflow/test_kills.py::test_after_three_kills_the_study_is_the_same",
    11: "unit/tracks/test_association.py::test_the_history_is_kept_over_a_gap",
    12: "unit/tracks/test_track_files.py::test_each_id_is_written_once",
    13: "unit/tracks/curation/test_curation.py::test_relaxation_is_not_silent_and_hard_is_hard",
    14: "unit/tracks/test_segments.py::test_the_record_has_every_candidate_and_the_version_of_the_detector",
    15: "unit/tracks/test_segments.py::test_every_moment_of_a_long_segment_is_in_a_piece_of_its_own",
    17: "unit/tracks/test_plates.py::test_a_plate_is_covered_in_all_frames_and_nothing_else_is",
}


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    return curate(make_study(tmp_path_factory.mktemp("faults")), buckets=1)


@pytest.mark.parametrize("number", ELSEWHERE)
def test_faults_of_other_steps_have_their_tests_there(number):
    path, name = ELSEWHERE[number].split("::")
    tree = ast.parse((ROOT / "tests" / path).read_text())
    assert name in [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]


def test_each_of_the_18_faults_has_a_test():
    here = [int(name.split("_")[1]) for name in globals() if re.match(r"test_\d+_", name)]
    assert sorted([*here, *ELSEWHERE]) == list(range(1, 19))


@pytest.mark.slow
def test_3_what_was_parsed_is_curated_and_so_are_files_of_the_other_key(study, tmp_path):
    lines = [json.loads(line) for line in read_lines(study.metas[0])]
    old = [
        {key: value for key, value in line.items() if "top10_wlogit" not in key}
        | {"top10_wcls": [line["top10_wlogit_mu"], line["top10_wlogit_std"]]}
        for line in lines
    ]
    write(tmp_path / "old.gz", old)
    write(tmp_path / "new.gz", lines)
    subset = Subset("x", max_per_class=2)
    chosen = []
    for name in ("old.gz", "new.gz"):
        tracks, table = candidates_of(tmp_path / name)
        chosen.append(table["track"].take(choose(tracks, subset).places).to_pylist())
    assert chosen[0] == chosen[1] and chosen[0]


@pytest.mark.slow
def test_4_a_second_run_does_not_grow_the_index(study, tmp_path):
    one, two = curate(make_study(tmp_path), 1), curate(make_study(tmp_path), 1)
    for path in sorted(one.folder.iterdir()):
        assert path.read_bytes() == (study.folder / path.name).read_bytes()
    assert len(list(two.folder.iterdir())) == len(list(study.folder.iterdir()))


def test_7_missing_embeddings_and_min_redundancy_work(study):
    table = read_index(study.index, ("embedding", "clip"))
    assert any(row["clip"] and row["embedding"] is None for row in table.to_pylist())
    spread = next(one for one in study.made if one.subset.name == "spread")
    assert 0 < len(spread.rows) <= 12


def test_8_names_are_the_documented_ones_with_the_configured_dataset(study):
    names = [path.name for path in study.files]
    assert all(name.startswith(f"{DATASET}-") for name in names)
    assert not any("T0.0" in name or "hdvila" in name for name in names)
    assert any(name.endswith("-T0.jsonl.gzip") for name in names)


def test_10_failures_counts_seeds_and_thresholds_are_recorded(study):
    assert {one.reason for one in study.left_out} == {"evaluation", "not-for-training", "duplicate", "repeated"}
    assert all(row.found >= row.taken for one in study.made for row in one.fills)


def test_16_a_clip_that_was_not_measured_is_not_one_that_does_not_move(study):
    most = next(one for one in study.made if one.subset.name == "most")
    assert most.rows["motion_q90"].null_count == 0
    moving = next(one for one in study.made if one.subset.name == "moving")
    rows = moving.rows.to_pylist()
    assert all(row["factor"] == 0 for row in rows if row["motion_q90"] is None)


def test_18_another_seed_is_another_draw_and_the_same_one_is_the_same(study):
    table = {one.subset.name: one.rows["track"].to_pylist() for one in study.made}
    assert set(table["some"]) < set(table["more"])
    assert table["CB2-Tinf"] != table["CB2"]


def write(path: Path, records: list[dict]) -> None:
    with gzip.open(path, "wt") as file:
        file.writelines(json.dumps(record) + "\n" for record in records)


def published(tracks: list, kind: str) -> list[dict]:
    """The tracks under the keys of one of the published kinds."""
    match kind:
        case "2024-03":
            return [to_record(track) for track in tracks]
        case "subset files":
            return [{key: value for key, value in to_record(track).items() if key != "tid"} for track in tracks]
        case "2024-06":
            return [to_frames_record(track, number) for number, track in enumerate(tracks)]
    return [to_release_record(track) for track in tracks]


@pytest.mark.parametrize("kind", ["2024-03", "subset files", "2024-06", "2025"])
def test_an_index_of_each_published_kind_is_curated(study, tmp_path, kind):
    tracks = [track for meta in study.metas[:4] for track in read_tracks(meta)]
    write(tmp_path / "index.gz", published(tracks, kind))
    found, table = candidates_of(tmp_path / "index.gz")
    assert len(table) == len(tracks) and set(table["name"].to_pylist()) == {track.names[0] for track in tracks}
    scored = not np.isnan(found.score).all()
    subset = Subset("x", max_per_class=2, temperature=0 if scored else float("inf"))
    choice = choose(found, subset)
    copy_lines(tmp_path / "index.gz", tmp_path / "subset.gz", choice.places)
    lines = list(read_lines(tmp_path / "subset.gz"))
    assert len(lines) == len(choice.places) == 8
    assert set(lines) <= set(read_lines(tmp_path / "index.gz"))


@pytest.mark.parametrize("kind", ["2024-03", "subset files", "2024-06", "2025"])
def test_a_scan_finds_what_a_parser_finds(study, kind):
    tracks = [track for meta in study.metas[:4] for track in read_tracks(meta)]
    for record in published(tracks, kind):
        for separators in ((", ", ": "), (",", ":")):
            line = (json.dumps(record, separators=separators) + "\n").encode()
            found, truth = scan(line, "v00"), as_track(json.loads(line), "v00")
            score = truth.score[0] if truth.score else float("nan")
            assert found[:3] == (truth.video, truth.tid, truth.names[0])
            assert found.score == score or (np.isnan(score) and np.isnan(found.score))


def test_labels_with_quotation_marks_do_not_mislead_a_scan():
    record = {"yid": "v", "tid": "a" * 32, "top10_desc": ['5" disk "tid": "b"', "x"], "top10_wlogit_mu": [1e-05, 0]}
    record |= {"track_ts": [0.0, 1.0], "track_bbox": [[0, 0, 1, 1]] * 2}
    found = scan(json.dumps(record).encode())
    assert found == ("v", "a" * 32, '5" disk "tid": "b"', 1e-05)
