"""How to cite: BibTeX entries made from CITATION.cff, so that every reference is written once."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from framewright.errors import UserError

KINDS = {"article": "article", "conference-paper": "inproceedings", "software": "software"}
FIELDS = {  # of an entry, in its order, and where CITATION.cff has them
    "title": "title",
    "journal": "journal",
    "volume": "volume",
    "number": "issue",
    "year": "year",
    "version": "version",
    "doi": "doi",
    "url": "url",
}


def read_citation(path: str | Path) -> dict[str, Any]:
    """What CITATION.cff says."""
    return yaml.safe_load(Path(path).read_text(encoding="utf-8"))


def format_bibtex(citation: dict[str, Any], names: Iterable[str]) -> str:
    """The entries of the references with these abbreviations, in this order, and last that of the software itself."""
    known = {work["abbreviation"]: work for work in citation.get("references", [])}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise UserError(f"CITATION.cff: no reference with the abbreviation {unknown[0]}; known: {', '.join(known)}")
    works = [known[name] for name in names]
    return "\n\n".join(_entry(work) for work in [*works, citation | {"abbreviation": citation["title"]}])


def _entry(work: dict[str, Any]) -> str:
    fields = {"author": " and ".join(map(_name, work["authors"]))}
    fields |= {field: str(work[key]) for field, key in FIELDS.items() if key in work}
    if "conference" in work:
        fields["booktitle"] = work["conference"]["name"]
    if "start" in work:
        fields["pages"] = f"{work['start']}--{work['end']}"
    for identifier in work.get("identifiers", []):
        if (value := identifier["value"]).startswith("arXiv:"):
            fields |= {"eprint": value.removeprefix("arXiv:"), "archivePrefix": "arXiv"}
    kind = KINDS.get(work.get("type", ""), "misc")
    lines = "".join(f"  {field} = {{{value}}},\n" for field, value in fields.items())
    return f"@{kind}{{{_key(work)},\n{lines}}}"


def _name(author: dict[str, str]) -> str:
    # BibTeX would take the words of a group for first and last names.
    return f"{author['family-names']}, {author['given-names']}" if "family-names" in author else f"{{{author['name']}}}"


def _key(work: dict[str, Any]) -> str:
    return re.sub(r"\W", "", work["abbreviation"]).lower() + str(work.get("year", ""))
