import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from framewright.sources.discover import from_folder, from_list
from framewright.video.file_type import is_text, is_video

SCRIPT = Path(__file__).parents[3] / "scripts/make_table.py"
MP4 = b"\0\0\0\x18ftypisom\0\0\2\0isomiso2"


def film(path, content="", start=MP4):
    """A file that begins as a video does; equal `content` makes equal files."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(start + (content or path.as_posix()).encode() + b"\0")
    return path


def table(folder, **options):
    found = from_folder(folder, folder.parent, **options)
    return {row.video: row.source.removeprefix(f"{folder.name}/") for row in found.rows}, found.odd


@pytest.mark.parametrize(
    ("head", "video", "text"),
    [
        pytest.param(MP4, True, False, id="MP4"),
        pytest.param(b"\0\0\0\x08wide\0\0\1\0mdat", True, False, id="old QuickTime"),
        pytest.param(b"\x1a\x45\xdf\xa3\x9fB\x86\x81\x01", True, False, id="Matroska"),
        pytest.param(b"RIFF\x10\0\0\0AVI LIST", True, False, id="AVI"),
        pytest.param(b"G" + bytes(187) + b"G" + bytes(187), True, False, id="transport stream"),
        pytest.param(bytes(4) + b"G" + bytes(191) + b"G", True, False, id="transport stream of a camera"),
        pytest.param(b"OggS\0\2" + bytes(22) + b"\x80theora", True, False, id="Theora"),
        pytest.param(b"\0\0\0\1\x67\x64\0\x28", True, False, id="bare H.264"),
        pytest.param(b"YUV4MPEG2 W64 H48 F25:1\nFRAME\n", True, True, id="Y4M"),
        pytest.param(b"OggS\0\2" + bytes(22) + b"\1vorbis", False, False, id="Vorbis"),
        pytest.param(b"\0\0\0\x18ftypheic", False, False, id="a phone's picture"),
        pytest.param(b"\0\0\0\x18ftypM4A ", False, False, id="a song"),
        pytest.param(b"RIFF\x10\0\0\0WEBPVP8 ", False, False, id="WebP"),
        pytest.param(b"\x89PNG\r\n\x1a\n\0\0", False, False, id="PNG"),
        pytest.param(b"ffconcat version 1.0\nfile /etc/passwd\n", False, True, id="a playlist"),
        pytest.param("const größe = 1;\n".encode(), False, True, id="TypeScript"),
        pytest.param(b"", False, False, id="nothing"),
    ],
)
def test_first_bytes(head, video, text):
    assert (is_video(head), is_text(head)) == (video, text)


def test_a_folder_s_videos_in_order(tmp_path):
    folder = tmp_path / "films"
    for name in ("b.mp4", "sub/deep/c.MKV", "a film.with.dots.mov", "no-suffix", "clip.dat"):
        film(folder / name)
    for name in (".hidden.mp4", ".cache/x.mp4", "~lock.mp4", "d.mp4.part", "e.mp4~", "song.m4a", "photo.heic"):
        film(folder / name)
    (folder / "notes.txt").write_text("not a video")
    (folder / "data.bin").write_bytes(bytes(100))
    assert table(folder) == (
        {
            "a_film_with_dots": "a film.with.dots.mov",
            "b": "b.mp4",
            "clip_dat": "clip.dat",
            "no-suffix": "no-suffix",
            "sub_deep_c": "sub/deep/c.MKV",
        },
        (),
    )


def test_a_sequence_of_pictures_is_one_video(tmp_path):
    for name in ("MOT/train/A/img1/000001.jpg", "MOT/train/B/img1/1.png", "films/img1/notes.jpg"):
        (tmp_path / "all" / name).parent.mkdir(parents=True)
        (tmp_path / "all" / name).write_bytes(name.encode())
    (tmp_path / "all/MOT/train/A/det").mkdir()
    film(tmp_path / "all/films/b.mp4")
    rows, odd = table(tmp_path / "all")
    assert rows == {
        "MOT_train_A": "mot:all/MOT/train/A",
        "MOT_train_B": "mot:all/MOT/train/B",
        "films_b": "films/b.mp4",
    }
    assert odd == ()
    rows, _ = table(tmp_path / "all/MOT/train/A")
    assert rows == {"A": "mot:A"}


def test_odd_entries_are_reported(tmp_path):
    folder = tmp_path / "films"
    film(folder / "good.mp4", "one")
    film(folder / "good copy.mp4", "one")
    film(folder / "other.mp4", "two")
    (folder / "link.mp4").symlink_to("other.mp4")
    (folder / "nowhere.mp4").symlink_to("gone.mp4")
    (folder / "circle").symlink_to(".")
    (folder / "empty.mp4").touch()
    (folder / "page.mp4").write_text("<html>")
    (folder / "strange.mp4").write_bytes(bytes(range(100)))
    film(folder / "tab\there.mp4")
    os.mkfifo(folder / "pipe.mp4")
    rows, odd = table(folder)
    assert set(rows) == {"good_copy", "link", "strange"}
    assert [line.removeprefix(f"{folder}/") for line in odd] == [
        "empty.mp4: 0 bytes; left out",
        "nowhere.mp4: a link to nothing; left out",
        "page.mp4: a text, not a video; left out",
        "strange.mp4: does not begin as a video does; kept, the run will tell",
        "tab?here.mp4: a table cannot hold this name; rename it (left out)",
        f"good.mp4: the same content as {folder}/good copy.mp4; left out",
        f"other.mp4: the same file as {folder}/link.mp4; left out",
    ]


def test_sequences_of_the_same_pictures_are_taken_once(tmp_path):
    for name in ("A-DPM", "A-FRCNN", "B"):
        (tmp_path / "all" / name / "img1").mkdir(parents=True)
        (tmp_path / "all" / name / "img1/000001.jpg").write_text("x" if name == "B" else "same")
    rows, odd = table(tmp_path / "all")
    assert set(rows) == {"A-DPM", "B"}
    assert odd == (f"{tmp_path}/all/A-FRCNN: the same content as {tmp_path}/all/A-DPM; left out",)


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read everything")
def test_what_may_not_be_read_is_reported(tmp_path):
    film(tmp_path / "films/a.mp4").chmod(0)
    (tmp_path / "films/closed").mkdir(mode=0)
    _, odd = table(tmp_path / "films")
    assert ["cannot be read" in line for line in odd] == [True, True]


NAMES = [
    "film.mp4",
    "Film.mp4",
    "film.mkv",
    "film .mp4",
    "-film.mp4",
    "a/film.mp4",
    "a_film.mp4",
    "東京.mp4",
    "京都.mp4",
    "Zürich.mp4",
    "Zurich.mp4",
    "!!!.mp4",
    "__.mp4",
    "x" * 200 + "1.mp4",
    "x" * 200 + "2.mp4",
]


def test_ids_are_valid_unique_and_stable(tmp_path):
    folder = tmp_path / "films"
    for name in NAMES:
        film(folder / name)
    rows, odd = table(folder)
    assert len(rows) == len({video.lower() for video in rows}) == len(NAMES)
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{1,64}", video) for video in rows)
    assert len(odd) == 4 + 2 + 2  # only where two names would be the same
    for name in ("another.mp4", "film2.mkv", "大阪.mp4", "x" * 200 + "3.mp4", "b/film.mp4"):
        film(folder / name)
    more, _ = table(folder)
    assert rows.items() <= more.items()


def test_ids_of_an_earlier_table_stay(tmp_path):
    folder = tmp_path / "films"
    film(folder / "film.mp4", "one")
    known = {"films/film.mp4": "film", "films/gone.mp4": "gone"}
    film(folder / "film.mkv", "two")
    film(folder / "copy.mp4", "one")
    rows, odd = table(folder, known=known)
    assert rows.pop("film") == "film.mp4"
    assert [video.partition("-")[0] for video in rows] == ["film"]
    assert len(odd) == 2


def test_a_path_that_reads_as_something_else_is_guarded(tmp_path):
    for name in ("youtube:abcdefghijk.mp4", "~film.mp4x", "plain.mp4"):
        film(tmp_path / name)
    rows = from_folder(tmp_path, tmp_path).rows
    assert [row.source for row in rows] == ["plain.mp4", "./youtube:abcdefghijk.mp4"]
    assert from_folder(tmp_path, Path("/elsewhere")).rows[0].source == f"{tmp_path}/plain.mp4"


@pytest.mark.parametrize(
    ("line", "video", "source"),
    [
        ("dQw4w9WgXcQ", "dQw4w9WgXcQ", "youtube:dQw4w9WgXcQ"),
        ("  -_w4w9WgXc-  # a favourite", "-_w4w9WgXc-", "youtube:-_w4w9WgXc-"),
        ("youtube:dQw4w9WgXcQ", "dQw4w9WgXcQ", "youtube:dQw4w9WgXcQ"),
        ("https://www.youtube.com/watch?list=x&v=dQw4w9WgXcQ&t=9s", "dQw4w9WgXcQ", "youtube:dQw4w9WgXcQ"),
        ("http://m.youtube.com/watch?v=dQw4w9WgXcQ#t=9", "dQw4w9WgXcQ", "youtube:dQw4w9WgXcQ"),
        ("https://youtu.be/dQw4w9WgXcQ?si=abc", "dQw4w9WgXcQ", "youtube:dQw4w9WgXcQ"),
        ("https://www.youtube.com/shorts/dQw4w9WgXcQ/", "dQw4w9WgXcQ", "youtube:dQw4w9WgXcQ"),
        ("https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ", "dQw4w9WgXcQ", "youtube:dQw4w9WgXcQ"),
        ("youtu.be/dQw4w9WgXcQ", "dQw4w9WgXcQ", "youtube:dQw4w9WgXcQ"),
        ("https://example.org/My%20film.mp4#t=3", "My_film", "https://example.org/My%20film.mp4"),
        ("http://example.org", "example_org", "http://example.org"),
    ],
)
def test_lines_of_a_list(line, video, source):
    found = from_list(line + "\r\n")
    assert [(row.video, row.source) for row in found.rows] == [(video, source)]
    assert found.odd == ()


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("https://www.youtube.com/playlist?list=PL123", "not that of one video"),
        ("https://www.youtube.com/@someone", "not that of one video"),
        ("https://www.youtube.com/watch?v=short", "not that of one video"),
        ("dQw4w9WgXc", "neither an address"),
        ("ftp://example.org/film.mp4", "neither an address"),
        ("https://example.org/a film.mp4", "neither an address"),
        ("https://", "neither an address"),
        ("http://[::1/film", "not a valid address"),
    ],
)
def test_bad_lines_are_named_by_number(line, says):
    found = from_list(f"# films\n\n{line}\ndQw4w9WgXcQ\n")
    assert len(found.rows) == 1
    assert found.odd[0].startswith(f"line 3: {line}: ") and says in found.odd[0]
    assert found.odd[0].endswith("left out")


def test_the_same_video_twice_in_a_list():
    found = from_list("dQw4w9WgXcQ\nhttps://youtu.be/dQw4w9WgXcQ\n")
    assert len(found.rows) == 1
    assert found.odd == ("line 2: https://youtu.be/dQw4w9WgXcQ: the same video as in line 1; left out",)


def test_ids_that_differ_by_case_alone_are_told_apart_in_any_order():
    one = {(row.video, row.source) for row in from_list("aaaaaaaaaaa\nAAAAAAAAAAA").rows}
    two = {(row.video, row.source) for row in from_list("AAAAAAAAAAA\nother_video\naaaaaaaaaaa").rows}
    assert one < two
    assert len({video.lower() for video, _ in one}) == 2


def test_passwords_do_not_reach_the_remarks():
    found = from_list("https://me:secret@example.org/a.mp4\nhttps://me:secret@example.org/a.mp4")
    assert "secret" not in found.odd[0]
    assert "secret" in found.rows[0].source


def make_table(cwd, *arguments):
    command = [sys.executable, SCRIPT, *arguments]
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr
    return done


def test_the_command_writes_the_table_and_its_remarks(tmp_path):
    film(tmp_path / "films/a.mp4")
    (tmp_path / "films/b.mp4").touch()
    done = make_table(tmp_path, "films", "--pipelines", "patches", "--categories", "general=1", "--licence", "CC0-1.0")
    header = "video\tsource\tpipelines\tcategories\tlicence\n"
    assert done.stdout == header + "a\tfilms/a.mp4\tpatches\tgeneral=1\tCC0-1.0\n"
    assert done.stderr == f"{tmp_path}/films/b.mp4: 0 bytes; left out\n1 videos, 1 odd entry\n"
    assert done.returncode == 0


@pytest.mark.slow
def test_the_command_does_not_overwrite(tmp_path):
    film(tmp_path / "films/a.mp4")
    assert make_table(tmp_path, "films", "-o", "config/videos.tsv").returncode == 0
    text = (tmp_path / "config/videos.tsv").read_text().replace("\na\t", "\nmine\t")
    (tmp_path / "config/videos.tsv").write_text(text)
    done = make_table(tmp_path, "films", "-o", "config/videos.tsv")
    assert (done.returncode, done.stderr) == (1, "make table: config/videos.tsv exists; --force overwrites it\n")
    assert make_table(tmp_path, "films", "-o", "config/videos.tsv", "--force").returncode == 0
    assert (tmp_path / "config/videos.tsv").read_text() == text


@pytest.mark.parametrize("place", ["nowhere", "empty", "a.mp4", "none.txt"])
def test_the_command_says_what_it_wants(tmp_path, place):
    film(tmp_path / "a.mp4")
    (tmp_path / "empty").mkdir()
    (tmp_path / "none.txt").write_text("# nothing yet\n")
    done = make_table(tmp_path, place)
    assert (done.returncode, done.stdout) == (1, "")
    assert re.fullmatch(rf"make table: {place}: .+\n", done.stderr)
