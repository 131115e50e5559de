from collections import Counter
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from make_film import make_film, probe_film, texture
from make_video import make_video

from framewright.errors import UserError
from framewright.patches import formats, kernels
from framewright.patches.checks import CheckLimits, judge_window
from framewright.patches.cut import cut_part, load_settings
from framewright.patches.dataset import PatchPairs
from framewright.patches.film import QualityLimits, find_picture_area, measure_blockiness, measure_detail
from framewright.patches.manifest import read_patches, rebuild, write_patches
from framewright.patches.plan import plan
from framewright.patches.record import make_plan, read_frames, read_plan, write_frames, write_plan
from framewright.patches.settings import compose_cut, read_categories
from framewright.patches.stack import Degrading, decode_png, make_low, stack_frames, unstack
from framewright.patches.tree import gather
from framewright.patches.view import Rendering
from framewright.study import config
from framewright.video.encode import Writer
from framewright.video.fingerprint import ALIKE, count_differing_bits, hash_picture, parse_hashes
from framewright.video.stream import open_video

SCHEMAS = Path(__file__).parents[3] / "config/schemas"
SIZE = 192, 144
HUGE = {"vast": {"path": "V", "formats": {"huge": 1}, "target": None}}
RNG = np.random.default_rng(0)
TEXTURE = texture()


# ---- kernels and stacks ----------------------------------------------------------------------------------------------


def test_the_origins_kernel_takes_every_third_pixel_and_ours_does_not_alias():
    noise = RNG.integers(0, 256, (54, 54, 3), np.uint8)
    assert np.array_equal(kernels.shrink(noise, "opencv_lanczos4"), noise[1::3, 1::3])
    assert kernels.shrink(noise, "bicubic").std() < 0.5 * noise[1::3, 1::3].std()


@pytest.mark.parametrize("kernel", kernels.KERNELS)
def test_small_is_a_third_on_both_axes_and_in_its_place(kernel):
    picture = np.zeros((405, 720, 3), np.uint8)
    picture[150:255, 300:420] = 255
    small = kernels.shrink(picture, kernel)
    assert small.shape == (135, 240, 3)
    assert small[67, 120].min() > 240 and small[10, 10].max() == 0
    rows = np.flatnonzero(small[:, 120, 0] > 127)
    assert (rows[0], rows[-1]) == (50, 84)  # not shifted by a part of a pixel


def test_what_has_no_third_is_refused():
    with pytest.raises(ValueError, match="541x540"):
        kernels.shrink(np.zeros((540, 541, 3), np.uint8), "bicubic")


def test_stacks_hold_frames_1_to_5_and_0_to_6_in_order():
    lows = [np.full((4, 6, 3), number, np.uint8) for number in range(7)]
    made = stack_frames(lows)
    assert [int(own[0, 0, 0]) for own in unstack(made["LR_5frames"], 5)] == [1, 2, 3, 4, 5]
    assert [int(own[0, 0, 0]) for own in unstack(made["LR_7frames"], 7)] == list(range(7))


def test_degradations_are_the_same_for_a_window_and_come_again():
    picture = RNG.integers(0, 256, (54, 54, 3), np.uint8)
    worse = Degrading(blur=1.0, noise=4.0, quality=60, seed=5)
    first = make_low(picture, "bicubic", worse, 0)
    assert np.array_equal(first, make_low(picture, "bicubic", worse, 0))
    assert not np.array_equal(first, make_low(picture, "bicubic", worse, 1))  # other grains
    assert not np.array_equal(first, make_low(picture, "bicubic", Degrading(), 0))


# ---- checks ----------------------------------------------------------------------------------------------------------


def pan(start: int, step: int = 2, texture: np.ndarray = TEXTURE) -> np.ndarray:
    """Seven grey pictures of a camera that moves over a texture."""
    return np.stack([texture[40:220, start + step * k : start + step * k + 320] for k in range(7)])


OTHER = TEXTURE[::-1, ::-1]
SIMILAR = np.clip(TEXTURE.astype(int) * 0.35 + OTHER * 0.2 + 60, 0, 255).astype(np.uint8)
SHARES = np.linspace(0, 1, 7)


def blend(one: np.ndarray, other: np.ndarray, shares: np.ndarray) -> np.ndarray:
    return np.stack([np.rint((1 - s) * a + s * b) for s, a, b in zip(shares, one, other, strict=True)]).astype(np.uint8)


def slow_pan() -> np.ndarray:
    """A camera that moves by a fiftieth of a pixel a frame."""
    big = cv2.resize(TEXTURE, None, fx=4, fy=4, interpolation=cv2.INTER_CUBIC)
    views = (cv2.warpAffine(big, np.float32([[1, 0, -0.2 * k], [0, 1, 0]]), (1280, 720)) for k in range(7))
    return np.stack([cv2.resize(view, (320, 180), interpolation=cv2.INTER_AREA) for view in views])


def flash() -> np.ndarray:
    greys = pan(50, 1).copy()
    greys[3] = cv2.convertScaleAbs(greys[3], alpha=1, beta=40)
    return greys


def credits_() -> np.ndarray:
    page = np.zeros((180, 320), np.uint8)
    for line in range(8):
        cv2.putText(page, "directed by nobody", (60, 20 + 20 * line), cv2.FONT_HERSHEY_SIMPLEX, 0.4, 255, 1)
    return np.stack([np.roll(page, -k, axis=0) for k in range(7)])


def noisy(greys: np.ndarray) -> np.ndarray:
    """The noise that a codec leaves: a few pixels of each picture one off."""
    off = np.random.default_rng(1).random(greys.shape) < 0.03
    return np.clip(greys.astype(int) + off, 0, 255).astype(np.uint8)


CHECKS = {
    "a slow pan": (pan(50), ""),
    "a pan of a soft picture": (pan(50, 3, cv2.GaussianBlur(TEXTURE, (0, 0), 3)), ""),
    "a hard cut between frames 2 and 3": (np.concatenate([pan(50)[:3] // 3, 255 - pan(50)[3:] // 3]), "scene"),
    "a cut to a similar scene": (np.concatenate([pan(50, 0, SIMILAR)[:3], pan(80, 0, SIMILAR)[3:]]) + 0, "cut"),
    "a flash in the middle, its ends alike": (flash(), "cut"),
    "a dissolve": (blend(pan(50, 0, SIMILAR), pan(50, 0, OTHER // 2 + 40), SHARES), "dissolve"),
    "a fade to black": (blend(pan(50, 0, SIMILAR), np.zeros((7, 180, 320)), SHARES * 0.3), "dissolve"),
    "animation on twos": (noisy(pan(50)[[0, 0, 1, 1, 2, 2, 3]]), "duplicate"),
    "animation on threes": (noisy(pan(50)[[0, 0, 0, 1, 1, 1, 2]]), "duplicate"),
    "telecine, four of five": (noisy(pan(50)[[0, 1, 2, 3, 3, 4, 5]]), "duplicate"),
    "a camera that begins to move": (noisy(pan(50)[[0, 0, 0, 0, 1, 2, 3]]), ""),
    "a slow pan with the steps of a codec's noise": (slow_pan(), ""),
    "a frozen picture": (pan(50, 0), "still"),
    "a frozen picture with a codec's noise": (noisy(pan(50, 0)), "still"),
    "nothing but black": (np.full((7, 180, 320), 9, np.uint8), "black"),
    "a grey card": (np.full((7, 180, 320), 128, np.uint8), "flat"),
    "credits that roll": (credits_(), "credits"),
}


@pytest.mark.parametrize(("greys", "reason"), CHECKS.values(), ids=CHECKS)
def test_windows_are_rejected_for_what_they_are(greys, reason):
    assert judge_window(greys, CheckLimits(credits=True, scene_diff=45, still=0.02)) == reason


def test_bars_are_found_and_dark_sides_are_not():
    film = np.full((216, 384), 100, np.uint8)
    film[:28], film[-28:] = 16, 18
    assert find_picture_area(film) == (0, 28, 384, 188)
    film = np.full((216, 384), 100, np.uint8)
    film[:, :60] = 5  # a wall on the left, in all of them
    assert find_picture_area(film) == (0, 0, 384, 216)
    assert find_picture_area(np.zeros((216, 384), np.uint8)) == (0, 0, 384, 216)


def test_a_film_with_bars_is_cut_from_its_picture_alone(section, tmp_path):
    with Writer(tmp_path / "film.mp4", (192, 144), 24, crf=16, preset="veryfast") as writer:
        for number in range(40):
            picture = np.zeros((144, 192), np.uint8)
            picture[24:-24] = np.maximum(TEXTURE[:96, number : number + 192], 60)
            writer.add(np.dstack([picture] * 3))
    record, patches, _ = cut_all(tmp_path / "film.mp4", section, {"general": 4}, tmp_path)
    assert record.film.area == (0, 24, 192, 120)
    assert patches and all(patch.crop[1] >= 24 and patch.crop[3] <= 120 for patch in patches)


def test_scores_tell_blur_and_blocks():
    sharp = TEXTURE[:320, :320]
    blocks = np.kron(cv2.resize(sharp, (40, 40), interpolation=cv2.INTER_AREA), np.ones((8, 8), np.uint8))
    assert measure_detail(cv2.GaussianBlur(sharp, (0, 0), 5)) < 5 < measure_detail(sharp)
    assert measure_blockiness(blocks) > 3 > 1.3 > measure_blockiness(sharp) >= 1
    assert measure_blockiness(blocks[3:, 5:]) > 3  # wherever the blocks begin


def test_looks_of_near_duplicates_are_alike():
    near = np.clip(TEXTURE.astype(int) + RNG.integers(-3, 4, TEXTURE.shape), 0, 255).astype(np.uint8)
    soft, soft_near, soft_other = (cv2.GaussianBlur(own, (0, 0), 20) for own in (TEXTURE, near, OTHER[:, ::-1]))
    apart = count_differing_bits(hash_picture(soft), parse_hashes([hash_picture(soft_near), hash_picture(soft_other)]))
    assert apart[0] <= ALIKE < apart[1]


# ---- cutting films ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def film(tmp_path_factory) -> Path:
    """Three shots of 60 frames of a camera that moves, key frames every 24."""
    shots = [TEXTURE, OTHER, 255 - TEXTURE]
    return make_film(tmp_path_factory.mktemp("film") / "film.mp4", shots, 60, SIZE)


@pytest.fixture(scope="module")
def section() -> dict:
    small = {
        "tiny": {"width": 48, "height": 36, "folder": "Tiny", "suffix": ""},
        "wide": {"width": 96, "height": 54, "folder": "Wide", "suffix": "_wide"},
        "never": {"width": 60, "height": 60, "folder": "Never", "suffix": "_n"},
        "huge": {"width": 960, "height": 540, "folder": "Huge", "suffix": "_huge"},
    }
    categories = {
        "general": {"path": "G", "formats": {"tiny": 0.6, "wide": 0.4, "never": 0}},
        "space": {"path": "S", "formats": {"tiny": 0.5, "huge": 0.5}},
    }
    chosen = {"formats": small, "categories": categories, "min_file_size": 1000, "retry_skip_seconds": 1}
    completed, said = config.complete({"patches": chosen}, SCHEMAS)
    assert said == []
    return completed["patches"]


def planned(film: Path, section: dict, counts: dict, split: str = "train", use=None, seed: int = 0):
    return make_plan(
        film,
        probe_film(film, use),
        counts=counts,
        categories=read_categories(section),
        split=split,
        windows_per_part=8,
        seed=seed,
        rendering=Rendering(interlaced=section["interlaced"], **section["colour"]),
        limits=QualityLimits(**section["quality"]),
    )


def cut_all(film: Path, section: dict, counts: dict, folder: Path, **options):
    record, frames = planned(film, section, counts, **options)
    write_plan(folder / "plan.json", record)
    write_frames(folder / "frames.npz", frames)
    plan = read_plan(folder / "plan.json")
    settings = load_settings(compose_cut(section, 0, gallery=True))
    patches, attempts = [], []
    for number, part in enumerate(plan.parts):
        place = folder / f"{number:03d}"
        place.mkdir()
        own, tried = cut_part(film, plan.film, read_frames(folder / "frames.npz"), part, settings, place)
        write_patches(place / "patches.tsv", own)
        patches += own
        attempts += tried
    return record, patches, attempts


@pytest.fixture(scope="module")
def made(film, section, tmp_path_factory):
    folder = tmp_path_factory.mktemp("made")
    return folder, *cut_all(film, section, {"general": 10, "space": 6}, folder)


@pytest.mark.slow
def test_all_wanted_patches_are_made_and_by_their_weights(made):
    _, record, patches, _ = made
    assert record.reason == "" and record.lost == ()
    assert Counter(patch.category for patch in patches) == {"general": 10, "space": 6}


def test_windows_are_seven_neighbours_that_cross_no_cut_and_share_no_frame(made):
    numbers = [[int(time * 24) for time in patch.times] for patch in made[2]]
    for own in numbers:
        assert own == list(range(own[0], own[0] + 7))
        assert own[0] // 60 == own[-1] // 60, "across a cut"
    taken = [number for own in numbers for number in own]
    assert len(taken) == len(set(taken))


def test_the_sharp_patch_is_the_middle_frame_as_decoded_and_the_stacks_are_made_of_it(made, film):
    folder, _, patches, _ = made
    with open_video(film) as video:
        decoded = {frame.time: frame.rgb_part((0, 0, *SIZE)) for frame in video.frames()}
    for patch in patches:
        files = {kind: decode_png(next(folder.glob(f"0*/{name}")).read_bytes()) for kind, name in patch.files.items()}
        x1, y1, x2, y2 = patch.crop
        assert np.array_equal(files["GT"], decoded[patch.times[3]][y1:y2, x1:x2])
        for kind, numbers in formats.STACKS.items():
            for low_, number in zip(unstack(files[kind], len(numbers)), numbers, strict=True):
                sharp = decoded[patch.times[number]][y1:y2, x1:x2]
                assert np.array_equal(low_, kernels.shrink(sharp, patch.kernel))


def test_a_format_too_large_gives_way_to_the_largest_that_fits(made):
    space = [patch for patch in made[2] if patch.category == "space"]
    assert {patch.format for patch in space} == {"tiny"}
    assert {patch.drawn for patch in space} == {"tiny", "huge"}
    assert "never" not in {patch.format for patch in made[2]}


def test_a_patch_is_rebuilt_to_the_same_bytes_from_its_row(made, film):
    folder, _, patches, _ = made
    rows = [row for part in sorted(folder.glob("0*")) for row in read_patches(part / "patches.tsv")]
    assert rows == patches
    for row in rows[::5]:
        for kind, content in rebuild(row, film).items():
            assert content == next(folder.glob(f"0*/{row.files[kind]}")).read_bytes()


def test_a_broken_manifest_is_refused_in_a_line(tmp_path):
    (tmp_path / "manifest.tsv").write_text("patch\tcategory\nx\tgeneral\n")
    with pytest.raises(UserError, match=r"manifest\.tsv: not a manifest of patches; delete it"):
        list(read_patches(tmp_path / "manifest.tsv"))


def test_a_row_of_another_film_is_refused(made, tmp_path):
    other = make_video(tmp_path / "other.mp4", range(20), size=SIZE)
    with pytest.raises(UserError, match="same film"):
        rebuild(made[2][-1], other)


@pytest.mark.slow
def test_parts_made_again_or_alone_are_the_same(made, film, section, tmp_path):
    cut_all(film, section, {"general": 10, "space": 6}, tmp_path)
    there = {path.relative_to(made[0]): path.read_bytes() for path in made[0].rglob("*") if path.is_file()}
    again = {path.relative_to(tmp_path): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert there == again


def test_rejected_windows_are_on_record_and_tried_elsewhere(made):
    _, _, patches, attempts = made
    rejected = [own for own in attempts if own.reason]
    assert {own.reason for own in rejected} <= {"cut", "scene", "dissolve"} and rejected
    assert sum(not own.reason for own in attempts) == len(patches)
    assert any(patch.attempt > 0 for patch in patches)


def test_the_tree_is_as_documented_and_loads(made, section, tmp_path):
    folder = made[0]
    parts = sorted(folder.glob("0*"))
    for name in formats.list_folders(read_categories(section), []):
        gather(parts, name, tmp_path / name)
    tiny = tmp_path / "G/Learn/Tiny"
    assert (tiny / "LR").readlink() == Path("LR_5frames")
    assert sorted(path.name for path in (tmp_path / "G/Learn/Never").iterdir()) == [
        "GT",
        "LR",
        "LR_5frames",
        "LR_7frames",
    ]
    names = {kind: sorted(path.name for path in (tiny / kind).iterdir()) for kind in ("GT", "LR", "LR_7frames")}
    assert names["GT"] == names["LR"] == names["LR_7frames"] != []
    assert (tiny / "GT" / names["GT"][0]).stat().st_nlink == 2, "copied"
    pair = PatchPairs(tiny)[0]
    assert pair["gt"].dtype == pair["lr_stack"].dtype == torch.uint8
    signed, plain = (PatchPairs(tiny, range=range_)[0]["gt"] for range_ in ((-0.5, 0.5), (0, 1)))
    assert torch.allclose(signed + 0.5, plain) and torch.equal((plain * 255).round().byte(), pair["gt"])
    assert pair["gt"].shape == (3, 36, 48) and pair["lr_stack"].shape == (5, 3, 12, 16)
    assert float(plain.min()) >= 0 and float(plain.max()) <= 1
    assert PatchPairs(tiny, frames=7)[0]["lr_stack"].shape == (7, 3, 12, 16)


@pytest.mark.slow
def test_held_out_films_go_to_val_in_one_size(film, section, tmp_path):
    _, patches, _ = cut_all(film, section, {"general": 6}, tmp_path, split="val")
    assert {patch.format for patch in patches} == {"tiny"}
    gather(sorted(tmp_path.glob("0*")), "G/Learn/Val", tmp_path / "tree")
    kinds = {kind: len(list((tmp_path / "tree" / kind).iterdir())) for kind in ("GT", "LR", "LR_7frames")}
    assert kinds == dict.fromkeys(kinds, 6)
    assert PatchPairs(tmp_path / "tree")[0]["lr_stack"].shape == (5, 3, 12, 16)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("change", "reason"),
    [({"min_file_size": 10**6}, "small-file"), ({"scene_diff_threshold": 0.5}, "scene")],
    ids=["a patch of too few bytes", "a scene less stable than asked"],
)
def test_documented_limits_mean_what_they_say(film, section, tmp_path, change, reason):
    settings = section | change | {"max_retry_attempts": 2}
    _, patches, attempts = cut_all(film, settings, {"general": 2}, tmp_path)
    assert patches == []
    assert Counter(own.reason for own in attempts) == {reason: 6}
    assert {own.attempt for own in attempts} == {0, 1, 2}


@pytest.mark.slow
def test_windows_that_are_tried_again_never_share_a_frame(film, section, tmp_path):
    """Neither with those before nor with those of the same round, though the film is hardly long enough for them."""
    settings = section | {"min_file_size": 10**6, "max_retry_attempts": 3, "retry_skip_seconds": 0.04}
    _, _, attempts = cut_all(film, settings, {"general": 8}, tmp_path)
    middles = sorted(Fraction(own.time) for own in attempts)
    rate = probe_film(film).rate
    assert len(middles) > 8 and all(after - before >= 7 / rate for before, after in pairwise(middles))


def test_a_rejected_film_has_a_reason_and_empty_parts(section, tmp_path):
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"\0" * 5000)
    record, patches, attempts = cut_all(broken, section, {"general": 20}, tmp_path)
    assert record.reason == "unusable" and record.detail
    assert len(record.parts) == 3 and patches == attempts == []


def test_a_film_too_short_or_too_small_loses_windows_on_record(film, section, tmp_path):
    record, _ = planned(film, section, {"general": 40})
    assert [reason for *_, reason in record.lost] == ["too-short"] * (40 - 180 // 7)
    small = make_video(tmp_path / "small.mp4", range(30), size=(40, 30))
    record, _ = planned(small, section, {"general": 4})
    assert (record.reason, record.film) == ("too-small", None) and "40x30" in record.detail
    record, _ = planned(film, section | {"categories": section["categories"] | HUGE}, {"general": 2, "vast": 3})
    assert [(name, reason) for name, _, reason in record.lost] == [("vast", "too-small")] * 3


def test_only_the_part_in_use_is_cut(film, section, tmp_path):
    _, patches, _ = cut_all(film, section, {"general": 3}, tmp_path, use=[2.5, 5.0])
    assert patches and all(patch.times[0] >= 2.5 and patch.times[-1] < 5 for patch in patches)


def test_content_may_choose_the_format(film, section, tmp_path):
    _, patches, _ = cut_all(film, section | {"format_choice": "content"}, {"general": 4}, tmp_path)
    assert {patch.format for patch in patches} == {"wide"}  # there is detail everywhere


def test_plans_do_not_depend_on_each_other(film, section):
    assert plan({"general": 5}, 180, 8, 0, "a") != plan({"general": 5}, 180, 8, 0, "b")
    assert planned(film, section, {"general": 5})[0] == planned(film, section, {"general": 5})[0]


def test_quality_may_leave_a_film_out(film, section):
    strict = section | {"quality": section["quality"] | {"min_sharpness": 99}}
    record, frames = planned(film, strict, {"general": 5})
    assert record.reason == "quality" and "99" in record.detail and len(frames) == 0


def test_crops_differ(made):
    crops = {patch.crop for patch in made[2]}
    assert len(crops) > len(made[2]) // 2
