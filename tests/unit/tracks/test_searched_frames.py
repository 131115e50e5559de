"""Which frames of a segment are looked at, and when they appear: films whose frames carry their number."""

from fractions import Fraction

import numpy as np
import pytest
from make_video import make_video, number_in

from framewright.detector import Detections
from framewright.tracks.objects.detect import detect
from framewright.video.stream import open_video


def reading(batches: list[int]):
    """A detector that finds one object a frame, as sure as the frame's number says."""

    def detect(frames):
        batches.append(len(frames))
        numbers = np.array([[number_in(frame)] for frame in frames], np.float32)
        return [Detections(np.float32([[0, 0, 9, 9]]), number, number[:, None]) for number in numbers]

    return detect


def seen(path, segment, rate=Fraction(16), batch=4):
    """(time, number) of each frame looked at, and how many were looked at together."""
    batches: list[int] = []
    with open_video(path) as video:
        found = [(own.time, int(own.scores[0])) for own in detect(video, segment, reading(batches), rate, batch)]
    return found, batches


@pytest.mark.slow
@pytest.mark.parametrize("rate", [Fraction(25), Fraction(30_000, 1001), Fraction(60)], ids=str)
def test_frames_are_the_nearest_to_sixteen_instants_a_second_at_their_own_times(tmp_path, rate):
    path = make_video(tmp_path / "v.mp4", range(120), rate=rate)
    found, _ = seen(path, (0.0, float(120 / rate)))
    instants = np.arange(int(120 / rate * 16) + 1) / 16
    nearest = sorted({min(range(120), key=lambda k: abs(k / float(rate) - instant)) for instant in instants})
    assert [number for _, number in found][: len(nearest) - 1] == nearest[:-1]
    assert all(time == pytest.approx(number / float(rate), abs=1e-3) for time, number in found)


def test_a_video_of_fewer_frames_a_second_is_looked_at_as_it_is(tmp_path):
    found, _ = seen(make_video(tmp_path / "v.mp4", range(30), rate=10), (0.0, 3.0))
    assert [number for _, number in found] == list(range(30))


@pytest.mark.slow
@pytest.mark.parametrize("at", [Fraction(40, 25), Fraction(43, 25), Fraction(1001 * 37, 30_000)], ids=str)
def test_two_segments_that_meet_at_a_cut_share_no_frame_and_cross_it_nowhere(tmp_path, at):
    rate = 25 if at.denominator in (5, 25) else Fraction(30_000, 1001)
    cut = float(at)  # as the text of segments has it
    path = make_video(tmp_path / "v.mp4", range(100), rate=rate)
    (before, _), (after, _) = seen(path, (0.0, cut)), seen(path, (cut, 3.0))
    assert max(number for _, number in before) < at * rate <= min(number for _, number in after)
    assert min(number for _, number in after) <= at * rate + 2


@pytest.mark.slow
def test_nothing_depends_on_how_many_are_looked_at_together(tmp_path):
    path = make_video(tmp_path / "v.mp4", range(75), rate=25)
    (one, singly), (eight, together) = seen(path, (0.0, 3.0), batch=1), seen(path, (0.0, 3.0), batch=8)
    assert one == eight and {*singly} <= {0, 1} and max(together) == 8
    assert sum(together) == len(eight) == 48


@pytest.mark.slow
@pytest.mark.parametrize("rate", [Fraction(16), Fraction(5), Fraction("14.985")], ids=str)
@pytest.mark.parametrize("segment", [(0.0, 4.0), (1.03, 2.57), (2.0, 9.0)], ids=str)
def test_what_is_not_decoded_changes_nothing(tmp_path, segment, rate):
    path = make_video(tmp_path / "v.mp4", range(100), rate=25)
    with open_video(path) as video:
        due = video.frames(*map(Fraction, segment), rate)
        expected = {frame.time: number_in(frame.rgb) for frame in due if segment[0] <= frame.time < segment[1]}
    assert seen(path, segment, rate)[0] == [(float(time), number) for time, number in expected.items()]
