"""Films that were cut, split or muxed without being encoded anew: what their packets say is what is shown."""

import pytest
from make_video import ffmpeg, make_video, number_in

from framewright.sources.contract import PROMISES, Source
from framewright.sources.outcome import Outcome
from framewright.video.examine import probe
from framewright.video.stream import open_video
from framewright.video.timeline import read_timeline


def promises_broken(path, record) -> list[str]:
    """Which promises of the sources the record of a film breaks."""
    use = [record["start"], record["start"] + record["duration"]]
    record = record | {"video": "film", "use": use, "colour": record["colour"] | {"forced": False}}
    outcome = Outcome("film", path.name, "local", "ok", None, "", False, record["bytes"], None, None, None)
    return [name for name, fault_of in PROMISES.items() if fault_of(Source(path, outcome, record, None))]


@pytest.mark.slow
@pytest.mark.parametrize("start", [0.1, 0.5, 1.0, 2.0, 2.9])
@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".mkv", ".ts"])
@pytest.mark.parametrize("negative", [(), ("-avoid_negative_ts", "disabled")], ids=["", "negative times"])
def test_a_copy_that_begins_anywhere_keeps_its_promises(tmp_path, start, suffix, negative):
    original = make_video(tmp_path / "original.mp4", range(90), gop=250)
    path = tmp_path / f"film{suffix}"
    ffmpeg("-ss", start, "-i", original, "-c", "copy", *negative, path)
    record = probe(path)
    assert record["status"] == "ok" and record["keyframes"], record
    assert promises_broken(path, record) == []
    line = read_timeline(path)
    assert line.keys.any()
    with open_video(path) as video:
        numbers = [number_in(frame.rgb) for frame in video.frames(start=line.time(0))]
    assert numbers and numbers == sorted(numbers)
    if not (negative and suffix == ".mkv"):  # which can't hold them: what stands there is anybody's guess
        assert numbers[-1] == 89


def test_frames_of_vp9_that_are_not_shown_are_no_frames(tmp_path):
    options = {"auto-alt-ref": "1", "lag-in-frames": "16", "deadline": "good", "cpu-used": "5"}
    whole = make_video(tmp_path / "whole.webm", range(80), codec="libvpx-vp9", b_frames=0, gop=80, options=options)
    split = tmp_path / "split.webm"
    ffmpeg("-i", whole, "-c", "copy", "-bsf:v", "vp9_superframe_split", split)
    with open_video(split) as video:
        shown = list(video.frames())
        assert [number_in(frame.rgb) for frame in shown] == list(range(80))
        assert video.errors == 0
        wanted = [frame.time for frame in shown[30:37]]
        times = [frame.time for frame in video.frames(wanted=wanted)]
    assert set(wanted) <= set(times)
    for path in (whole, split):
        assert len(read_timeline(path)) == 80
        assert probe(path)["frames"] == 80


def test_a_film_of_one_instant_keeps_its_promises(tmp_path):
    path = make_video(tmp_path / "film.mkv", [7])
    assert promises_broken(path, probe(path)) == []
