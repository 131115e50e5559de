"""The card of the patches: its figure, and examples of films that may be shown, with their pictures."""

from dataclasses import replace

import mlcroissant as mlc
import numpy as np
import pytest
from house import ROOT
from make_patches import row, write_files

from framewright.patches.card import DATASET, describe_dataset, describe_pictures, list_index_rows
from framewright.patches.row_columns import COLUMNS
from framewright.patches.rows import make_row
from framewright.patches.stack import decode_png
from framewright.report.card import Store, write_croissant, write_index
from framewright.report.citation import read_citation
from framewright.study.funnel import Reason, Stage
from framewright.study.rows import write_rows


def test_the_figure_is_the_share_of_the_patches_that_were_asked_for():
    funnel = [Stage("film", 2, ()), Stage("patch", 25, (Reason("too-short", 2, (), ""), Reason("scene", 3, (), "")))]
    assert (describe_dataset(funnel).front.figure, describe_dataset(funnel).front.title) == ("80%", DATASET.front.title)


def test_where_nothing_was_asked_for_there_is_no_figure():
    assert describe_dataset([]) == DATASET == describe_dataset([Stage("patch", 0, ())])


@pytest.mark.slow
def test_programs_get_the_pictures_of_films_that_may_be_shown(tmp_path):
    patches = [row("a", 0), row("b", 0), row("b", 1)]
    for patch in patches:
        write_files(tmp_path / "dataset", patch)
    rows = [tmp_path / "rows.parquet"]
    write_rows(rows[0], COLUMNS, map(make_row, patches), {})
    store, card = Store({}, {"": 1}, {}, read_citation(ROOT / "CITATION.cff")), tmp_path / "card"
    card.mkdir()
    write_index(card / "index.parquet", DATASET, list_index_rows(rows))
    write_index(card / "sources.parquet", DATASET, [], "sources")
    described = replace(DATASET, media=describe_pictures(rows, {"b"}))
    write_croissant(card / "croissant.json", described, store, card / "index.parquet")
    read = mlc.Dataset(card / "croissant.json")
    for name, column in (("sharp", "gt"), ("stacks", "lr_5frames")):
        found = list(read.records(f"{name}-examples"))
        assert len(found) == 2
        for patch, record in zip(patches[1:], found, strict=True):
            file = getattr(patch, column)
            assert record[f"{name}-examples/file"].decode() == file
            wanted = decode_png((tmp_path / "dataset" / file).read_bytes())
            assert np.array_equal(np.asarray(record[f"{name}-examples/content"].convert("RGB")), wanted)


def test_where_no_film_may_be_shown_there_are_no_examples(tmp_path):
    write_rows(tmp_path / "rows.parquet", COLUMNS, [make_row(row("a", 0))], {})
    media = describe_pictures([tmp_path / "rows.parquet"], ())
    assert {of.examples for of in media.values()} == {()} and media["sharp"].folder == "../dataset"
