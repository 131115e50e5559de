"""The windows of clips: laws that hold for any track, and cases whose answer one can see."""

from fractions import Fraction

import av
import numpy as np
import pytest
from make_video import is_upright, make_video, number_in
from scipy.ndimage import gaussian_filter1d

from framewright.tracks.clips.crop import Cutter, find_visible_span, plan_windows
from framewright.tracks.meta import new_track
from framewright.tracks.objects.overlap import drop_duplicates, measure_overlap
from framewright.video.encode import Writer
from framewright.video.stream import open_video

FRAME = (640, 360)
ASPECTS = (2 / 3, 3 / 2)


def walk(seed: int, count: int = 160) -> np.ndarray:
    """Boxes of a random walk that leaves the frame now and then, (count, 4)."""
    noise = np.random.default_rng(seed)
    middle = np.array([320, 180]) + np.cumsum(noise.normal(0, 9, (count, 2)), axis=0)
    sides = np.exp(noise.normal(0, 0.1, (count, 2))) * noise.uniform(20, 330, 2)
    return np.concatenate([middle - sides / 2, middle + sides / 2], axis=1)


def windows(times, boxes, frame=FRAME, smoothing=0.66):
    return plan_windows(np.asarray(times, float), np.asarray(boxes, float), frame, smoothing, ASPECTS)


def still(box, count=80, rate=16):
    return windows(np.arange(count) / rate, np.tile(box, (count, 1)))


@pytest.mark.parametrize("seed", range(12))
def test_windows_lie_in_the_frame_and_keep_one_shape(seed):
    own = windows(np.arange(160) / 16, walk(seed))
    boxes = own.at_times(np.linspace(-1, 12, 500))
    assert (boxes >= 0).all() and (boxes[:, 2] <= FRAME[0]).all() and (boxes[:, 3] <= FRAME[1]).all()
    sides = boxes[:, 2:] - boxes[:, :2]
    aspect = sides[:, 0] / sides[:, 1]
    assert np.ptp(aspect) < 1e-9 and 2 / 3 - 1e-9 <= aspect[0] <= 3 / 2 + 1e-9
    assert own.size[0] % 2 == own.size[1] % 2 == 0
    assert abs(own.size[0] / own.size[1] - aspect[0]) <= aspect[0] * (2 / own.size[0] + 2 / own.size[1])


@pytest.mark.parametrize(
    ("box", "window"),
    [
        pytest.param([100, 100, 200, 200], [100, 100, 200, 200], id="a square stays"),
        pytest.param([100, 100, 220, 200], [100, 100, 220, 200], id="6:5 stays"),
        pytest.param([100, 100, 400, 200], [100, 50, 400, 250], id="3:1 grows in height to 3:2"),
        pytest.param([100, 50, 160, 350], [30, 50, 230, 350], id="1:5 grows in width to 2:3"),
        pytest.param([0, 100, 60, 280], [0, 100, 120, 280], id="at the left edge it moves inside"),
        pytest.param([100, 300, 400, 360], [100, 160, 400, 360], id="at the lower edge it moves inside"),
        pytest.param([0, 0, 640, 360], [50, 0, 590, 360], id="wider than the frame allows: cut, not squeezed"),
        pytest.param([-50, 100, 50, 150], [0, 100, 50, 150], id="what is outside does not count"),
    ],
)
def test_boxes_only_grow_to_their_shape(box, window):
    own = still(box)
    assert np.allclose(own.at_times([2.0])[0], window)
    assert own.size == (window[2] - window[0], window[3] - window[1])


def test_the_shape_is_the_mean_of_the_tracks():
    boxes = [[100, 100, 200 + 20 * (k % 2), 200] for k in range(100)]
    own = windows(np.arange(100) / 16, boxes, smoothing=0)
    assert own.size == (114, 104)  # 1.1: half of them 110 x 100, half 120 x 109
    sides = own.boxes[:, 2:] - own.boxes[:, :2]
    assert np.allclose(sides[0], [110, 100]) and np.allclose(sides[1], [120, 120 / 1.1])


def test_smoothing_is_a_gaussian_of_ten_samples_at_sixteen_a_second():
    noise = np.random.default_rng(3)
    left = 200 + noise.normal(0, 4, 200)
    boxes = np.stack([left, np.full(200, 100.0), left + 100, np.full(200, 200.0)], axis=1)
    own = windows(np.arange(200) / 16, boxes)
    inner = slice(40, -40)  # at the ends it goes on as the boxes were moving
    assert np.allclose(own.at_times(np.arange(200) / 16)[inner, 0], gaussian_filter1d(left, 10)[inner])
    assert np.abs(np.diff(own.boxes[:, 0])).max() < np.abs(np.diff(left)).max() / 20


def test_the_window_of_what_moves_does_not_lag_behind_at_the_ends():
    """It moves 8 pixels a sample, and detections are off by 2: it is in the middle from first to last."""
    left = 20 + 8.0 * np.arange(60)
    noisy = left + np.random.default_rng(5).normal(0, 2, 60)
    boxes = np.stack([noisy, np.full(60, 100.0), noisy + 100, np.full(60, 200.0)], axis=1)
    own = windows(np.arange(60) / 16, boxes)
    assert np.abs(own.at_times(np.arange(60) / 16)[:, 0] - left).max() < 4  # it was 60 behind


@pytest.mark.parametrize("side", ["right", "left", "bottom", "top"])
@pytest.mark.parametrize("entering", [False, True])
def test_a_clip_shows_no_less_than_half_of_what_leaves_or_enters_the_frame(side, entering):
    """A detector's boxes end at the border: 100 wide, the object goes 10 a sample; after 5 samples half is outside."""
    whole = np.array([[500 + 10.0 * k, 200, 600 + 10.0 * k, 300] for k in range(30)])  # the frame is 640 x 640 here
    axis = {"right": 0, "left": 0, "bottom": 1, "top": 1}[side]
    if side in ("left", "top"):
        whole[:, [0, 2]] = 640 - whole[:, [2, 0]]
    if axis:
        whole = whole[:, [1, 0, 3, 2]]
    seen = np.clip(np.concatenate([np.repeat(whole[:1], 20, 0), whole]), 0, 640)
    seen = seen[(seen[:, 2:] - seen[:, :2]).min(1) > 5]
    first, last = find_visible_span(seen[::-1] if entering else seen, (640, 640))
    shown = seen[len(seen) - 1 - first] if entering else seen[last]
    assert (shown[2:] - shown[:2])[axis] == 50 and (last == len(seen) - 1 if entering else first == 0)


def test_what_stays_at_the_border_or_was_never_seen_whole_keeps_all_its_frames():
    still = np.tile([[0.0, 100, 80, 300]], (40, 1))
    assert find_visible_span(still, (640, 480)) == (0, 39)
    assert find_visible_span(np.tile([[-90.0, 0, 10, 50]], (9, 1)), (640, 480)) == (0, 8)


def test_windows_between_samples_lie_on_straight_lines_and_stay_at_the_ends():
    own = windows([1.0, 2.0], [[0, 0, 100, 100], [100, 50, 200, 150]], smoothing=0)
    assert own.at_times([0.0, 1.0, 1.25, 2.0, 9.0]).tolist() == [
        [0, 0, 100, 100],
        [0, 0, 100, 100],
        [25, 12.5, 125, 112.5],
        [100, 50, 200, 150],
        [100, 50, 200, 150],
    ]


def test_a_gap_is_bridged_by_a_straight_line_and_does_not_weigh_more_than_its_time():
    """A box that moves steadily, unseen for two seconds: as if it had been seen all the time."""
    times = np.arange(160) / 16
    boxes = np.stack([times * 20, times * 0 + 50, times * 20 + 100, times * 0 + 150], axis=1)
    seen = (times < 3) | (times > 5)
    assert np.allclose(
        windows(times[seen], boxes[seen]).at_times(times), windows(times, boxes).at_times(times), atol=1e-6
    )


@pytest.mark.parametrize(
    "boxes",
    [
        pytest.param([[50, 50, 50, 50]], id="without area"),
        pytest.param([[5000, 50, 5100, 90]], id="outside"),
        pytest.param([[-1e9, -1e9, 1e9, 1e9]], id="enormous"),
        pytest.param([[300, 200, 100, 100]], id="inside out"),
    ],
)
def test_any_box_gives_a_window(boxes):
    own = windows([4.0], boxes)
    ((x1, y1, x2, y2),) = own.at_times([4.0])
    assert 0 <= x1 < x2 <= 640 and 0 <= y1 < y2 <= 360 and min(own.size) >= 16


# ---- pictures -------------------------------------------------------------------------------------------------------


def cut_first(path, box, size):
    """The luma plane that is cut out of the first frame."""
    with open_video(path) as video:
        return Cutter(next(video.frames())).cut(np.array(box, float), size)


def ramp(path, pixel_format="yuv420p", size=(160, 120)):
    """A lossless picture whose Y and U rise by 5/4 a pixel from left to right, and V from top to bottom."""
    deep, dtype = (4, np.uint16) if "10" in pixel_format else (1, np.uint8)
    layout = av.VideoFormat(pixel_format)
    cx, cy = layout.chroma_width(size[0]), layout.chroma_height(size[1])
    across, down = size[0] // cx, size[1] // cy
    y = np.tile(np.arange(size[0]) + 0.5, (size[1], 1))
    u = np.tile(np.arange(cx) * across + 0.5, (cy, 1))
    v = np.tile((np.arange(cy)[:, None] + 0.5) * down, (1, cx))
    dither = np.random.default_rng(1)  # so that rounding is right on average
    planes = tuple(np.floor(value_at(p) * deep + dither.random(p.shape)).astype(dtype) for p in (y, u, v))
    stored = {"codec": "ffv1", "crf": None, "preset": None, "container": "matroska"}
    with Writer(path, size, 25, pixel_format=pixel_format, **stored) as writer:
        writer.add_planes(planes)
    return path


def value_at(place):
    return 20 + place * 1.25


@pytest.mark.parametrize("pixel_format", ["yuv420p", "yuv422p", "yuv444p", "yuv420p10le"])
@pytest.mark.parametrize(
    ("box", "size"),
    [
        pytest.param([40, 30, 100, 90], (60, 60), id="as it is"),
        pytest.param([40.5, 30.25, 100.5, 90.25], (60, 60), id="between pixels"),
        pytest.param([20, 10, 120, 110], (50, 50), id="half as large"),
        pytest.param([10, 10, 110, 110], (20, 20), id="much smaller"),
        pytest.param([40, 30, 90, 80], (100, 100), id="twice as large"),
    ],
)
def test_every_plane_is_cut_at_the_same_place(tmp_path, pixel_format, box, size):
    """A sample's value says where it is from: half a pixel from where it should be, at most, on average."""
    y, u, v = (plane.astype(float) for plane in cut_first(ramp(tmp_path / "a", pixel_format), box, size))
    assert y.shape == size[::-1] and u.shape == v.shape == (size[1] // 2, size[0] // 2)
    scale, half = (box[2] - box[0]) / size[0], np.arange(size[0] // 2)
    expected = (
        (y.mean(0), box[0] + (np.arange(size[0]) + 0.5) * scale),
        (u.mean(0), box[0] + (2 * half + 0.5) * scale),
        (v.mean(1), box[1] + (2 * half + 1) * scale),
    )
    for values, places in expected:
        off = (values - value_at(places))[2:-2] / 1.25
        assert abs(off.mean()) <= 0.45 and np.abs(off).max() <= 1.2


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("pixel_aspect", [1, Fraction(4, 3), Fraction(1, 2)])
def test_turned_mirrored_and_stretched_video_is_cut_upright(tmp_path, rotation, mirrored, pixel_aspect):
    path = make_video(
        tmp_path / "a.mp4", [1365], size=(96, 64), rotation=rotation, mirrored=mirrored, pixel_aspect=pixel_aspect
    )
    with open_video(path) as video:
        frame = next(video.frames())
        width, height = video.size
        planes = Cutter(frame).cut(np.array([0, 0, width, height], float), (96, 64))
        picture = av.VideoFrame.from_ndarray(
            np.concatenate([plane.ravel() for plane in planes]).reshape(-1, 96), "yuv420p"
        )
        rgb = picture.to_ndarray(format="rgb24")
    assert number_in(rgb) == 1365 and is_upright(rgb)


# ---- duplicates -----------------------------------------------------------------------------------------------------


def track(boxes, start=0.0, rate=16):
    return new_track("v", FRAME, start + np.arange(len(boxes)) / rate, np.asarray(boxes, float), [0], ["thing"])


def line(count=64, shift=0.0, start=0):
    return [[100 + k + shift, 100, 200 + k + shift, 200] for k in range(start, start + count)]


def test_overlap_is_shared_over_united_space_and_time():
    assert measure_overlap(track(line()), track(line())) == 1
    assert measure_overlap(track(line()), track(line(shift=200))) == 0
    assert measure_overlap(track(line()), track(line(shift=50))) == pytest.approx(1 / 3)
    assert measure_overlap(track(line(64)), track(line(32))) == pytest.approx(0.5, abs=0.02)  # absent for half the time
    assert measure_overlap(track(line(32)), track(line(64))) == 1


def test_boxes_of_other_instants_count_where_they_are_near():
    shifted = track(line(64), start=0.02)
    assert measure_overlap(track(line(64)), shifted) > 0.98
    gap = new_track("v", FRAME, np.r_[0:1:0.0625, 3:4:0.0625], np.asarray(line(32)), [0], ["thing"])
    assert measure_overlap(track(line(64)), gap) < 0.5


def test_of_near_duplicates_the_longer_one_stays_whatever_the_order():
    long, short, other = track(line(80)), track(line(48, shift=2, start=8), start=0.5), track(line(80, shift=150))
    for order in ([long, short, other], [short, other, long], [other, long, short]):
        kept, repeated = drop_duplicates(order, 0.9)
        assert kept == [own for own in order if own is not short]
        assert repeated == {short.tid: long}


def test_ninety_percent_are_not_yet_too_much():
    first, near = track(line()), track(line(shift=100 * (1 - 0.9) / 1.9 + 0.3))
    assert measure_overlap(first, near) < 0.9 and len(drop_duplicates([first, near], 0.9)[0]) == 2
    nearer = track(line(shift=100 * (1 - 0.9) / 1.9 - 0.3))
    assert measure_overlap(first, nearer) > 0.9 and len(drop_duplicates([first, nearer], 0.9)[0]) == 1


@pytest.mark.slow
def test_tracks_one_after_the_other_are_never_compared():
    """A film of an hour: 4,000 tracks of three seconds, a few at a time, in seconds and not in minutes."""
    many = [track(line(48, shift=40 * (k % 7)), start=k) for k in range(4000)]
    assert len(drop_duplicates(many, 0.9)[0]) == 4000
