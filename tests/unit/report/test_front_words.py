"""The first page, word by word: counts, plurals, lights, pictures; the card's parts, sizes and citations."""

import re
from dataclasses import replace

import cv2
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

from framewright.report.card import (
    Background,
    Column,
    Dataset,
    Front,
    Media,
    Store,
    check,
    write_croissant,
    write_index,
)
from framewright.report.citation import format_bibtex
from framewright.report.costs import Cost
from framewright.report.front import Tile, describe_making, shrink_picture, write_front
from framewright.report.manual import compose_manual, describe_allowed
from framewright.report.provenance import LISTED, compose_provenance
from framewright.report.publish import describe_tile
from framewright.report.readme import compose_hub_head, compose_readme
from framewright.study.funnel import Reason, Stage

TILE = Tile("toy", "Toys", 1234, "clips", "", "", None, "results/a b.html", "datasets.Toys()", (3, 3), {"CC0-1.0": 1})


def words_of(tiles, funnel=None, sources=None, made=None) -> str:
    page = write_front(tiles, funnel or {}, sources or {}, made or {})
    return " ".join(re.sub(r"<style>.*?</style>|<[^>]+>", " ", page, flags=re.S).split())


# ---- the first page -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sources", "said"),
    [
        ({"local files": 1}, "From 1 video of the video table (1 local files)."),
        ({"local files": 2, "links": 0}, "From 2 videos of the video table (2 local files)."),
        (
            {"local files": 1000, "links": 1, "demos": 4},
            "From 1,005 videos of the video table (1,000 local files, 1 links and 4 demos).",
        ),
    ],
)
def test_videos_are_counted_by_kind(sources, said):
    assert said in words_of([TILE], sources=sources)


def test_promises_of_all_datasets_are_added_up():
    other = replace(TILE, pipeline="digits", promises=(1, 4))
    assert "All 3 promises of the datasets hold ; results" in words_of([TILE])
    assert "3 of 7 promises are broken : see digits." in words_of([TILE, other])
    third = replace(TILE, pipeline="third", promises=(0, 1))
    assert "4 of 8 promises are broken : see digits and third." in words_of([TILE, other, third])
    assert "promises" not in words_of([])


def test_a_light_has_a_shape_a_colour_and_a_name():
    def lights(*tiles) -> list[str]:
        return re.findall(r'aria-label="(\w+)">(.)</span>', write_front(tiles, {}, {}, {}))

    assert lights(TILE) == [("good", "●"), ("good", "●")]
    assert lights(replace(TILE, promises=(0, 3), licences={"": 1})) == [("bad", "■"), ("doubt", "▲")]


def test_three_licences_are_named_at_most():
    words = words_of([replace(TILE, licences={"D": 1, "C": 1, "B": 1, "A": 1})])
    assert "A, B and C card" in words
    assert "no video of others in it" in words_of([replace(TILE, licences={})])
    assert "1 of 1,003 videos have no licence" in words_of([replace(TILE, licences={"A": 1002, "": 1})])


def test_four_reasons_are_named_at_most_the_most_frequent_first():
    reasons = tuple(Reason(word, number, (), "") for word, number in zip("abcdef", (1, 2, 1000, 4, 4, 3), strict=True))
    rows = {count: words_of([TILE], {"toy": [Stage("cut", 5000, reasons[:count])]}) for count in (0, 4, 5, 6)}
    assert "cut 5,000 5,000 nothing" in rows[0]
    assert "cut 5,000 3,993 1,000 c, 4 d, 2 b, 1 a How" in rows[4]
    assert "1,000 c, 4 d, 4 e, 2 b and 1 more reasons" in rows[5]
    assert "1,000 c, 4 d, 4 e, 3 f and 2 more reasons" in rows[6]
    assert "pipeline stage in kept dropped" in rows[0]


def test_numbers_of_a_table_stand_right_and_words_left():
    page = write_front([TILE], {"toy": [Stage("cut", 5000, ())]}, {}, {"seed": "7"})
    assert page.count('<td class="number">5,000</td>') == 2 and "<td>nothing</td>" in page
    assert page.count("<th>") == 5  # what made it has no header


def test_only_what_can_be_loaded_is_loaded():
    words = words_of([TILE, replace(TILE, pipeline="other", load="")])
    assert "from framewright import datasets toy = datasets.Toys() What" in words
    assert "import datasets" not in words_of([replace(TILE, load="")])


def test_a_tile_leads_to_its_card_and_shows_its_picture():
    page = write_front([replace(TILE, picture=b"\xff\xd8")], {}, {}, {})
    assert "app.showResultInfo('results/a%20b.html')" in page and 'src="data:image/jpeg;base64,/9g="' in page
    assert "<img" not in write_front([TILE], {}, {}, {}) and "<strong>" not in page.partition('class="tiles"')[2]
    long = write_front([replace(TILE, picture=bytes(30_000))], {}, {}, {})
    assert {len(line.strip()) for line in long.splitlines() if re.fullmatch("[A/]+", line.strip())} == {4000}


def test_each_line_of_the_page_is_indented_below_its_directive():
    first, blank, *rest = write_front([TILE], {}, {}, {}).splitlines()
    assert (first, blank) == (".. raw:: html", "") and all(line.startswith("   ") for line in rest)


@pytest.mark.parametrize(
    ("shape", "small"),
    [((540, 960), (270, 480)), ((1080, 1920), (272, 480)), ((100, 480), (100, 480)), ((1, 960), (1, 480)),
     ((100, 240), (200, 480)), ((544, 960), (272, 480))],
)  # fmt: skip
def test_the_picture_of_a_tile_is_480_wide_and_272_high_at_most(tmp_path, shape, small):
    cv2.imwrite(str(tmp_path / "a.png"), np.full((*shape, 3), 90, np.uint8))
    shown = cv2.imdecode(np.frombuffer(shrink_picture(str(tmp_path / "a.png")), np.uint8), cv2.IMREAD_COLOR)
    assert shown.shape[:2] == small


def test_the_picture_of_a_tile_is_the_upper_left_part(tmp_path):
    picture = np.full((1000, 1900, 3), 250, np.uint8)
    picture[:, :960] = 10
    cv2.imwrite(str(tmp_path / "a.png"), picture)
    shown = cv2.imdecode(np.frombuffer(shrink_picture(str(tmp_path / "a.png")), np.uint8), cv2.IMREAD_COLOR)
    assert shown.max() < 20
    assert shrink_picture("") is None and shrink_picture(str(tmp_path / "none.png")) is None


def test_what_made_it_is_said_with_its_versions():
    versions = {"framewright": "1.0", "snakemake": "9", "python": "3.12", "git": {"commit": "0123456789abcdef"}}
    costs = [Cost("a", 1, 9.0, 1200.4, 1.0), Cost("b", 1, 9.0, 34.0, 1.0)]
    said = describe_making(versions, costs, 7)
    assert said["versions"].startswith("Framewright 1.0 (0123456789), Snakemake 9, Python 3.12;")
    assert said["cost"].startswith("1,234 processor seconds") and said["seed"].startswith("7: ")
    assert (
        "(no commit)" not in said["versions"]
        and "(no commit " in describe_making(versions | {"git": None}, [], 1)["versions"]
    )


# ---- cards ----------------------------------------------------------------------------------------------------------

TOYS = Dataset(
    name="toys",
    description="Toys.",
    records="toys",
    columns={"toy": Column("text", "Its name.")},
    cites=(),
    privacy="None.",
    limits=("Few.", "Small."),
)
STORE = Store({}, {}, {"seed": 1}, {"title": "Framewright", "version": "1", "authors": [{"name": "A"}]})


@pytest.fixture
def index(tmp_path):
    write_index(tmp_path / "index.parquet", TOYS, [{"toy": "a"}, {"toy": "b"}])
    return tmp_path / "index.parquet"


def head_of(dataset, index, store=STORE) -> dict:
    return yaml.safe_load(compose_hub_head(dataset, store, index).strip("-\n"))


@pytest.mark.parametrize(
    ("count", "size"),
    [
        *((0, "n<1K"), (999, "n<1K"), (1000, "1K<n<10K"), (9999, "1K<n<10K"), (10_000, "10K<n<100K")),
        *((99_999, "10K<n<100K"), (100_000, "100K<n<1M"), (999_999, "100K<n<1M"), (10**6, "1M<n<10M")),
        *((10**7, "10M<n<100M"), (10**8, "100M<n<1B"), (10**9, "1B<n<1T"), (10**12, "n>1T")),
        *((10**7 - 1, "1M<n<10M"), (10**8 - 1, "10M<n<100M"), (10**9 - 1, "100M<n<1B"), (10**12 - 1, "1B<n<1T")),
    ],
)
def test_a_hub_is_told_the_order_of_magnitude(monkeypatch, tmp_path, count, size):
    monkeypatch.setattr(pq, "read_metadata", lambda path: type("Counted", (), {"num_rows": count}))
    assert head_of(TOYS, tmp_path / "index.parquet")["size_categories"] == [size]


def test_a_hub_is_told_the_licences_in_its_words_and_the_tables(index):
    head = head_of(replace(TOYS, licence="MIT"), index, replace(STORE, licences={"CC0-1.0": 1, "X": 1, "Y": 1}))
    assert head["license"] == ["mit", "cc0-1.0", "other"]
    assert head["configs"] == [{"config_name": "toys", "data_files": "index.parquet", "default": True}]
    assert head["pretty_name"] == "toys" and "task_categories" not in head
    more = replace(TOYS, front=Front("Nice toys", ""), background=Background(tasks=("a",)), others={"boxes": {}})
    head = head_of(more, index)
    assert head["pretty_name"] == "Nice toys" and head["task_categories"] == ["a"]
    assert head["configs"][1] == {"config_name": "boxes", "data_files": "boxes.parquet"}


def sections_of(text: str) -> list[str]:
    return re.findall("^## (.*)$", text, re.M)


def test_a_plain_card_has_these_sections_in_this_order(index):
    text = compose_readme(TOYS, STORE, index)
    assert sections_of(text) == [
        "Load it", "What was dropped, and why", "Licences", "Privacy", "Known limits", "Columns", "How it was made",
        "Cite", "Before you share it",
    ]  # fmt: skip
    assert "Or, in the folder" not in text and "The dataset is empty." in text and "pictures/" not in text
    assert "2 toys, a row each in `index.parquet`" in text and "- Few.\n- Small.\n" in text


def test_what_a_dataset_can_say_has_its_sections(index, tmp_path):
    pq.write_table(
        pa.table({"video": ["a"], "sha256": ["0"], "source": [""], "licence": [""]}), tmp_path / "sources.parquet"
    )
    rich = replace(
        TOYS,
        licence="MIT",
        front=Front("", "datasets.Toys()"),
        background=Background("Found.", "By hand.", ("Few.",), ("Play.", "Rest.")),
        others={"sources": {"video": Column("text", "Its name.")}},
        provenance="Cut.",
        sections={"Extra": "More."},
    )
    text = compose_readme(rich, replace(STORE, licences={"CC0-1.0": 1500, "": 1}), index, "![1](pictures/1.jpg)")
    assert sections_of(text) == [
        "Load it", "Recommended uses", "How it came about", "Biases", "What was dropped, and why", "Provenance",
        "Extra", "Licences", "Privacy", "Known limits", "Columns of `index.parquet`", "Columns of `sources.parquet`",
        "How it was made", "Cite", "Before you share it",
    ]  # fmt: skip
    assert "then `datasets.Toys()`" in text and "Found. By hand.\n" in text and "- Play.\n- Rest." in text
    assert "![1](pictures/1.jpg)" in text and "is under MIT." in text and "The dataset is empty" not in text
    assert "| CC0-1.0 | 1,500 |\n| **UNKNOWN** | 1 |" in text and "**For 1 of 1,501 videos no licence" in text


def test_a_tile_has_the_title_of_the_dataset_or_its_name(index):
    assert describe_tile(TOYS, STORE, index) | {"load": ""} == {
        "title": "toys", "load": "", "picture": "", "figure": "", "meaning": "", "gallery": "", "count": 2,
        "noun": "toys", "licences": {},
    }  # fmt: skip
    front = Front("Nice", "x").with_figure("9", "nines")
    told = describe_tile(replace(TOYS, front=front), STORE, index)
    assert (told["title"], told["figure"], told["meaning"]) == ("Nice", "9", "nines")


@pytest.mark.parametrize("count", [0, 1, LISTED, LISTED + 1])
def test_ten_sources_stand_in_the_card(tmp_path, count):
    rows = {name: [f"{name}{n}" for n in range(count)] for name in ("video", "sha256")}
    pq.write_table(pa.table(rows, pa.schema([(name, pa.string()) for name in rows])), tmp_path / "s.parquet")
    text = compose_provenance("Cut.", tmp_path / "s.parquet")
    assert LISTED == 10 and text.count("| video") == min(count, LISTED) + bool(count)
    assert ("1 more are in `s.parquet`." in text) == (count > LISTED) == ("more are" in text)


def test_files_that_a_card_describes_are_read_back_as_they_are(tmp_path):
    folder = tmp_path / "card"
    (folder / "pictures").mkdir(parents=True)
    for name in ("a.png", "b.png", "c.png"):
        cv2.imwrite(str(folder / "pictures" / name), np.full((8, 8, 3), ord(name[0]), np.uint8))
    shown = replace(
        TOYS, licence="MIT", media={"pictures": Media("pictures", "*.png", "image/png", ("a.png", "b.png"))}
    )
    write_index(folder / "index.parquet", shown, [{"toy": "a"}])
    write_croissant(folder / "croissant.json", shown, STORE, folder / "index.parquet")
    check(folder / "croissant.json", shown, folder / "index.parquet")
    fewer = replace(shown, media={"pictures": replace(shown.media["pictures"], examples=("a.png",))})
    with pytest.raises(ValueError, match="finds 2 of the 1 pictures-examples"):
        check(folder / "croissant.json", fewer, folder / "index.parquet")
    none = replace(shown, media={"pictures": replace(shown.media["pictures"], examples=())})
    write_croissant(folder / "croissant.json", none, STORE, folder / "index.parquet")
    assert "pictures-example" not in (folder / "croissant.json").read_text()


# ---- citations and the manual ---------------------------------------------------------------------------------------


def test_an_entry_has_what_its_work_has_and_nothing_else():
    work = {
        "abbreviation": "A-b c", "title": "T", "type": "article", "year": 2020, "issue": 3, "start": 1, "end": 9,
        "authors": [{"family-names": "X", "given-names": "Y"}, {"name": "The Group"}],
        "identifiers": [{"value": "10.1/x"}, {"value": "arXiv:1234.5"}],
    }  # fmt: skip
    own = {"title": "My Soft", "type": "software", "version": "1", "authors": [{"name": "Me"}], "references": [work]}
    assert format_bibtex(own, ["A-b c"]) == (
        "@article{abc2020,\n  author = {X, Y and {The Group}},\n  title = {T},\n  number = {3},\n  year = {2020},\n"
        "  pages = {1--9},\n  eprint = {1234.5},\n  archivePrefix = {arXiv},\n}\n\n"
        "@software{mysoft,\n  author = {{Me}},\n  title = {My Soft},\n  version = {1},\n}"
    )
    assert format_bibtex(own | {"type": "x"}, []).startswith("@misc{mysoft,")


@pytest.mark.parametrize(
    ("of", "words"),
    [
        ({"enum": ["a", "b"]}, "`a` or `b`"),
        ({"type": "array", "items": {"enum": ["a", "b"]}}, "list of `a` or `b`"),
        ({"type": "array", "items": {"enum": []}}, "list"),
        ({"type": "array", "items": {"type": "integer", "minimum": 0}}, "list of whole number, at least 0"),
        ({"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 2}, "number, more than 0, less than 2"),
        ({"type": "number", "maximum": 2}, "number, at most 2"),
        ({"type": "string", "path": "table"}, "path of a table"),
    ],
)
def test_each_kind_of_key_is_said_in_words(of, words):
    assert describe_allowed(of) == words


def test_the_manual_has_a_table_for_each_group_and_an_example_for_each_section():
    def key(default, **more) -> dict:
        return {"type": "integer", "default": default, "description": f"About {default}.", **more}

    schema = {
        "properties": {
            "seed": key(7, examples=[9]),
            "part": {
                "description": "A part.",
                "properties": {
                    "one": key(1, minimum=1, maximum=5, examples=[2, 3]),
                    "inner": {"description": "Inside.", "properties": {"two": key(2), "three": key(3, examples=[4])}},
                },
            },
            "bare": {
                "description": "Bare.",
                "properties": {"group": {"description": "G.", "properties": {"x": key(5)}}},
            },
        }
    }
    columns = {
        "description": "All videos.",
        "required": ["id", "note"],
        "properties": {
            "id": {"type": "string", "minLength": 1, "description": "Name.", "examples": ["a"], "allowed": "a|b"},
            "note": {"type": "string", "description": "Note.", "examples": ["x"]},
            "tags": {"type": "array", "items": {"enum": ["p", "q"]}, "description": "Tags.", "examples": [["p", "q"]]},
            "mix": {
                "type": "object", "propertyNames": {"enum": ["u"]}, "description": "Mix.", "examples": [{"u": 0.5}],
            },
        },
    }  # fmt: skip
    text = compose_manual(schema, columns)
    assert re.findall("^#+ .*$", text, re.M) == [
        "# Configuration", "## At the top level", "## `part`", "### `part.inner`", "## `bare`", "### `bare.group`",
        "## The table of videos",
    ]  # fmt: skip
    assert "| `one` | `1` | whole number, 1 to 5 | About 1. |\n\n### `part.inner`\n\nInside.\n\n| key |" in text
    assert "## `bare`\n\nBare.\n\n### `bare.group`" in text
    examples = [yaml.safe_load(example) for example in re.findall("```yaml\n(.*?)```", text, re.S)]
    assert examples == [{"seed": 9}, {"part": {"one": 2, "inner": {"three": 4}}}, {}]
    assert "of which `note` may have empty cells:" in text and "| `id` | a\\|b | Name. | `a` |" in text
    assert "| `tags` | words among `p`, `q` | Tags. | `p,q` |" in text
    assert "| `mix` | `name=share` for any of `u` | Mix. | `u=0.5` |" in text
    needed, others = (text.partition("may have empty cells:")[2].split("It may have these")[k] for k in (0, 1))
    assert "`note`" in needed and "`tags`" not in needed and "| `tags`" in others and "| `note`" not in others
    assert text.endswith("The smallest table:\n\n```\nid\tnote\na\tx\n```\n")
