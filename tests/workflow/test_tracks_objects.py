"""Objects are followed through the workflow: from videos and weights to metadata, and only where something is stale."""

from pathlib import Path

import pytest
from flow import ROOT, snakemake, write_table
from make_video import make_video
from make_weights import columns, make_weights

from framewright.tracks.meta import read_tracks, video_code

pytestmark = pytest.mark.slow

META = "results/tracks/followed/{}-meta.jsonl.gzip"
LARGE = (160, 160, 120, 100, 0.1, 0.7, 0.3)


def study(folder: Path, *videos: str) -> Path:
    folder.mkdir(exist_ok=True)
    for video in videos:
        make_video(folder / f"{video}.mp4", [len(video)] * 100, size=(320, 180), rate=25)
    (folder / "broken.mp4").write_bytes(bytes(3000))
    if not (folder / "w.onnx").exists():
        make_weights(folder / "w.onnx", columns(LARGE))
    write_table(folder, *(f"{video} {video}.mp4 tracks - CC0-1.0" for video in (*videos, "broken")))
    return folder


def run(folder: Path, *videos: str, keep: str = "{min_seconds: 1}", more: str = "", flags: tuple[str, ...] = ()):
    filters = "{max_black: null, max_frozen: null, min_sharpness: null, min_picture: null}"
    given = "" if "dataset" in more else "dataset: Own, "
    given += f"detector: {{weights: w.onnx}}, keep: {keep}, segments: {{filters: {filters}}}"
    return snakemake(
        folder, *flags, "--config", f"tracks={{{given}{more}}}", "--", *(META.format(video) for video in videos)
    )


def test_videos_become_metadata_and_a_broken_one_an_empty_file(tmp_path):
    folder = study(tmp_path / "study", "one")
    result = run(folder, "one", "broken")
    assert result.status == 0, result.text
    tracks = list(read_tracks(folder / META.format("one")))
    assert tracks and {track.names[0] for track in tracks} == {"dog"} and {track.video for track in tracks} == {"one"}
    assert all(track.fn[3:14] == video_code("one") for track in tracks)
    assert list(read_tracks(folder / META.format("broken"))) == []
    assert run(folder, "one", "broken").rules == set()
    study(folder, "one", "two")
    assert run(folder, "one", "two", "broken", flags=("-n",)).jobs["tracks_detect"] == 1
    again = run(folder, "one", "broken", keep="{min_seconds: 30}")
    assert again.rules == {"tracks_follow"} and list(read_tracks(folder / META.format("one"))) == []


@pytest.mark.parametrize(
    ("more", "rules"),
    [
        pytest.param(", tracker: {high_score: 0.6}", {"tracks_follow"}, id="the tracker"),
        pytest.param(", tracker: {appearance: 0.35}", {"tracks_follow"}, id="the weight of appearance"),
        pytest.param(", dataset: Other", set(), id="the dataset's name"),
        pytest.param(", frame_rate: 8", {"tracks_detect", "tracks_follow"}, id="the rate"),
    ],
)
def test_nothing_is_detected_again_but_for_what_the_detector_sees(tmp_path_factory, more, rules):
    folder = tmp_path_factory.getbasetemp() / "once"
    if not folder.exists():
        assert run(study(folder, "one"), "one").status == 0
    assert run(folder, "one", more=more, flags=("-n",)).rules == rules


@pytest.mark.parametrize(
    ("detector", "said"),
    [
        pytest.param("{weights: gone.onnx}", "no such file", id="weights that are not there"),
        pytest.param("{confidance: 0.5}", "unknown key", id="a typo"),
        pytest.param("{device: gpu}", "tracks.detector.device", id="a device that there is not"),
    ],
)
def test_what_is_wrong_with_the_detectors_settings_is_said_before_any_job(tmp_path, detector, said):
    folder = study(tmp_path / "study", "one")
    result = snakemake(folder, "-n", "--config", f"tracks={{detector: {detector}}}", "--", "tracks")
    assert result.status != 0 and said in result.text and "Traceback" not in result.text


def test_the_full_size_is_planned_with_its_settings(tmp_path):
    """A few ids stand for 64,000; where they are to be had from is not asked in a dry run."""
    rows = [f"id{k} youtube:{k:011d} tracks - CC-BY-4.0" for k in range(5)]
    write_table(tmp_path, *rows)
    overlay = ROOT / "config/scale/tracks.yaml"
    flags = ("-n", "--configfile", str(overlay), "--config", "videos=videos.tsv")
    refused = snakemake(tmp_path, *flags, "--", "tracks")
    assert "config: tracks.detector.weights = null: " in refused.text and "(id0, id1, id2 and 2 more)" in refused.text
    (tmp_path / "w.onnx").touch()
    result = snakemake(tmp_path, *flags, "tracks={detector: {weights: w.onnx}}", "--", "tracks")
    assert result.status == 0, result.text
    assert (result.jobs["tracks_segment"], result.jobs["tracks_detect"]) == (5, 5)


def test_the_demos_detector_is_made_by_a_target_of_its_own(tmp_path):
    write_table(tmp_path, "street demo:street tracks - CC0-1.0")
    assert "tracks_detector" not in snakemake(tmp_path, "-n", "--", "tracks").rules
    assert snakemake(tmp_path, "-n", "--", "tracks_detector").rules == {"sources_workflow", "tracks_detector"}
