"""What other people's films do to patches: each fault on a film that is made here."""

from collections import Counter
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from counting import Counting
from make_film import probe_film, texture
from make_video import claim_dolby_vision, ffmpeg, make_video

from framewright.patches.attempts import Attempt
from framewright.patches.checks import CheckLimits, count_regions, judge_patch, judge_times, measure, measure_fine
from framewright.patches.cut import cut_part, load_settings
from framewright.patches.editions import find_editions, find_leaks
from framewright.patches.fields import compare_fields, count_votes
from framewright.patches.film import QualityLimits
from framewright.patches.formats import Category, Format, dump_categories
from framewright.patches.manifest import Patch, rebuild
from framewright.patches.outcomes import list_outcomes
from framewright.patches.record import FilmPlan, make_plan
from framewright.patches.view import Rendering
from framewright.study.progress import report_nothing
from framewright.video.dolby import read_dolby_vision_profile
from framewright.video.encode import Writer
from framewright.video.probe import Probe
from framewright.video.stream import open_video

SIZE = WIDTH, HEIGHT = 360, 288
CATEGORIES = {"general": Category("general", "G", ((Format("small", 96, 72, "Small", ""), 1.0),), None)}
SETTINGS = {
    **{"seed": 0, "categories": dump_categories(CATEGORIES), "kernel": "bicubic", "limits": {}, "min_file_size": 100},
    **{"attempts": 3, "skip": 1.0, "by_content": False, "blur": 0, "noise": 0, "compression": 0, "gallery": False},
}


def film(path: Path, pictures: list[np.ndarray], rate: int = 25, crf: int = 16) -> Path:
    with Writer(path, pictures[0].shape[1::-1], rate, crf=crf, preset="veryfast", gop=25) as writer:
        for picture in pictures:
            writer.add(np.dstack([picture] * 3))
    return path


def pan(count: int, step: int = 3, size: tuple[int, int] = SIZE, seed: int = 0) -> list[np.ndarray]:
    """A camera that moves over a texture."""
    wide = texture(seed, size[0] + step * count, size[1] + count)
    return [wide[k // 3 : k // 3 + size[1], step * k : step * k + size[0]] for k in range(count)]


def plan_film(path: Path, windows: int = 8, probe: Probe | None = None, **options) -> tuple[FilmPlan, object]:
    return make_plan(
        path,
        probe or probe_film(path),
        counts={"general": windows},
        categories=options.pop("categories", CATEGORIES),
        split="train",
        windows_per_part=100,
        seed=0,
        progress=options.pop("progress", report_nothing),
        rendering=Rendering(**options),
        limits=QualityLimits(),
    )


def cut_film(path: Path, folder: Path, windows: int = 8, limits: dict | None = None, **options):
    plan, frames = plan_film(path, windows, **options)
    settings = load_settings(SETTINGS | {"limits": limits or {}})
    folder.mkdir()
    return plan, *cut_part(path, plan.film, frames, plan.parts[0], settings, folder)


def reasons(attempts: list[Attempt]) -> set[str]:
    return {attempt.reason for attempt in attempts}


# ---- interlaced ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def smooth(tmp_path_factory) -> Path:
    return film(tmp_path_factory.mktemp("films") / "p50.mp4", pan(80), rate=50)


def woven(smooth: Path, target: Path, filters: str, *flags: str) -> Path:
    ffmpeg("-i", smooth, "-vf", filters, "-c:v", "libx264", "-crf", "18", *flags, target)
    return target


FIELDS = ("-flags", "+ildct+ilme", "-x264-params", "tff=1")
INTERLACED = {
    "fields, tagged": ("interlace=scan=tff:lowpass=0", FIELDS, "interlaced"),
    "fields without a tag": ("interlace=scan=tff:lowpass=1", (), "interlaced"),
    "bottom field first": ("interlace=scan=bff:lowpass=0", (), "interlaced"),
    "hard telecine": ("fps=24,telecine", (), "interlaced"),
    "progressive frames tagged as fields": ("fps=25", FIELDS, ""),
    "progressive": ("fps=25", (), ""),
}


@pytest.mark.slow
@pytest.mark.parametrize(("filters", "flags", "reason"), INTERLACED.values(), ids=INTERLACED)
def test_interlaced_films_are_found_by_what_they_show(smooth, tmp_path, filters, flags, reason):
    plan, _ = plan_film(woven(smooth, tmp_path / "film.mp4", filters, *flags))
    assert plan.reason == reason
    assert ("patches.interlaced" in plan.detail) == bool(reason)


@pytest.mark.slow
@pytest.mark.parametrize("order", ["tff", "bff"])
def test_interlaced_films_are_deinterlaced_on_request_and_on_record(smooth, tmp_path, order):
    path = woven(smooth, tmp_path / "film.mp4", f"interlace=scan={order}:lowpass=0")
    plan, patches, _ = cut_film(path, tmp_path / "part", interlaced="deinterlace")
    assert plan.film.view.fields == order and f"deinterlaced by bwdif, {order}" in plan.film.view.chain
    assert len(patches) >= 4
    for patch in patches[:2]:
        for kind, content in rebuild(patch, path).items():
            assert content == (tmp_path / "part" / patch.files[kind]).read_bytes()
        x1, y1, x2, y2 = patch.crop
        sharp = cv2.imread(str(tmp_path / "part" / patch.gt), cv2.IMREAD_GRAYSCALE).astype(int)
        with open_video(path) as video:
            frame = next(frame for frame in video.frames() if frame.time == patch.times[3])
            stored = frame.rgb[y1:y2, x1:x2].mean(axis=2)
        comb = [np.abs(own[:-2] + own[2:] - 2 * own[1:-1]).mean() for own in (sharp, stored)]
        assert comb[0] < 0.5 * comb[1]


@pytest.mark.slow
def test_a_combed_window_in_a_progressive_film_is_rejected(smooth, tmp_path):
    fields = woven(smooth, tmp_path / "i.mp4", "interlace=scan=tff:lowpass=0")
    with open_video(fields) as video:
        combed = [frame.rgb[..., 0].copy() for frame in video.frames()][:20]
    path = film(tmp_path / "film.mp4", pan(120) + combed, crf=8)
    plan, _, attempts = cut_film(path, tmp_path / "part", windows=20, limits={"scene_diff": 255})
    assert plan.reason == "" and "combed" in reasons(attempts)


@pytest.mark.parametrize("shift", [(0, 2), (1, 0), (2, 2), (3, 1)], ids=str)
@pytest.mark.parametrize("noisy", [0, 1], ids=["grain in the first", "grain in the second"])
def test_grain_that_one_frame_alone_has_makes_no_film_interlaced(shift, noisy):
    """Key frames keep a film's grain, those that follow lose it: a progressive film was rejected for that."""
    wide, rng = texture(3, 400, 320), np.random.default_rng(0)
    places = ((0, 0), shift)
    pair = [wide[y : y + 288, x : x + 360].astype(np.float32) for y, x in places]
    pair[noisy] += rng.normal(0, 8, pair[noisy].shape)
    assert compare_fields(*(frame.clip(0, 255).astype(np.uint8) for frame in pair)) == "clean"


def test_what_does_not_move_says_nothing_about_fields():
    still = texture(0, *SIZE)
    assert compare_fields(still, still) == ""
    assert not count_votes([""] * 9).interlaced and not count_votes(["bff", "clean", "tff", ""]).interlaced
    assert count_votes(["tff", "clean", "tff", "", "tff"]).interlaced


# ---- what is in a window ---------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_bars_that_begin_in_the_middle_of_a_film_are_in_no_patch(tmp_path):
    wide = [picture.copy() for picture in pan(75)]
    for picture in wide:
        picture[:60], picture[-60:] = 16, 16
    path = film(tmp_path / "film.mp4", [np.maximum(picture, 50) for picture in pan(75, seed=1)] + wide)
    plan, patches, _ = cut_film(path, tmp_path / "part", windows=16)
    assert plan.film.area == (0, 0, *SIZE)
    late = [patch for patch in patches if patch.times[0] >= 3]
    assert len(late) >= 5
    assert all(patch.crop[1] >= 60 and patch.crop[3] <= HEIGHT - 60 for patch in late)
    tall = {"general": Category("general", "G", ((Format("tall", 96, 201, "Tall", ""), 1.0),), None)}
    plan, frames = plan_film(path, 16, categories=tall)
    settings = replace(load_settings(SETTINGS), categories=tall)
    (tmp_path / "tall").mkdir()
    _, attempts = cut_part(path, plan.film, frames, plan.parts[0], settings, tmp_path / "tall")
    assert "bars" in reasons(attempts)


@pytest.mark.slow
def test_a_hole_in_time_is_in_no_window(tmp_path):
    times = [Fraction(k, 30) + (3600 if k >= 40 else 0) for k in range(80)]
    path = make_video(tmp_path / "film.mp4", range(80), size=SIZE, times=times)
    _, patches, attempts = cut_film(path, tmp_path / "part", windows=11, limits={"still": 0, "duplicate": 0})
    assert "gap" in reasons(attempts)
    assert all(patch.times[-1] - patch.times[0] < 1 for patch in patches)
    step = Fraction(1, 30)
    assert judge_times([k * step for k in range(7)], step, CheckLimits()) == ""
    assert judge_times([0 * step, step, 5 * step], step, CheckLimits()) == "gap"
    assert judge_times([0 * step, step, 5 * step], step, CheckLimits(gap=0)) == ""


@pytest.mark.slow
def test_a_crop_without_anything_in_it_is_dead_however_alive_its_frame_is(tmp_path):
    pictures = []
    for picture in pan(60):
        half = picture.copy()
        half[:, : WIDTH // 2 + 60] = 120
        pictures.append(half)
    path = film(tmp_path / "film.mp4", pictures)
    _, patches, attempts = cut_film(path, tmp_path / "part")
    assert {"dead"} <= reasons(attempts) and patches
    assert all(patch.scores.liveliness > 0.05 for patch in patches)


def test_blur_is_absolute_and_contrast_does_not_hide_it():
    sharp = texture(2, 300, 300)
    weak = np.clip(sharp.astype(float) * 0.7 + 30, 0, 255).astype(np.uint8)
    blurred = cv2.GaussianBlur(sharp, (0, 0), 5)
    greys = np.stack([sharp] * 7)
    limits = CheckLimits()
    assert measure_fine(weak) > 3 * measure_fine(blurred)
    assert judge_patch(measure(greys, weak), 9999, limits, 0) == ""
    assert judge_patch(measure(greys, blurred), 9999, limits, 0) == "blurred"


def test_blocks_and_sameness_are_scored_and_rejected_by_key():
    sharp = texture(3, 320, 320)
    coded = cv2.imdecode(cv2.imencode(".jpg", sharp, [cv2.IMWRITE_JPEG_QUALITY, 4])[1], cv2.IMREAD_GRAYSCALE)
    stripes = np.zeros((320, 320), np.uint8)
    stripes[:, 160:] = 200
    greys = np.stack([sharp] * 7)
    good, blocky, plain = (measure(greys, picture) for picture in (sharp, coded, stripes))
    assert good.blockiness < 1.2 < 1.5 < blocky.blockiness
    assert plain.diversity == 2 < 10 < good.diversity
    loose = CheckLimits(dead=0, blurred=0)
    assert [judge_patch(score, 9999, loose, 0) for score in (good, blocky, plain)] == ["", "", ""]
    assert judge_patch(blocky, 9999, replace(loose, blocky=1.5), 0) == "blocky"
    assert judge_patch(plain, 9999, replace(loose, uniform=10), 0) == "uniform"
    assert judge_patch(good, 9999, replace(loose, blocky=1.5, uniform=10), 0) == ""
    assert count_regions(np.full((90, 60), 7, np.uint8)) == 1


# ---- films that can't be used ----------------------------------------------------------------------------------------


SMALL = [(1, 1), (16, 1), (2, 17), (2, 16), (17, 17), (18, 400), (400, 18), (1024, 4), (24, 24), (26, 1000), (1900, 24)]


@pytest.mark.slow
@pytest.mark.parametrize("size", SMALL, ids=str)
def test_very_small_films_and_strips_are_too_small_or_planned(tmp_path, size):
    tiny = {"general": Category("general", "G", ((Format("tiny", 24, 24, "Tiny", ""), 1.0),), None)}
    path = make_video(tmp_path / "film.mkv", range(30), size=size, codec="ffv1", pixel_format="yuv444p", b_frames=0)
    plan, patches, attempts = cut_film(path, tmp_path / "part", 3, categories=tiny)
    assert plan.reason == ("too-small" if min(size) < 24 else "")
    assert bool(attempts) == (not plan.reason)
    assert Counter(attempt.reason for attempt in attempts)[""] == len(patches)


@pytest.mark.parametrize("count", [1, 2, 6, 7])
def test_films_of_few_frames_are_planned(tmp_path, count):
    path = make_video(tmp_path / "film.mkv", range(count), size=SIZE)
    plan, frames = plan_film(path)
    assert plan.reason == "" and len(frames) == count
    assert [reason for *_, reason in plan.lost] == ["too-short"] * (7 if count == 7 else 8)


def test_ictcp_is_refused_with_a_remedy(tmp_path):
    path = film(tmp_path / "film.mp4", pan(12))
    probe = probe_film(path)
    odd = replace(probe, colour=replace(probe.colour, matrix="ictcp", kind="PQ"))
    plan, frames = plan_film(path, probe=odd)
    assert plan.reason == "colour" and "ICtCp" in plan.detail and "convert it" in plan.detail and len(frames) == 0


def test_dolby_vision_profile_5_is_refused_with_a_remedy_and_others_are_not(tmp_path):
    assert read_dolby_vision_profile(claim_dolby_vision(tmp_path / "five.mp4", 5)) == 5
    assert read_dolby_vision_profile(claim_dolby_vision(tmp_path / "eight.mp4", 8)) == 8
    plan, _ = plan_film(tmp_path / "five.mp4")
    assert plan.reason == "colour" and "profile 5" in plan.detail and "convert it" in plan.detail
    assert plan_film(tmp_path / "eight.mp4")[0].reason == ""


def test_a_film_that_the_table_keeps_out_of_datasets_is_on_record(tmp_path):
    plan, _ = plan_film(film(tmp_path / "film.mp4", pan(12)))
    attempts = {plan.video: [Attempt("general", 0, 0, "1/2", "")]}
    items = list(list_outcomes([plan], attempts, {plan.video: "not-for-training"}))
    (patch, *_) = [item for item in items if item.stage == "patch"]
    assert (patch.reason, patch.detail) == ("not-for-training", "the table of videos says training = no")


# ---- editions --------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_editions_in_different_splits_are_found_before_anything_is_cut(tmp_path):
    shots = [texture(seed, 440, 340) for seed in range(12)]

    def edition(name: str, numbers: list[int], bars: int = 0, crf: int = 16) -> FilmPlan:
        pictures = []
        for number in numbers:
            for k in range(26):
                picture = shots[number][k : k + HEIGHT, k : k + WIDTH].copy()
                if bars:
                    picture[:bars], picture[-bars:] = 16, 16
                pictures.append(picture)
        path = film(tmp_path / f"{name}.mp4", pictures, crf=crf)
        return replace(plan_film(path)[0], video=name)

    theatrical = edition("theatrical", list(range(10)))
    restored = replace(edition("restored", [11, *range(10)], crf=30), split="val")
    other = replace(edition("other", [10, 11, 10, 11, 10, 11]), split="test")
    pairs = find_editions([theatrical, restored, other])
    assert [(pair.film, pair.other) for pair in pairs if "theatrical" in (pair.film, pair.other)] == [
        ("theatrical", "restored")
    ]
    (line,) = [line for line in find_leaks(pairs) if "theatrical" in line]
    assert "theatrical (train) and restored (val)" in line and "`group`" in line
    assert find_leaks(find_editions([theatrical, replace(restored, split="train")])) == []


@pytest.mark.slow
def test_a_row_of_a_patch_is_the_same_after_it_was_read(tmp_path):
    _, patches, _ = cut_film(film(tmp_path / "film.mp4", pan(40)), tmp_path / "part", windows=2)
    assert patches and all(isinstance(patch, Patch) for patch in patches)


@pytest.mark.slow
def test_how_many_places_of_a_film_were_looked_at_is_counted(tmp_path):
    counting = Counting()
    film(tmp_path / "f.mp4", pan(60))
    plan_film(tmp_path / "f.mp4", progress=counting)
    ((total, unit, done),) = counting.loops
    assert (unit, done) == ("places", total) and total > 10


def damage_packet(path: Path, number: int) -> None:
    """Replace most of a packet's bytes by noise."""
    with av.open(str(path)) as file:
        packets = [(packet.pos, packet.size) for packet in file.demux(video=0) if packet.size]
    data, (place, size) = bytearray(path.read_bytes()), packets[number]
    data[place + size // 4 : place + size] = np.random.default_rng(0).bytes(size - size // 4)
    path.write_bytes(data)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("gop", "healed"),
    [pytest.param(250, False, id="one key frame"), pytest.param(25, True, id="a key frame a second")],
)
def test_what_follows_a_damaged_frame_is_in_no_patch_until_the_next_key_frame(tmp_path, gop, healed):
    """Decoders conceal what is damaged, and all that refers to it shows it: blocks of garbage, for seconds."""
    whole, broken = tmp_path / "whole.mp4", tmp_path / "broken.mp4"
    with Writer(
        whole, SIZE, 25, crf=16, preset="veryfast", gop=gop, options={"bf": "0", "sc_threshold": "0"}
    ) as writer:
        for picture in pan(100):
            writer.add(np.dstack([picture] * 3))
    broken.write_bytes(whole.read_bytes())
    damage_packet(broken, 30)
    with open_video(whole) as one, open_video(broken) as other:
        planes = {frame.time: frame.planes[0] for frame in one.frames()}
        shown = {frame.time: np.array_equal(frame.planes[0], planes[frame.time]) for frame in other.frames()}
    spoilt = [time for time, same in shown.items() if not same]
    assert len(spoilt) > 15  # the film is as bad as it should be
    _, patches, attempts = cut_film(broken, tmp_path / "part", windows=12, probe=probe_film(whole))
    assert patches and {attempt.reason for attempt in attempts} == {"", "undecodable"}
    assert [time for patch in patches for time in patch.times if not shown[Fraction(time)]] == []
    assert any(Fraction(patch.times[0]) > max(spoilt) for patch in patches) == healed
