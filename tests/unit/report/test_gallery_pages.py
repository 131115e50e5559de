"""What a gallery writes: items in chunks, posters in sheets, films and pictures of known size."""

import json
import re

import cv2
import numpy as np
import pytest
from PIL import Image

from framewright.report.gallery import write
from framewright.report.gallery.films import SIDE, write_film
from framewright.report.gallery.posters import (
    decode_poster,
    encode_poster,
    list_posters,
    read_all_posters,
    write_posters,
)
from framewright.report.gallery.write import Field, Gallery, fit_poster, write_gallery
from framewright.report.gif import write_gif
from framewright.report.pictures import SIZE, write_pictures
from framewright.video.stream import open_video

GALLERY = Gallery("Clips", [Field("kind", "Kind", "choice", "What it is.")], ["kind"], "use it", poster=(16, 12))


def chunks_of(folder) -> list[dict]:
    texts = [path.read_text(encoding="utf-8") for path in sorted((folder / "data").glob("chunk_*.js"))]
    calls = [re.fullmatch(r"galleryChunk\((\d+), (.*)\);\n", text) for text in texts]
    assert [int(call[1]) for call in calls] == list(range(len(calls)))
    return [json.loads(call[2]) for call in calls]


def described(folder) -> dict:
    text = (folder / "data/gallery.js").read_text(encoding="utf-8")
    return json.loads(text.removeprefix("window.GALLERY = ").removesuffix(";\n"))


def items_of(count: int) -> list[dict]:
    return [{"id": f"i{number}", "kind": f"k{number % 3}", "more": 1} for number in range(count)]


@pytest.mark.parametrize(("count", "sizes"), [(0, []), (3, [3]), (4, [3, 1]), (6, [3, 3])])
def test_items_are_written_in_chunks_in_their_order(tmp_path, monkeypatch, count, sizes):
    monkeypatch.setattr(write, "CHUNK", 3)
    items = items_of(count)
    assert write_gallery(tmp_path, GALLERY, items, [None] * count) == count
    chunks = chunks_of(tmp_path)
    assert [len(chunk["id"]) for chunk in chunks] == sizes
    assert [name for chunk in chunks for name in chunk["id"]] == [item["id"] for item in items]
    assert all({*chunk} == {"id", "kind", "poster"} for chunk in chunks)
    said = described(tmp_path)
    assert (said["count"], said["chunks"], said["per_sheet"], said["columns"]) == (count, len(sizes), 100, 10)
    assert not list((tmp_path / "sheets").iterdir())


def test_a_gallery_says_what_it_is_and_its_fields_once(tmp_path):
    write_gallery(tmp_path, GALLERY, [], [])
    said = described(tmp_path)
    assert (said["title"], said["use"], said["poster"], said["root"]) == ("Clips", "use it", [16, 12], "../")
    assert said["fields"] == [
        {"name": "kind", "label": "Kind", "kind": "choice", "sentence": "What it is.", "film": False, "pixels": False}
    ]
    page = (tmp_path / "index.html").read_text()
    assert "{{" not in page and all((write.HERE / name).read_text() in page for name in ("gallery.css", "gallery.js"))
    assert Gallery("", [], [], "").poster == (160, 120)


@pytest.mark.parametrize(("count", "sheets"), [(1, 1), (99, 1), (100, 1), (101, 2), (200, 2)])
def test_posters_lie_in_rows_of_ten_on_sheets_of_a_hundred(tmp_path, count, sheets):
    posters = [np.full((12, 16, 3), 60 + number % 190, np.uint8) for number in range(count)]
    write_gallery(tmp_path, GALLERY, items_of(count), posters)
    files = sorted((tmp_path / "sheets").iterdir())
    assert [file.name for file in files] == [f"sheet_{number:04}.jpg" for number in range(sheets)]
    assert chunks_of(tmp_path)[0]["poster"] == list(range(count))
    pictures = [cv2.imread(str(file), cv2.IMREAD_GRAYSCALE) for file in files]
    assert {picture.shape for picture in pictures} == {(120, 160)}
    for number in {0, 9, 10, count // 2, count - 1} & {*range(count)}:
        sheet, place = divmod(number, 100)
        row, column = divmod(place, 10)
        patch = pictures[sheet][12 * row + 3 : 12 * row + 9, 16 * column + 4 : 16 * column + 12]
        assert patch.mean() == pytest.approx(60 + number % 190, abs=4)
    if count % 100:
        assert pictures[-1][-6:, -8:].mean() == pytest.approx(27, abs=3)  # a free place is dark


def test_items_without_a_poster_take_no_place(tmp_path):
    grey = np.full((12, 16, 3), 99, np.uint8)
    write_gallery(tmp_path, GALLERY, items_of(4), [None, grey, None, grey])
    assert chunks_of(tmp_path)[0]["poster"] == [None, 0, None, 1]


def test_colours_of_a_sheet_are_those_of_the_posters(tmp_path):
    write_gallery(tmp_path, GALLERY, items_of(1), [np.full((12, 16, 3), (220, 120, 20), np.uint8)])
    with Image.open(tmp_path / "sheets/sheet_0000.jpg") as sheet:
        assert np.abs(np.subtract(sheet.convert("RGB").getpixel((5, 5)), (220, 120, 20))).max() < 25


def test_nothing_in_the_data_ends_its_script(tmp_path):
    item = {"id": "</script>\u2028\u2029<", "kind": "ü"}
    write_gallery(tmp_path, GALLERY, [item], [None])
    text = (tmp_path / "data/chunk_000.js").read_text(encoding="utf-8")
    assert not re.search("[<\u2028\u2029]", text) and "ü" in text and ", " not in text.partition("{")[2]
    assert chunks_of(tmp_path)[0]["id"] == [item["id"]]


def test_a_poster_on_a_sheet_is_enlarged_in_sharp_squares_and_shrunk_smoothly():
    checks = (np.indices((6, 8)).sum(0) % 2 * 255).astype(np.uint8)[..., None].repeat(3, 2)
    assert set(np.unique(fit_poster(checks, (16, 12)))) == {0, 255}
    assert set(np.unique(fit_poster(checks, (8, 6)))) == {0, 255}
    assert np.ptp(fit_poster(checks, (4, 3))) < 3 and fit_poster(checks, (4, 3)).mean() == pytest.approx(127.5, abs=1)
    assert fit_poster(np.full((1000, 1, 3), 200, np.uint8), (10, 10)).max(axis=(0, 2)).tolist() == [27] * 4 + [
        200, *[27] * 5,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("shape", "size"),
    [((128, 200), (200, 128)), ((127, 127), (254, 254)), ((10, 64), (832, 130)), ((64, 30), (150, 320))],
)
def test_a_film_is_enlarged_by_the_least_whole_number_that_suffices(tmp_path, shape, size):
    frames = [np.full((*shape, 3), grey, np.uint8) for grey in (50, 200)]
    assert write_film(tmp_path, "one", frames, 5) == "gallery/films/one.mp4"
    assert write_film(tmp_path, "two", frames, 5) == "gallery/films/two.mp4"  # beside the first
    with open_video(tmp_path / "films/one.mp4") as video:
        times = [frame.time for frame in video.frames()]
    assert video.size == size and min(size) >= SIDE
    assert float(times[1] - times[0]) == pytest.approx(0.2)


@pytest.mark.parametrize(
    ("shape", "small"),
    [((160, 100), (160, 100)), ((100, 161), (99, 160)), ((320, 100), (160, 50)), ((9, 4000), (1, 160))],
)
def test_a_poster_is_at_most_160_pixels_long(shape, small):
    assert decode_poster(encode_poster(np.zeros((*shape, 3), np.uint8))).shape == (*small, 3)


def test_a_poster_that_is_no_picture_is_an_error():
    with pytest.raises(ValueError, match="a poster of 3 bytes is no picture"):
        decode_poster(b"abc")


def test_posters_of_several_files_are_found_by_the_ids_of_items(tmp_path):
    posters = {name: encode_poster(np.full((8, 8, 3), grey, np.uint8)) for name, grey in (("a", 20), ("b", 120))}
    for name, poster in posters.items():
        write_posters(tmp_path / name, {name: poster})
    read = read_all_posters([tmp_path / "a", tmp_path / "b"])
    assert read == posters
    first, none, last = list_posters([{"id": "b"}, {"id": "c"}, {"id": "a"}], read)
    assert none is None and first.mean() == pytest.approx(120, abs=2) and last.mean() == pytest.approx(20, abs=2)


@pytest.mark.parametrize(
    ("given", "written"),
    [
        *(((960, 720), (960, 720)), ((961, 300), (960, 300)), ((400, 900), (400, 720)), ((1920, 800), (960, 400))),
        pytest.param((5000, 1), (960, 1), id="very flat"),
    ],
)
def test_a_picture_of_a_card_is_at_most_960_wide_and_720_high(tmp_path, given, written):
    Image.fromarray(np.full((given[1], given[0], 3), 50, np.uint8)).save(tmp_path / "a.png")
    assert write_pictures(tmp_path / "in/out", [tmp_path / "a.png"]) == 1 and SIZE == (960, 720)
    with Image.open(tmp_path / "in/out/1.jpg") as picture:
        assert picture.size == written


def test_a_picture_of_a_card_is_cut_from_its_upper_left_corner(tmp_path):
    picture = np.full((1000, 300, 3), 250, np.uint8)
    picture[:40, :40] = 0
    Image.fromarray(picture).save(tmp_path / "a.png")
    assert write_pictures(tmp_path / "out", [tmp_path / "a.png"] * 5) == 3
    with Image.open(tmp_path / "out/3.jpg") as written:
        assert written.getpixel((20, 20))[0] < 20 and written.getpixel((60, 20))[0] > 230


def test_a_gif_plays_for_ever_each_frame_whole_hundredths_of_a_second(tmp_path):
    """At 30 a second a frame lasts 3 or 4 hundredths, and after three frames a tenth is over."""
    write_gif(tmp_path / "a.gif", [np.full((4, 4), 30 * k, np.uint8) for k in range(6)], 30)
    with Image.open(tmp_path / "a.gif") as picture:
        lasting = [picture.seek(k) or picture.info["duration"] for k in range(picture.n_frames)]
        assert picture.info["loop"] == 0
    assert lasting == [30, 40, 30, 30, 40, 30]
    assert [sum(lasting[:k]) for k in (3, 6)] == [100, 200]


def test_a_gif_has_no_more_colours_than_asked_and_no_dots_of_others(tmp_path):
    ramp = np.arange(64, dtype=np.uint8)[None, :, None].repeat(8, 0).repeat(3, 2) * 4
    write_gif(tmp_path / "a.gif", [ramp], 10, colours=4)
    with Image.open(tmp_path / "a.gif") as picture:
        shown = np.asarray(picture.convert("RGB"))
    assert len(np.unique(shown.reshape(-1, 3), axis=0)) == 4 and (shown == shown[:1]).all()
