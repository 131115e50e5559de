"""How the configuration is filled and what is said of its faults, on small schemas made by hand."""

import math

import pytest

from framewright.study import config
from framewright.study.config import fill, list_keys, parse_overrides, quote_value, type_words

SPEED = {"type": "number", "minimum": 0, "default": 4.5}
WIND = {"type": "object", "required": ["from"], "properties": {"from": {"type": "string"}, "speed": SPEED}}
SKY = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "count": {"type": "integer", "minimum": 1, "maximum": 9, "default": 3},
        "share": {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1, "default": 0.5},
        "on": {"type": "boolean", "default": True},
        "name": {"type": "string", "minLength": 1, "default": "x", "pattern": "^[a-z]*$", "allowed": "small letters"},
        "code": {"type": "string", "default": "1", "pattern": "^[0-9]*$"},
        "kind": {"enum": ["clear", "grey", 7], "default": "clear"},
        "never": {"type": "array", "items": {"enum": []}, "default": []},
        "words": {"type": "array", "items": {"enum": ["a", "b"]}, "uniqueItems": True, "default": ["a"]},
        "pair": {"type": "array", "items": {"type": "integer"}, "minItems": 2, "maxItems": 2, "default": [1, 2]},
        "maybe": {"type": ["integer", "null"]},
        "deep": {"type": "object", "properties": {"er": SPEED, "count": SPEED}, "additionalProperties": False},
        "winds": {"type": "object", "default": {"mistral": {"from": "north"}}, "additionalProperties": WIND},
        "colour": {"type": "string", "default": "blue", "formerly": "tint"},
    },
}


def faults(**chosen) -> list[str]:
    return [line.removeprefix("config: ") for _, line in config._faults(fill(chosen, SKY), SKY)]


def test_what_is_not_chosen_is_filled_at_any_depth():
    filled = fill({"deep": {"er": 1}, "more": 2}, SKY)
    assert filled["count"] == 3 and filled["deep"] == {"er": 1, "count": 4.5} and filled["more"] == 2
    assert "maybe" not in filled  # it has no default
    assert fill({}, SKY)["deep"] == fill({"deep": None}, SKY)["deep"] == {"er": 4.5, "count": 4.5}
    assert fill(None, SKY) == fill({}, SKY) and fill(None, SPEED) is None and fill([None], {}) == [None]
    assert fill({1: 2}, {}) == {"1": 2}
    assert fill([{}], {"items": {"properties": {"a": SPEED}}}) == [{"a": 4.5}]


@pytest.mark.parametrize(
    ("winds", "filled"),
    [
        (None, None),
        ({"mistral": {"speed": 9}}, {"mistral": {"from": "north", "speed": 9}}),
        ({"mistral": {"from": "west"}}, {"mistral": {"from": "west", "speed": 4.5}}),
        ({"bora": {"from": "east"}}, {"bora": {"from": "east", "speed": 4.5}}),
        ({"bora": {"speed": 1}}, {"bora": {"speed": 1}}),  # lacks its direction, and no default has one
        (
            {"mistral": {"speed": 9}, "bora": {"from": "east", "speed": 1}},
            {"mistral": {"from": "north", "speed": 9}, "bora": {"from": "east", "speed": 1}},
        ),
    ],
)
def test_an_entry_that_is_not_whole_changes_the_default_of_its_name(winds, filled):
    assert fill({"winds": winds}, SKY)["winds"] == filled


def test_defaults_of_other_names_stay_where_all_entries_are_changes():
    schema = SKY["properties"]["winds"] | {"default": {"mistral": {"from": "north"}, "bora": {"from": "east"}}}
    assert set(fill({"mistral": {"speed": 1}}, schema)) == {"mistral", "bora"}
    assert set(fill({"mistral": {"speed": 1}, "own": {"from": "x"}}, schema)) == {"mistral", "own"}
    assert set(fill({"mistral": {"from": "x"}}, schema)) == {"mistral"} and fill({}, schema) == {}


@pytest.mark.parametrize(
    ("chosen", "lines"),
    [
        ({"count": 1, "share": 0.01, "words": ["a", "b"], "maybe": None}, []),
        ({"count": 9}, []),
        ({"count": 0}, ["count = 0: must be at least 1"]),
        ({"count": 10}, ["count = 10: must be at most 9"]),
        ({"share": 0}, ["share = 0: must be more than 0"]),
        ({"share": 1}, ["share = 1: must be less than 1"]),
        ({"count": 2.0}, ["count = 2.0: must be a whole number; write 2"]),
        ({"count": 2.5}, ["count = 2.5: must be a whole number"]),
        ({"count": "3"}, ['count = "3": must be a whole number; write 3']),
        ({"count": "1e3"}, ['count = "1e3": must be a whole number; write 1000']),
        ({"count": "many"}, ['count = "many": must be a whole number']),
        ({"count": True}, ["count = true: must be a whole number"]),
        ({"count": None}, ["count = null: must be a whole number; leave the key out for its default, 3"]),
        ({"share": "0.25"}, ['share = "0.25": must be a number; write 0.25']),
        ({"share": math.nan}, ["share = NaN: must be a number"]),
        ({"share": math.inf}, ["share = Infinity: must be a number"]),
        ({"on": "yes"}, ['on = "yes": must be true or false, without quotation marks']),
        ({"name": True}, [f"name = true: must be text; {config.TRUTH}"]),
        ({"name": 5}, ["name = 5: must be text; put it into quotation marks"]),
        ({"name": ""}, ['name = "": must not be empty']),
        ({"name": "A"}, ['name = "A": must be small letters']),
        ({"code": "a"}, ['code = "a": must be text that matches ^[0-9]*$']),
        ({"kind": "gray"}, ['kind = "gray": must be one of clear, grey, 7; did you mean grey?']),
        ({"kind": "wet"}, ['kind = "wet": must be one of clear, grey, 7']),
        ({"kind": True}, [f"kind = true: must be one of clear, grey, 7; {config.TRUTH}"]),
        ({"never": ["a"]}, ['never = "a": unknown, since this version has none: leave the list empty']),
        ({"words": ["a", "a"]}, ['words = ["a", "a"]: must not list anything twice']),
        ({"words": "a, b"}, ['words = "a, b": must be a list; write [a, b]']),
        ({"words": "a, c"}, ['words = "a, c": must be a list of a, b']),
        ({"pair": [1]}, ["pair = [1]: must list at least 2"]),
        ({"pair": [1, 2, 3]}, ["pair = [1, 2, 3]: must list at most 2"]),
        ({"pair": "1"}, ['pair = "1": must be a list; write [1]']),
        ({"maybe": "x"}, ['maybe = "x": must be a whole number or null']),
        ({"deep": 3}, ["deep = 3: must be a group of keys: er, count"]),
        ({"deep": {"er": -1}}, ["deep.er = -1: must be at least 0"]),
        ({"winds": {"bora": {"speed": 1}}}, ["winds.bora: lacks from"]),
        ({"tint": 1}, ["tint: unknown key; it is called colour now"]),
        ({"cuont": 1}, ["cuont: unknown key; did you mean count?"]),
        ({"er": 1}, ["er: unknown key; did you mean deep.er?"]),
        ({"deep": {"share": 1}}, ["deep.share: unknown key; did you mean share?"]),
        ({"deep": {"zzz": 1}}, ["deep.zzz: unknown key; known here: er, count"]),
        ({"zzz": 1}, [f"zzz: unknown key; known at the top level: {', '.join(SKY['properties'])}"]),
    ],
)
def test_a_fault_is_one_line_with_what_is_allowed(chosen, lines):
    assert faults(**chosen) == lines


def test_of_equal_names_the_one_in_the_same_section_is_nearest_then_the_one_that_lies_least_deep():
    def group(**keys):
        return {"type": "object", "properties": keys}

    leaf, inner = {"type": "integer"}, group(size={"type": "integer"})
    schema = group(one=group(two=group(size=leaf)), other=inner, own=group(sub=inner, side=group(x=leaf)))
    here = schema["properties"]["own"]["properties"]["side"]
    assert config._instead("size", "own.side", here, schema) == "; did you mean own.sub.size?"
    assert config._instead("size", "", schema, schema) == "; did you mean other.size?"
    assert list(list_keys(schema))[:3] == ["one", "one.two", "one.two.size"]
    here = group(new={"formerly": "old"})
    assert config._instead("old", "a.b", here, schema) == "; it is called a.b.new now"


@pytest.mark.parametrize(
    ("value", "words"),
    [(10.0**14, "; write 100000000000000"), (10.0**15, ""), (-(10.0**14), "; write -100000000000000")],
)
def test_only_numbers_that_are_exact_are_written_out(value, words):
    assert config._as_number(value, whole=True) == words
    assert config._as_number("1.5", whole=False) == "; write 1.5" and config._as_number("1.5", whole=True) == ""


def test_a_value_is_quoted_in_sixty_letters_at_most():
    assert quote_value("a" * 58) == f'"{"a" * 58}"' and len(quote_value("a" * 58)) == 60
    assert quote_value("a" * 59) == f'"{"a" * 56}...' and len(quote_value("a" * 59)) == 60
    assert quote_value("é") == '"é"' and quote_value({(1,): 2, "a": None}) == '{"a": null}'
    assert quote_value(config.Path("x")) == '"x"'


def test_braces_and_brackets_of_a_command_line_are_yaml():
    entries = ["a={b: 5}", "c= [1, x]", "d=5", "e", "f={g: h=i}"]
    assert parse_overrides(entries) == {"a": {"b": 5}, "c": [1, "x"], "f": {"g": "h=i"}}


def test_types_have_words():
    assert type_words("integer") == "a whole number" and type_words(["number", "null"]) == "a number or null"
    assert config.did_you_mean("tracsk", ["patches", "tracks", "trucks"]) == "; did you mean tracks?"
    assert config.did_you_mean("zzz", ["patches"]) == ""


def test_a_path_is_a_file_a_folder_a_link_or_anything(tmp_path):
    (tmp_path / "file").touch()
    (tmp_path / "link").symlink_to("nowhere")
    kinds = ("file", "folder", "link", "thing")
    for name, found in (("file", "1001"), ("", "0101"), ("link", "0010"), ("none", "0000"), ("x" * 300, "0000")):
        assert "".join(str(int(config.has_path(kind, str(tmp_path / name)))) for kind in kinds) == found
