"""The card of a dataset for people: what stands in the one for programs, in words and tables (Markdown)."""

from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import yaml

from framewright.exports.head import compose_fence
from framewright.report.card import Dataset, Store, licence_lines
from framewright.report.citation import format_bibtex
from framewright.report.page import escape_markdown, render_page, render_table
from framewright.report.provenance import compose_provenance
from framewright.study.funnel import Stage

LICENCES = {  # the hubs' words for licences
    "CC0-1.0": "cc0-1.0",
    "CC-BY-4.0": "cc-by-4.0",
    "CC-BY-3.0": "cc-by-3.0",
    "CC-BY-SA-3.0": "cc-by-sa-3.0",
    "CC-BY-SA-4.0": "cc-by-sa-4.0",
    "CC-BY-NC-4.0": "cc-by-nc-4.0",
    "MIT": "mit",
    "Apache-2.0": "apache-2.0",
}
SIZES = (
    *((1e3, "n<1K"), (1e4, "1K<n<10K"), (1e5, "10K<n<100K"), (1e6, "100K<n<1M")),
    *((1e7, "1M<n<10M"), (1e8, "10M<n<100M"), (1e9, "100M<n<1B"), (1e12, "1B<n<1T")),
)


def compose_readme(dataset: Dataset, store: Store, index: str | Path, pictures: str = "") -> str:
    """The card for people, which belongs beside the index of its dataset; `pictures` are Markdown."""
    return "\n\n".join(_parts(dataset, store, Path(index), pictures)) + "\n"


def write_readme(path: str | Path, dataset: Dataset, store: Store, index: str | Path) -> None:
    """Write the card for people as Markdown with a hub's head, or as a page of the report if the path ends in .html."""
    if Path(path).suffix == ".html":
        whole = render_page(dataset.name, compose_readme(dataset, store, index))
    else:
        pictures = "\n\n".join(_list_pictures(Path(index)))
        text = compose_readme(dataset, store, index, pictures)
        whole = compose_hub_head(dataset, store, index) + text
    Path(path).write_text(whole, encoding="utf-8")


def compose_hub_head(dataset: Dataset, store: Store, index: str | Path) -> str:
    """The YAML head that dataset hubs read, and `datasets.load_dataset` of the card's folder: its tables, by name."""
    number = pq.read_metadata(index).num_rows
    licences = [LICENCES.get(licence, "other") for licence in licence_lines(dataset, store)]
    configs = [
        {"config_name": name, "data_files": path.name, **({"default": True} if name == dataset.records else {})}
        for name, (_, path) in dataset.files(index).items()
    ]
    size = next((word for most, word in SIZES if number < most), "n>1T")
    known = {"pretty_name": dataset.front.title or dataset.name, "license": list(dict.fromkeys(licences))}
    tasks = {"task_categories": list(dataset.background.tasks)} if dataset.background.tasks else {}
    return compose_fence({**known, **tasks, "size_categories": [size], "configs": configs})


def compose_snippet(dataset: Dataset) -> str:
    """Five lines of Python that read the dataset's records, run in the card's folder."""
    return (
        "import mlcroissant as mlc\n\n"
        'dataset = mlc.Dataset("croissant.json")\n'
        f'for record in dataset.records("{dataset.records}"):\n'
        f'    print(record["{dataset.records}/{next(iter(dataset.columns))}"])\n'
    )


def _list_pictures(index: Path) -> Iterator[str]:
    """The pictures in the folder beside the index, as Markdown."""
    for path in sorted(index.with_name("pictures").glob("[0-9]*.*")):
        yield f"![{path.stem}](pictures/{path.name})"


def _parts(dataset: Dataset, store: Store, index: Path, pictures: str) -> Iterator[str]:
    version = store.citation["version"]
    files = dataset.files(index)
    counted = [
        f"{pq.read_metadata(path).num_rows:,} {name}, a row each in `{path.name}`" for name, (_, path) in files.items()
    ]
    yield f"# {dataset.name}"
    yield dataset.description
    if pictures:
        yield pictures
    yield f"Made with {store.citation['title']} {version}. {'; '.join(counted)}."
    yield f"## Load it\n\n```python\n{compose_snippet(dataset)}```\n\nRun it in this folder."
    if dataset.front.load:
        yield f"Or, in the folder of the study: `from framewright import datasets`, then `{dataset.front.load}`."
    background = dataset.background
    if background.uses:
        yield "## Recommended uses\n\n" + "\n".join(f"- {use}" for use in background.uses)
    if background.collection:
        yield f"## How it came about\n\n{background.collection} {background.annotation}".rstrip()
    if background.biases:
        yield "## Biases\n\n" + "\n".join(f"- {bias}" for bias in background.biases)
    yield "## What was dropped, and why"
    yield render_table(("pipeline", "stage", "in", "kept", "dropped", "why"), _funnel(store))
    if dataset.provenance:
        yield "## Provenance\n\n" + compose_provenance(dataset.provenance, files["sources"][1])
    yield from (f"## {heading}\n\n{text}" for heading, text in dataset.sections.items())
    yield "## Licences"
    yield from _licences(dataset, store)
    yield f"## Privacy\n\n{dataset.privacy}"
    yield "## Known limits\n\n" + "\n".join(f"- {limit}" for limit in dataset.limits)
    for columns, path in files.values():
        yield "## Columns" if len(files) == 1 else f"## Columns of `{path.name}`"
        yield render_table(("column", "meaning"), [(f"`{name}`", of.sentence) for name, of in columns.items()])
    yield f"## How it was made\n\n```yaml\n{yaml.safe_dump(store.settings, sort_keys=False, allow_unicode=True)}```"
    yield f"## Cite\n\n```bibtex\n{format_bibtex(store.citation, dataset.cites)}\n```"
    yield (
        "## Before you share it\n\nAdd to `croissant.json` what only you know: `creator`, `url`, `datePublished`, and "
        "the licence that you give."
    )


def _funnel(store: Store) -> Iterator[tuple[str, ...]]:
    for pipeline, stages in store.funnel.items():
        for stage in stages:
            numbers = (f"{number:,}" for number in (stage.entered, stage.kept, stage.dropped))
            yield pipeline, escape_markdown(stage.name), *numbers, _why(stage)


def _why(stage: Stage) -> str:
    return ", ".join(f"{escape_markdown(reason.word)} {reason.number:,}" for reason in stage.reasons)


def _licences(dataset: Dataset, store: Store) -> Iterator[str]:
    if dataset.licence:
        yield f"What is not taken from a video is under {dataset.licence}."
    if store.licences:
        rows = [
            (escape_markdown(licence) or "**UNKNOWN**", f"{number:,}") for licence, number in store.licences.items()
        ]
        yield render_table(("licence of the source", "videos"), rows)
    if unknown := store.licences.get(""):
        yield (
            f"**For {unknown:,} of {sum(store.licences.values()):,} videos no licence is known. "
            "Do not share anything made from them before it is.**"
        )
    elif not store.licences and not dataset.licence:
        yield "The dataset is empty."
