"""The demo shows the main job at its best: a real run of its tracks, with the table and the configuration that ship."""

from collections import Counter
from pathlib import Path

import pytest
from flow import snakemake

from framewright.tracks.clips.record import read_clips
from framewright.tracks.meta import read_tracks

pytestmark = [pytest.mark.slow, pytest.mark.long, pytest.mark.timeout(1200)]


@pytest.fixture(scope="module")
def tracks(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("demo")
    made = snakemake(folder, "--", "tracks", timeout=1100)
    assert made.status == 0, made.text
    return folder / "results/tracks"


def test_there_are_clips_enough_of_several_classes(tracks):
    names = Counter[str]()
    for record in tracks.glob("clips/*-clips.jsonl.gzip"):
        meta = tracks / f"followed/{record.name.replace('-clips.', '-meta.')}"
        classes = {track.tid: track.names[0] for track in read_tracks(meta)}
        names.update(classes[clip.tid] for clip in read_clips(record) if not clip.reason)
    assert names.total() >= 15
    assert sum(count >= 5 for count in names.values()) >= 3, names


def read_street(tracks: Path) -> dict[str, str]:
    head, row = (line.split("\t") for line in (tracks / "accuracy.tsv").read_text().splitlines())
    return dict(zip(head, row, strict=True))


def test_identities_are_right(tracks):
    assert float(read_street(tracks)["hota"]) >= 0.65


def test_clips_show_one_object(tracks):
    street = read_street(tracks)
    purities = [float(entry.split("=")[1]) for entry in street["purities"].split()]
    assert len(purities) >= 15 and sum(purities) / len(purities) >= 0.95


def test_no_sheet_is_shown_of_a_video_without_tracks(tracks):
    sheets = {
        folder.name: sorted(file.name for file in folder.glob("[!.]*")) for folder in (tracks / "sheets").iterdir()
    }
    assert sheets["street"] == ["clips.png", "tracks.png"]
    assert sheets["broken"] == []
