"""The manual of the configuration and of the table of videos, from the sentences in their schemas."""

from collections.abc import Iterator

import yaml

from framewright.study.config import Schema, quote_value, type_words

INTRODUCTION = """\
# Configuration

<!-- Made from schemas/*.yaml by `make config-readme`: edit those. -->

`config.yaml` holds what you choose, and whatever it does not say keeps the default given here. To check what you wrote,
without running anything:

    snakemake -n

All faults are named at once, in the table of videos too, each on one line: the key or the row (counted as an editor
counts lines), what stands there, what is allowed. A key that this page does not know is a fault as well, so that a slip
of the pen can't go unnoticed.

Other ways to choose, the later ones winning:

    snakemake -c4 --configfile my.yaml      # your file on top of config.yaml
    snakemake -c4 --config seed=7           # one key, for one run

Results made with other values are brought up to date by the next run, and only those.
"""


def compose_manual(schema: Schema, columns: Schema) -> str:
    """config/README.md: every key with its default, range and sentence by section, then the table's columns."""
    keys = schema["properties"]
    single = {key: of for key, of in keys.items() if "properties" not in of}
    parts = [INTRODUCTION, "## At the top level", *_group(single, ""), _example(single)]
    for name, section in keys.items():
        if "properties" in section:
            parts += [f"## `{name}`", section["description"], *_group(section["properties"], f"{name}.")]
            parts += [_example({name: section})]
    return "\n\n".join(part.strip() for part in [*parts, *_columns(columns)]) + "\n"


def _group(keys: dict[str, Schema], above: str) -> Iterator[str]:
    """The table of a group's plain keys, then the groups within it, each under a heading."""
    leaves = {key: of for key, of in keys.items() if "properties" not in of}
    rows: list[tuple[str, ...]] = [
        (f"`{key}`", f"`{quote_value(of['default'])}`", describe_allowed(of), str(of["description"]))
        for key, of in leaves.items()
    ]
    if rows:
        yield _table(("key", "default", "allowed", "meaning"), rows)
    for key, of in keys.items():
        if "properties" in of:
            yield f"### `{above}{key}`"
            yield of["description"]
            yield from _group(of["properties"], f"{above}{key}.")


def _example(keys: dict[str, Schema]) -> str:
    return f"For example:\n\n```yaml\n{yaml.safe_dump(format_example(keys), sort_keys=False)}```"


def format_example(keys: dict[str, Schema]) -> dict:
    """Values for those keys whose schema gives an example."""
    values = {}
    for key, of in keys.items():
        if "examples" in of:
            values[key] = of["examples"][0]
        elif inner := format_example(of.get("properties", {})):
            values[key] = inner
    return values


def describe_allowed(of: Schema) -> str:
    """The values that a key takes, in words: `whole number, 1 to 10`."""
    if "enum" in of:
        return " or ".join(f"`{value}`" for value in of["enum"])
    if of["type"] == "array":
        return f"list of {describe_allowed(of['items'])}" if of["items"].get("enum") != [] else "list"
    words = type_words(of["type"]).removeprefix("a ")
    if "path" in of:
        words = words.replace("text", f"path of a {of['path']}")
    limits = []
    if "minimum" in of and "maximum" in of:
        limits.append(f"{of['minimum']} to {of['maximum']}")
    else:
        limits += [f"{said} {of[word]}" for word, said in LIMITS.items() if word in of]
    return ", ".join([words, *limits])


LIMITS = {
    "minimum": "at least",
    "exclusiveMinimum": "more than",
    "maximum": "at most",
    "exclusiveMaximum": "less than",
}


def _columns(columns: Schema) -> Iterator[str]:
    """The part about the table of videos: its columns, and a row that uses the needed ones."""
    cells = columns["properties"]
    needed = columns["required"]
    yield "## The table of videos"
    yield columns["description"]
    empty = " and ".join(f"`{name}`" for name in needed if "minLength" not in cells[name])
    yield f"A table needs these columns, of which {empty} may have empty cells:"
    yield _table(("column", "cell", "meaning", "such as"), [_column(name, cells[name]) for name in needed])
    yield "It may have these as well, and any of their cells may be empty:"
    yield _table(
        ("column", "cell", "meaning", "such as"), [_column(name, cells[name]) for name in cells if name not in needed]
    )
    row = [format_cell(cells[name]["examples"][0]) for name in needed]
    yield "The smallest table:\n\n```\n" + "\t".join(needed) + "\n" + "\t".join(row) + "\n```"


def _column(name: str, of: Schema) -> tuple[str, ...]:
    if of["type"] == "array":
        words = "words among " + ", ".join(f"`{word}`" for word in of["items"]["enum"])
    elif of["type"] == "object":
        words = "`name=share` for any of " + ", ".join(f"`{word}`" for word in of["propertyNames"]["enum"])
    else:
        words = of.get("allowed") or describe_allowed(of)
    return f"`{name}`", words, of["description"], f"`{format_cell(of['examples'][0])}`"


def format_cell(value: object) -> str:
    """A value as it is written in a cell: words and shares with commas between them."""
    if isinstance(value, dict):
        return ",".join(f"{name}={share}" for name, share in value.items())
    return ",".join(value) if isinstance(value, list) else str(value)


def _table(header: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """A table in Markdown."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)
