"""The first page of the report: what was made, of what, what was dropped and why, whether to trust it, how to load it.

Snakemake shows reStructuredText on its first page, so the page is one raw block of HTML in it, with its style. It
asks nothing from outside: pictures are in it.
"""

import base64
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from textwrap import wrap
from typing import Any
from urllib.parse import quote

import cv2

from framewright.report.costs import Cost
from framewright.report.palette import GREEN, ORANGE, RED
from framewright.study.contract import read_contract
from framewright.study.funnel import Stage
from framewright.study.record import read_record

STYLE = """
.front { font: 15px/1.5 system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; color: #22272e;
  width: min(68rem, calc(100vw - 20rem)); min-width: 20rem; max-width: none }
.front h1 { font-size: 1.6rem; font-weight: 700; margin: 0 0 .2rem }
.front h2 { font-size: 1.1rem; font-weight: 650; margin: 1.6rem 0 .5rem } .front p { margin: .2rem 0 .6rem }
.front .tiles { display: grid; grid-template-columns: repeat(auto-fill, minmax(12rem, 1fr)); gap: .9rem }
.front .tile { border: 1px solid #d8dce2; border-radius: 10px; overflow: hidden; background: #fff; display: flex;
  flex-direction: column } .front .tile img { width: 100%; height: 8.5rem; object-fit: cover; margin: 0 }
.front .tile div { padding: .6rem .8rem; min-width: 0; overflow-wrap: anywhere }
  .front .tile b { font-size: 1.15rem } .front small { color: #57606a }
.front .light { display: inline-block; width: .7em; height: .7em; border-radius: 50%; margin-right: .4em }
.front table { border-collapse: collapse; font-size: .9rem; width: 100% } .front th, .front td { text-align: left;
  padding: .25rem .8rem .25rem 0; border-bottom: 1px solid #e3e6ea; vertical-align: top }
.front td.number { text-align: right; font-variant-numeric: tabular-nums } .front a { color: #0072b2 }
.front pre { background: #f6f7f9; border-radius: 6px; padding: .6rem .8rem; overflow-x: auto;
  font-size: .82rem; color: inherit }
#rulegraph { display: none } .max-w-lg { max-width: none } .grow:has(.front) { align-items: flex-start }
@media (max-width: 60rem) { .front { width: calc(100vw - 2rem) } .front table { display: block; overflow-x: auto } }
"""
LIGHTS = {"good": (GREEN, "●"), "doubt": (ORANGE, "▲"), "bad": (RED, "■")}  # a shape each as well


@dataclass(frozen=True)
class Tile:
    """What the first page says of one dataset."""

    pipeline: str
    title: str
    count: int
    noun: str  # of what is counted: "clips"
    figure: str  # the one number that tells how good it is, and "" where there is none
    meaning: str  # what that number says, in a few words
    picture: bytes | None  # a JPEG
    card: str  # path of the card's page among the report's results
    load: str  # the Python line that loads it
    promises: tuple[int, int]  # how many hold, and how many there are
    licences: Mapping[str, int]  # number of videos by licence; "" is unknown
    gallery: str = ""  # path of the page in which it can be looked through, outside the report


def read_tile(pipeline: str, tile: str | Path, contracts: Iterable[str | Path], card: str) -> Tile:
    """The tile of a pipeline, from the record beside its card and from its contracts, of which it may have none."""
    said = read_record(tile)
    findings = [finding for contract in contracts for finding in read_contract(contract)]
    promises = (sum(finding.ok for finding in findings), len(findings))
    picture = shrink_picture(said.pop("picture"))
    return Tile(pipeline=pipeline, card=card, picture=picture, promises=promises, **said)


def shrink_picture(path: str, width: int = 480, height: int = 272, seen: int = 960) -> bytes | None:
    """The upper left part of a picture as a small JPEG, `width` pixels wide, of at most `seen` columns; None where
    there is no such picture."""
    picture = cv2.imread(path) if path and Path(path).is_file() else None
    if picture is None:
        return None
    part = picture[:, :seen]
    size = (width, max(1, round(part.shape[0] * width / part.shape[1])))
    small = cv2.resize(part, size, interpolation=cv2.INTER_AREA)[:height]
    return cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, 80])[1].tobytes()


def describe_making(versions: Mapping[str, Any], costs: Iterable[Cost], seed: int) -> dict[str, str]:
    """What made the results, a line each: packages, processor time, seed."""
    commit = (versions.get("git") or {}).get("commit") or "no commit on record"
    seconds = sum(cost.cpu_seconds for cost in costs)
    return {
        "versions": f"Framewright {versions['framewright']} ({commit[:10]}), Snakemake {versions['snakemake']}, "
        f"Python {versions['python']}; all others in results/versions.json",
        "cost": f"{seconds:,.0f} processor seconds of jobs, by rule under overview",
        "seed": f"{seed}: the same inputs, configuration and packages give the same bytes on this kind of processor",
    }


def write_front(
    tiles: Sequence[Tile],
    funnel: Mapping[str, Sequence[Stage]],
    sources: Mapping[str, int],
    made_with: Mapping[str, str],
) -> str:
    """The page as reStructuredText. `sources` counts videos by kind; `made_with` names what made it, in words."""
    body = "\n".join(
        [
            f"<style>{' '.join(STYLE.split())}</style>",
            '<div class="front not-prose">',
            f"<h1>{_sentence(tiles)}</h1>",
            f"<p>{_origin(sources)} {_trust(tiles)}</p>",
            f'<div class="tiles">{"".join(map(_tile, tiles))}</div>',
            "<h2>What was dropped, and why</h2>",
            _losses(funnel),
            "<h2>How to load it</h2>",
            f"<pre>{escape(chr(10).join(_loading(tiles)))}</pre>",
            "<h2>What made it</h2>",
            _table(("", ""), [(name, escape(words)) for name, words in made_with.items()]),
            "</div>",
        ]
    )
    indented = "\n".join(f"   {line}" for line in body.splitlines())
    return f".. raw:: html\n\n{indented}\n"


def _inline(picture: bytes) -> str:
    """A JPEG as an address. Browsers skip line ends in it, and the reader of the page refuses very long lines."""
    encoded = base64.b64encode(picture).decode()
    return "data:image/jpeg;base64," + "\n".join(wrap(encoded, 4000))


def _loading(tiles: Sequence[Tile]) -> list[str]:
    """The Python lines that load all datasets."""
    lines = [f"{tile.pipeline} = {tile.load}" for tile in tiles if tile.load]
    return ["from framewright import datasets", *lines] if lines else []


def _sentence(tiles: Sequence[Tile]) -> str:
    if not tiles:
        return "Nothing was made: no pipeline was asked for, or none has rows in the video table"
    return "This run made " + _listed([f"{tile.count:,} {tile.noun}" for tile in tiles])


def _origin(sources: Mapping[str, int]) -> str:
    total = sum(sources.values())
    kinds = _listed([f"{number:,} {kind}" for kind, number in sources.items() if number])
    return (
        f"From {total:,} video{'s' * (total != 1)} of the video table ({kinds})." if total else "No video was needed."
    )


def _trust(tiles: Sequence[Tile]) -> str:
    kept, all_of_them = (sum(tile.promises[i] for tile in tiles) for i in (0, 1))
    if not tiles:
        return ""
    if kept == all_of_them:
        words = f"All {all_of_them} promises of the datasets hold"
        return f"{_light('good')}<strong>{words}</strong>; results/MANIFEST.tsv has the sha256 of each file."
    broken = _listed([tile.pipeline for tile in tiles if tile.promises[0] < tile.promises[1]])
    return f"{_light('bad')}<strong>{all_of_them - kept} of {all_of_them} promises are broken</strong>: see {broken}."


def _tile(tile: Tile) -> str:
    image = f'<img alt="{escape(tile.title)}" src="{_inline(tile.picture)}">' if tile.picture else ""
    figure = f"<p><strong>{escape(tile.figure)}</strong> {escape(tile.meaning)}</p>" if tile.figure else ""
    gallery = f"<br><small>gallery: <code>{escape(tile.gallery)}</code></small>" if tile.gallery else ""
    return (
        f'<div class="tile" data-pipeline="{tile.pipeline}">{image}<div>'
        f"<b>{tile.count:,} {escape(tile.noun)}</b><br>"
        f"<small>{escape(tile.title)} (<code>{tile.pipeline}</code>)</small>"
        f"{figure}<p><small>{_licence_light(tile.licences)}</small></p>"
        f"<a href=\"javascript:app.showResultInfo('{quote(tile.card)}')\">card</a>{gallery}</div></div>"
    )


def _licence_light(licences: Mapping[str, int]) -> str:
    unknown, known = licences.get("", 0), sorted(name for name in licences if name)
    if unknown:
        return f"{_light('doubt')}{unknown:,} of {sum(licences.values()):,} videos have no licence in the table"
    return f"{_light('good')}{escape(_listed(known[:3])) or 'no video of others in it'}"


def _light(name: str) -> str:
    colour, shape = LIGHTS[name]
    return f'<span style="color:{colour}" role="img" aria-label="{name}">{shape}</span> '


def _losses(funnel: Mapping[str, Sequence[Stage]]) -> str:
    rows = []
    for pipeline, stages in funnel.items():
        for stage in stages:
            reasons = sorted(stage.reasons, key=lambda reason: (-reason.number, reason.word))
            words = ", ".join(f"{reason.number:,} {escape(reason.word)}" for reason in reasons[:4]) or "nothing"
            more = f" and {len(reasons) - 4} more reasons" if len(reasons) > 4 else ""
            counted = (f"{stage.entered:,}", f"{stage.kept:,}")
            rows.append((f"<code>{pipeline}</code>", escape(stage.name), *counted, words + more))
    return _table(("pipeline", "stage", "in", "kept", "dropped"), rows)


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    head = "".join(f"<th>{cell}</th>" for cell in header) if any(header) else ""
    body = "".join("<tr>" + "".join(_cell(cell) for cell in row) + "</tr>" for row in rows)
    return f"<table>{f'<tr>{head}</tr>' if head else ''}{body}</table>"


def _cell(cell: str) -> str:
    return f'<td class="number">{cell}</td>' if cell.replace(",", "").isdigit() else f"<td>{cell}</td>"


def _listed(words: Sequence[str]) -> str:
    """`a, b and c`."""
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]])) if words else ""
