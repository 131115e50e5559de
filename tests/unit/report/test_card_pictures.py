"""Pictures of a card: a few, small, of what may be shown; and where a dataset comes from."""

import re

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

from framewright.report.pictures import QUALITY, SIZE, write_pictures
from framewright.report.provenance import LISTED, SOURCES, compose_provenance


def save(path, width, height, grey):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.full((height, width, 3), grey, np.uint8)).save(path)
    return path


def grey_of(path):
    with Image.open(path) as picture:
        return picture.size, picture.getpixel((5, 5))[0]


def test_each_candidate_gives_one_before_any_gives_a_second(tmp_path):
    save(tmp_path / "sheets/a.png", 40, 30, 10)
    save(tmp_path / "sheets/b.png", 40, 30, 20)
    (tmp_path / "sheets/notes.txt").write_text("no picture")
    single, drawn = save(tmp_path / "one.jpg", 40, 30, 30), tmp_path / "drawn.svg"
    drawn.write_text("<svg/>")
    (tmp_path / "moving").mkdir()
    (tmp_path / "moving/a.gif").write_bytes(b"GIF89a")
    save(tmp_path / "moving/b.png", 40, 30, 40)
    assert write_pictures(tmp_path / "gif", [tmp_path / "moving"]) == 2
    assert (tmp_path / "gif/2.gif").read_bytes() == b"GIF89a"
    (tmp_path / "empty").mkdir()
    assert write_pictures(tmp_path / "out", [tmp_path / "empty", tmp_path / "sheets", single]) == 3
    assert [grey_of(path)[1] for path in sorted((tmp_path / "out").iterdir())] == [10, 30, 20]
    assert write_pictures(tmp_path / "two", [drawn, tmp_path / "sheets"], most=2) == 2
    assert sorted(path.name for path in (tmp_path / "two").iterdir()) == ["1.svg", "2.jpg"]
    assert write_pictures(tmp_path / "none", []) == 0 and not list((tmp_path / "none").iterdir())


def test_a_large_picture_is_shrunk_and_cut_at_the_bottom(tmp_path):
    large = save(tmp_path / "large.png", 2 * SIZE[0], 4 * SIZE[1], 99)
    write_pictures(tmp_path / "out", [large])
    assert grey_of(tmp_path / "out/1.jpg") == (SIZE, 99) and QUALITY > 80


def test_the_first_sources_stand_in_the_card_and_all_in_the_table(tmp_path):
    rows = [{"video": f"v{n}", "sha256": f"{n:064d}", "source": None, "licence": None} for n in range(LISTED + 2)]
    rows[1]["sha256"] = None
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "sources.parquet")
    text = compose_provenance("A file is cut.", tmp_path / "sources.parquet")
    assert (
        text.startswith("A file is cut. `sources.parquet` has the sha256")
        and len(re.findall(r"\| v\d", text)) == LISTED
    )
    assert f"`{0:064d}`" in text and "| `not read` |" in text and text.endswith("2 more are in `sources.parquet`.")
    assert {*SOURCES} == {*rows[0]}
    pq.write_table(
        pa.Table.from_pylist(rows[:0], pa.table({name: [""] for name in SOURCES}).schema), tmp_path / "x.parquet"
    )
    assert "|" not in compose_provenance("Nothing.", tmp_path / "x.parquet")
