import re
import shutil
import subprocess
import sys
from pathlib import Path

import gallery
import jsonschema
import pytest
import yaml

from framewright.study import config

HOUSE = Path(__file__).parents[3]
SCRIPTS = HOUSE / "scripts"
SCHEMAS = HOUSE / "config" / "schemas"


@pytest.fixture
def here(tmp_path, monkeypatch):
    gallery.lay_out(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def weather(tmp_path):
    """The schemas with one more pipeline: a line in the list and a file."""
    folder = shutil.copytree(SCHEMAS, tmp_path / "schemas")
    top = yaml.safe_load((folder / "config.schema.yaml").read_text())
    top["properties"]["pipelines"]["items"]["enum"].append("weather")
    (folder / "config.schema.yaml").write_text(yaml.safe_dump(top))
    (folder / "weather.schema.yaml").write_text(
        """
        $schema: https://json-schema.org/draft/2020-12/schema
        description: What the sky does.
        type: object
        additionalProperties: false
        properties:
          maps: {type: string, path: folder, default: ., description: Where the maps lie.}
          sky: {enum: [clear, grey], default: clear, description: How it looks.}
          winds:
            description: Each wind by its name.
            type: object
            default: {mistral: {}}
            additionalProperties:
              type: object
              additionalProperties: false
              properties: {speed: {type: number, minimum: 0, default: 4.5, description: In m/s.}}
        """
    )
    return folder


@pytest.mark.slow
@pytest.mark.parametrize(("text", "lines"), gallery.CONFIGS.values(), ids=gallery.CONFIGS)
def test_a_bad_configuration_gives_its_lines(here, text, lines):
    _, said = config.complete(yaml.safe_load(text), SCHEMAS)
    assert said == lines


@pytest.mark.slow
@pytest.mark.parametrize(("text", "lines"), gallery.CONFIGS.values(), ids=gallery.CONFIGS)
def test_what_is_faulty_counts_as_absent(here, text, lines):
    completed, _ = config.complete(yaml.safe_load(text), SCHEMAS)
    assert config.complete(completed, SCHEMAS) == (completed, [])


@pytest.mark.parametrize("nothing", [None, {}, {"sources": None}, {"sources": {"probe": None, "youtube": {}}}])
def test_nothing_chosen_means_every_default(nothing):
    completed, said = config.complete(nothing, SCHEMAS)
    assert said == []
    assert {key: value for key, value in completed.items() if key not in gallery.PIPELINES} == {
        "pipelines": [],
        "videos": None,
        "seed": 0,
        "buckets": 1,
        "bucket_jobs": None,
        "bucket_cores": 16,
        "exports": {"tracks": [], "patches": [], "frame_seconds": 1},
        "sources": {
            "attempts": 3,
            "timeout_seconds": 30,
            "fetch_on": "head",
            "max_gigabytes": 50,
            "probe": {"seconds": 300, "mebibytes": 4096},
            "youtube": {"height": 720, "audio": False, "cookies": None, "rate_limit": None, "sleep_seconds": 1},
        },
    }


def test_the_configuration_that_comes_with_the_workflow_is_good():
    chosen = config.read_yaml(HOUSE / "config" / "config.yaml")
    assert config.complete(chosen, SCHEMAS)[1] == []


def test_what_is_chosen_stays_and_the_rest_is_filled(here):
    chosen = {"seed": 7, "videos": "truth.json", "sources": {"youtube": {"cookies": "cookies.txt", "height": 144}}}
    completed, said = config.complete(chosen, SCHEMAS)
    assert said == []
    assert (completed["seed"], completed["videos"]) == (7, "truth.json")
    assert completed["sources"]["youtube"]["height"] == 144
    assert completed["sources"]["attempts"] == 3
    assert chosen == {
        "seed": 7,
        "videos": "truth.json",
        "sources": {"youtube": {"cookies": "cookies.txt", "height": 144}},
    }


def test_filling_gives_what_checking_gives_and_keeps_the_unknown():
    schema = config.read_schema(SCHEMAS)
    assert config.fill({"seed": 7}, schema) == config.complete({"seed": 7}, SCHEMAS)[0]
    assert config.fill({"mine": {"a": 1}}, schema)["mine"] == {"a": 1}


def test_defaults_are_not_shared_between_runs():
    first, _ = config.complete({}, SCHEMAS)
    first["pipelines"].append("tracks")
    assert config.complete({}, SCHEMAS)[0]["pipelines"] == []


@pytest.mark.parametrize("text", ["just text", "[a, b]", "3"])
def test_a_configuration_without_keys(text):
    completed, said = config.complete(yaml.safe_load(text), SCHEMAS)
    assert said == [f"config = {config.quote_value(yaml.safe_load(text))}: must be keys with values"]
    assert completed == config.complete({}, SCHEMAS)[0]


def test_one_line_and_one_file_add_a_pipeline(weather):
    completed, said = config.complete({"pipelines": ["weather"]}, weather)
    assert said == []
    assert completed["weather"] == {"maps": ".", "sky": "clear", "winds": {"mistral": {"speed": 4.5}}}


def test_faults_of_an_added_pipeline(weather):
    wrong = {"maps": 3, "sky": "gray", "winds": {"foehn": {"speed": -1, "sped": 1}, "bora": None}}
    completed, said = config.complete({"pipelines": ["wether", True], "weather": wrong}, weather)
    assert said == [
        f'config: pipelines = "wether": {gallery.ONE_OF_THEM}, weather; did you mean weather?',
        f"config: pipelines = true: {gallery.ONE_OF_THEM}, weather; YAML reads yes, no, on and off as true and false: "
        "put the word into quotation marks",
        "config: weather.maps = 3: must be text; put it into quotation marks",
        'config: weather.sky = "gray": must be one of clear, grey; did you mean grey?',
        "config: weather.winds.foehn.sped: unknown key; did you mean speed?",
        "config: weather.winds.foehn.speed = -1: must be at least 0",
    ]
    assert completed["weather"]["winds"] == {"foehn": {"speed": 4.5}, "bora": {"speed": 4.5}}


def test_a_folder_is_wanted_where_the_schema_says_so(weather, here):
    def said(maps):
        return config.complete({"weather": {"maps": maps}}, weather)[1]

    absent = "no such folder; paths are relative to the working directory"
    assert said("films") == []
    assert said("nowhere") == [f'config: weather.maps = "nowhere": {absent}']
    assert said("truth.json") == [f'config: weather.maps = "truth.json": {absent}']


def test_an_earlier_name_is_refused_with_the_new_one(weather):
    path = weather / "weather.schema.yaml"
    path.write_text(path.read_text().replace("description: In m/s.", "description: In m/s., formerly: velocity"))
    _, said = config.complete({"weather": {"winds": {"bora": {"velocity": 3}}}}, weather)
    assert said == ["config: weather.winds.bora.velocity: unknown key; it is called weather.winds.bora.speed now"]


def test_a_pipeline_is_asked_for_what_its_schema_cannot_say(weather, tmp_path, monkeypatch):
    room = tmp_path / "library/weather"
    room.mkdir(parents=True)
    (room / "__init__.py").touch()
    (room / "settings.py").write_text(
        "def find_faults(section):\n    return ['config: weather.sky = ' + section['sky']]\n"
    )
    monkeypatch.setattr("framewright.__path__", [str(SCRIPTS / "framewright"), str(room.parent)])
    completed, said = config.complete({"weather": {"sky": "grey"}}, weather)
    assert said == ["config: weather.sky = grey"] and completed["weather"]["sky"] == "clear"


def test_no_sentence_of_a_schema_is_longer_than_25_words():
    long = []
    for path in sorted(SCHEMAS.glob("*.yaml")):
        for text in _descriptions(config.read_yaml(path)):
            long += [f"{path.name}: {one}" for one in re.split(r"(?<=[.:;!?])\s+", text) if len(one.split()) > 25]
    assert long == []


def _descriptions(schema):
    if isinstance(schema, dict):
        if isinstance(schema.get("description"), str):
            yield schema["description"]
        for value in schema.values():
            yield from _descriptions(value)


@pytest.mark.parametrize("path", sorted(SCHEMAS.glob("*.yaml")), ids=lambda path: path.stem)
def test_the_schemas_are_json_schemas(path):
    jsonschema.Draft202012Validator.check_schema(config.read_yaml(path))


def test_every_key_has_a_default_a_sentence_and_no_unknown_neighbours():
    def look(schema, name):
        assert schema["additionalProperties"] is False, name
        for key, of in schema["properties"].items():
            assert of["description"].endswith("."), f"{name}.{key}"
            if "properties" in of:
                look(of, f"{name}.{key}")
            else:
                assert "default" in of, f"{name}.{key}"

    look(config.read_schema(SCHEMAS), "config")


@pytest.mark.slow
def test_checking_costs_little_and_filling_almost_nothing():
    script = f"""
import time
from pathlib import Path
started = time.process_time()
from framewright.study import config
schemas = Path({str(SCHEMAS)!r})
schema = config.read_schema(schemas)
read = time.process_time()
config.fill({{}}, schema)
filled = time.process_time()
config.complete({{}}, schemas)
print(read - started, filled - read, time.process_time() - started)
"""
    scripts = str(HOUSE / "scripts")
    command = [sys.executable, "-c", script]
    runs = [
        list(map(float, subprocess.check_output(command, env={"PYTHONPATH": scripts}).split())) for _ in range(3)
    ]  # the best of three: what else the machine does costs time, too
    read, filled, checked = map(min, zip(*runs, strict=True))
    assert read < 0.15
    assert filled < 0.01
    assert checked < 0.4


def test_numbers_inside_braces_on_the_command_line_are_numbers():
    entries = ["seed=3", "sources={attempts: 5, youtube: {audio: true}}", "pipelines=[tracks]", "videos=a=b.tsv"]
    assert config.parse_overrides(entries) == {
        "sources": {"attempts": 5, "youtube": {"audio": True}},
        "pipelines": ["tracks"],
    }


@pytest.mark.parametrize(
    ("text", "line"),
    [
        pytest.param(
            "tracks: {weights: x.onnx}",
            "config: tracks.weights: unknown key; did you mean tracks.detector.weights?",
            id="the key of that name that lies least deep, in the same section",
        ),
        pytest.param(
            "patches: {colour: red}",
            'config: patches.colour = "red": must be a group of keys: untagged, curve, peak, desat',
            id="the keys of a group",
        ),
        pytest.param(
            "pipelines: red",
            f'config: pipelines = "red": must be a list of {", ".join(gallery.PIPELINES)}',
            id="the words of a list",
        ),
        pytest.param(
            "patches: {categories: {mine: {path: Mine}}}",
            "config: patches.categories.mine: lacks formats",
            id="what an entry lacks",
        ),
        pytest.param(
            "tracks: {segments: {long: red}}",
            'config: tracks.segments.long = "red": must be one of split, truncate',
            id="the allowed words",
        ),
    ],
)
def test_a_fault_is_answered_with_what_is_allowed(text, line):
    assert config.complete(yaml.safe_load(text), SCHEMAS)[1] == [line]


def test_one_key_of_an_entry_keeps_the_rest():
    formats = {"small_540": 0.5, "medium_169": 0.3}
    changed, said = config.complete({"patches": {"categories": {"general": {"formats": formats}}}}, SCHEMAS)
    default = config.complete({}, SCHEMAS)[0]["patches"]["categories"]
    assert said == []
    assert changed["patches"]["categories"] == default | {
        "general": default["general"] | {"formats": default["general"]["formats"] | formats}
    }


def test_entries_that_are_complete_replace_the_default_ones():
    mine = {"mine": {"path": "Mine", "formats": {"small_540": 1.0}}}
    changed, said = config.complete({"patches": {"categories": mine}}, SCHEMAS)
    assert said == []
    assert list(changed["patches"]["categories"]) == ["mine"]
    again, said = config.complete(changed, SCHEMAS)
    assert (again, said) == (changed, [])
