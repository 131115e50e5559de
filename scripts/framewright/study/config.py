"""The configuration: what the user chose, completed from the schemas, and every fault in it as one clear line."""

import copy
import difflib
import importlib
import importlib.util
import json
import math
import os
from collections.abc import Iterable, Iterator
from itertools import takewhile
from pathlib import Path
from typing import Any

import yaml

Schema = dict[str, Any]
TRUTH = "YAML reads yes, no, on and off as true and false: put the word into quotation marks"

TYPES = {
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "string": "text",
    "array": "a list",
    "object": "a group of keys",
    "null": "null",
}


def complete(config: dict | None, folder: Path) -> tuple[dict, list[str]]:
    """The configuration with all defaults, and a line for each fault: where, what is there, what is allowed.

    `folder` holds the schemas. What is faulty is replaced by its default, so that the configuration returned is
    always valid and other things can still be checked against it.
    """
    schema = read_schema(folder)
    filled = fill(config, schema)
    if not isinstance(filled, dict):
        return fill(None, schema), [f"config = {quote_value(filled)}: must be keys with values"]
    lines = []
    for path, line in list(_faults(filled, schema)):
        if line not in lines:
            lines.append(line)
        _drop(filled, path)
    filled = fill(filled, schema)
    # What a schema can't say, such as two keys that contradict each other, a pipeline's `settings.find_faults` says.
    for pipeline in schema["properties"]["pipelines"]["items"]["enum"]:
        if found := _contradictions(pipeline, filled[pipeline]):
            lines += found
            filled[pipeline] = fill(None, schema["properties"][pipeline])
    return filled, lines


def _contradictions(pipeline: str, section: dict) -> list[str]:
    """The lines of `framewright.<pipeline>.settings.find_faults`; none where a pipeline has no such module."""
    module = f"framewright.{pipeline}.settings"
    if importlib.util.find_spec(f"framewright.{pipeline}") is None or importlib.util.find_spec(module) is None:
        return []
    return importlib.import_module(module).find_faults(section)


def fill(config: Any, schema: Schema) -> Any:
    """`config` with the schema's default for each key that is absent, and for each section that is absent or empty.

    Nothing is checked, and what the schema does not know is kept. It takes a fraction of a millisecond, so that each
    job of a checked run can afford it.
    """
    if "properties" in schema and config is None:
        config = {}
    if isinstance(config, dict):
        known = schema.get("properties", {}).items()
        defaults = {key: copy.deepcopy(of.get("default")) for key, of in known if "default" in of or "properties" in of}
        given = _complete_entries({str(key): value for key, value in config.items()}, schema)
        return {key: fill(value, _schema_of(key, schema)) for key, value in (defaults | given).items()}
    if isinstance(config, list):
        return [fill(value, schema.get("items", {})) for value in config]
    return config


def _complete_entries(given: dict[str, Any], schema: Schema) -> dict[str, Any]:
    """Entries with names of the user's choice, such as formats. One that lacks a required key changes the default entry
    of its name, and keeps the rest of it. Where all of them do, the other default entries stay as well."""
    others, default = schema.get("additionalProperties"), schema.get("default")
    required = set(others.get("required", ())) if isinstance(others, dict) else set()
    if not required or not isinstance(default, dict):
        return given
    changes = {
        name for name, entry in given.items() if isinstance(entry, dict) and name in default and required - entry.keys()
    }
    merged = {name: _merge(default[name], entry) if name in changes else entry for name, entry in given.items()}
    return copy.deepcopy(default) | merged if changes and changes == given.keys() else merged


def _merge(default: Any, given: Any) -> Any:
    if not (isinstance(default, dict) and isinstance(given, dict)):
        return given
    return copy.deepcopy(default) | {key: _merge(default.get(key), value) for key, value in given.items()}


def parse_overrides(entries: Iterable[str]) -> dict:
    """What `key=value` entries of a command line say, for those with braces or brackets.

    Snakemake reads these as text inside: `--config "sources={attempts: 5}"` would mean the word "5".
    """
    values = dict(entry.split("=", 1) for entry in entries if "=" in entry)
    return {key: yaml.safe_load(value) for key, value in values.items() if value.lstrip()[:1] in ("{", "[")}


def read_schema(folder: Path) -> Schema:
    """The whole configuration's JSON-Schema, each section's file put in its place.

    Put in place rather than referred to, because resolving references is slow and loses sight of the defaults.
    """
    schema = read_yaml(folder / "config.schema.yaml")
    sections = schema["properties"]
    for pipeline in sections["pipelines"]["items"]["enum"]:
        sections[pipeline] = {"$ref": f"{pipeline}.schema.yaml"}
    for name, section in sections.items():
        if "$ref" in section:
            sections[name] = read_yaml(folder / section["$ref"])
            # A part that names a dialect is validated by jsonschema's class, which ignores what we add to it.
            sections[name].pop("$schema", None)
    return schema


def read_yaml(path: Path) -> Any:
    """What a YAML file holds, by the fast parser where the machine has it."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load(path.read_text(encoding="utf-8"), Loader=loader)


def list_keys(schema: Schema, above: str = "") -> Iterator[str]:
    """All keys of the configuration as `section.group.key`."""
    for key, of in schema.get("properties", {}).items():
        yield above + key
        yield from list_keys(of, f"{above}{key}.")


def has_path(kind: str, path: str) -> bool:
    """Whether there is such a file, folder or link, or anything at all ("thing").

    No where pathlib raises: at overlong names and in closed folders.
    """
    is_one = {"file": os.path.isfile, "folder": os.path.isdir, "link": os.path.islink, "thing": os.path.exists}
    return is_one[kind](path)


def did_you_mean(word: str, words: list[str]) -> str:
    """`; did you mean <the closest of words>?`, or nothing when none is close."""
    close = difflib.get_close_matches(word, words, n=1)
    return f"; did you mean {close[0]}?" if close else ""


def quote_value(value: Any, limit: int = 60) -> str:
    """A value as the user wrote it, text in quotation marks, cut short when it is long."""
    text = json.dumps(value, ensure_ascii=False, default=str, skipkeys=True)
    return text if len(text) <= limit else f"{text[: limit - 3]}..."


def type_words(types: str | list[str]) -> str:
    """A schema's `type` in words: `a whole number or null`."""
    return " or ".join(TYPES[name] for name in ([types] if isinstance(types, str) else types))


def _schema_of(key: str, schema: Schema) -> Schema:
    """What the schema says about a key of a mapping, {} for nothing."""
    others = schema.get("additionalProperties", {})
    return schema.get("properties", {}).get(key, others if isinstance(others, dict) else {})


def _drop(config: dict, path: list) -> None:
    """Remove what `path` leads to; an item of a list takes its whole list along."""
    *above, last = _keys(path)
    for key in above:
        config = config.get(key, {})
    config.pop(last, None)


def _keys(path: Iterable[str | int]) -> list[str]:
    """The part of a path that leads through mappings, down to the first list."""
    leading = takewhile(lambda step: isinstance(step, str), path)
    return [str(step) for step in leading]


def _faults(config: dict, schema: Schema) -> Iterator[tuple[list, str]]:
    """The path and the line of each fault of a filled configuration, in the schema's order."""
    errors = list(_validator(schema).iter_errors(config))
    mistyped = [error.absolute_path for error in errors if error.validator == "type"]
    for error in errors:
        path = list(error.absolute_path)
        where = ".".join(_keys(path))
        if error.validator == "additionalProperties":
            for key in [key for key in error.instance if key not in error.schema.get("properties", {})]:
                name = f"{where}.{key}".lstrip(".")
                yield [*path, key], f"config: {name}: unknown key{_instead(str(key), where, error.schema, schema)}"
        elif error.validator == "required":
            missing = [key for key in error.validator_value if key not in error.instance]
            yield path, f"config: {'.'.join(map(str, path))}: lacks {' and '.join(missing)}"
        elif error.validator == "type" or error.absolute_path not in mistyped:
            yield path, f"config: {where} = {quote_value(error.instance)}: {_rule(error)}"


def _validator(schema: Schema) -> Any:
    # Here and not above: jobs of a checked run import this module to fill, and jsonschema takes longer than that.
    from jsonschema import Draft202012Validator, ValidationError
    from jsonschema.validators import extend

    def path(_: Any, kind: str, value: Any, schema: Schema) -> Iterator[ValidationError]:
        if isinstance(value, str) and value not in schema.get("words", ()) and not has_path(kind, value):
            yield ValidationError(f"no such {kind}; paths are relative to the working directory")

    def whole(_: Any, value: Any) -> bool:
        return isinstance(value, int) and not isinstance(value, bool)

    def number(_: Any, value: Any) -> bool:
        return whole(_, value) or (isinstance(value, float) and math.isfinite(value))

    # JSON-Schema takes 720.0 for an integer, and not-a-number for a number within any range.
    types = Draft202012Validator.TYPE_CHECKER.redefine_many({"integer": whole, "number": number})
    return extend(Draft202012Validator, {"path": path}, type_checker=types)(schema)


def _rule(error: Any) -> str:
    """What is allowed instead, as the end of a sentence that starts with the key and its value."""
    limit = error.validator_value
    match error.validator:
        case "type":
            return f"must be {type_words(limit)}{_remedy(error.instance, error.schema)}"
        case "enum" if not limit:
            return "unknown, since this version has none: leave the list empty"
        case "enum":
            words = [str(word) for word in limit]
            hint = f"; {TRUTH}" if isinstance(error.instance, bool) else did_you_mean(str(error.instance), words)
            return f"must be one of {', '.join(words)}{hint}"
        case "minimum":
            return f"must be at least {limit}"
        case "maximum":
            return f"must be at most {limit}"
        case "exclusiveMinimum":
            return f"must be more than {limit}"
        case "exclusiveMaximum":
            return f"must be less than {limit}"
        case "uniqueItems":
            return "must not list anything twice"
        case "minItems":
            return f"must list at least {limit}"
        case "maxItems":
            return f"must list at most {limit}"
        case "minLength":
            return "must not be empty"
        case "pattern":
            return f"must be {error.schema.get('allowed', f'text that matches {limit}')}"
    return error.message


def _remedy(value: Any, schema: Schema) -> str:
    """How to write what was probably meant, where YAML read something else."""
    types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    if value is None:
        return f"; leave the key out for its default, {quote_value(schema['default'])}" if "default" in schema else ""
    if "object" in types and "properties" in schema:
        return f": {', '.join(schema['properties'])}"
    if "array" in types and isinstance(value, str):
        allowed = [str(word) for word in schema.get("items", {}).get("enum", ())]
        fits = not allowed or {word.strip() for word in value.split(",")} <= {*allowed}
        return f"; write [{value}]" if fits else f" of {', '.join(allowed)}"
    if "boolean" in types and isinstance(value, str):
        return ", without quotation marks"
    if "string" in types and isinstance(value, bool):
        return f"; {TRUTH}"
    if "string" in types and isinstance(value, int | float):
        return "; put it into quotation marks"
    if {"integer", "number"} & set(types) and isinstance(value, str | float) and not isinstance(value, bool):
        return _as_number(value, whole="number" not in types)
    return ""


def _as_number(value: str | float, whole: bool) -> str:
    """`; write 1000` for what YAML read as text (1e3, "1000") or as a fraction (1000.0), where that is exact."""
    try:
        number = float(value)
    except ValueError:
        return ""
    if not abs(number) < 1e15 or (whole and not number.is_integer()):
        return ""
    return f"; write {int(number) if number.is_integer() else number}"


def _instead(key: str, where: str, here: Schema, schema: Schema) -> str:
    """What an unknown key may have been meant to be: one beside it, or one of that name elsewhere."""
    renamed = {of["formerly"]: name for name, of in here.get("properties", {}).items() if "formerly" in of}
    if key in renamed:
        return f"; it is called {'.'.join(filter(None, (where, renamed[key])))} now"
    beside = list(here.get("properties", {}))
    close = did_you_mean(key, beside)
    if close:
        return close
    # the nearest first: in the same section, then the one that lies least deep
    section = where.split(".")[0]
    elsewhere = sorted(
        (name for name in list_keys(schema) if name.split(".")[-1] == key),
        key=lambda name: (name.split(".")[0] != section, name.count(".")),
    )
    if elsewhere:
        return f"; did you mean {elsewhere[0]}?"
    return f"; known {'here' if where else 'at the top level'}: {', '.join(beside)}"
