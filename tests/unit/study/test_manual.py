from pathlib import Path

from framewright.report import manual
from framewright.study import config, table, table_faults

HOUSE = Path(__file__).parents[3]
SCHEMAS = HOUSE / "config" / "schemas"
SCHEMA = config.read_schema(SCHEMAS)
COLUMNS = config.read_yaml(SCHEMAS / "videos.schema.yaml")


def test_the_manual_is_up_to_date():
    committed = (HOUSE / "config" / "README.md").read_text(encoding="utf-8")
    assert committed == manual.compose_manual(SCHEMA, COLUMNS), "config/README.md has drifted: run `make config-readme`"


def test_every_key_and_column_is_in_the_manual():
    text = manual.compose_manual(SCHEMA, COLUMNS)
    for name in [*config.list_keys(SCHEMA), *COLUMNS["properties"]]:
        assert f"`{name.split('.')[-1]}`" in text or f"`{name}`" in text, name


def test_the_examples_are_good_ones(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    prompts = "config/prompts/lvis.txt"
    weights = [
        "plates.onnx",
        "cartoon.onnx",
        "aesthetic.onnx",
        "clip-vit-l-14.onnx",
        "yolov8s-worldv2.pt",
        "yolov8n.onnx",
        "raft.onnx",
        "resnet50.onnx",
        "osnet_x1_0.onnx",
    ]
    lists = ["trackverse-verified-6perclass.txt", "results/videomnist/videomnist.h5"]
    Path("results/videomnist").mkdir(parents=True)
    Path(prompts).parent.mkdir(parents=True)
    for name in ["films.tsv", "cookies.txt", prompts, *weights, *lists]:
        Path(name).touch()
    Path("10k_trajectories").mkdir()
    _, said = config.complete(manual.format_example(SCHEMA["properties"]), SCHEMAS)
    assert said == []


def test_the_table_in_the_manual_is_a_good_one(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("films").mkdir()
    Path("films/harbour.mp4").touch()
    Path("films/harbour.json").touch()
    cells = {name: manual.format_cell(of["examples"][0]) for name, of in COLUMNS["properties"].items()}
    Path("videos.tsv").write_text("\t".join(cells) + "\n" + "\t".join(cells.values()) + "\n")
    assert table_faults.find_faults(table.read_table("videos.tsv"), SCHEMAS, []) == []


def test_ranges_are_said_in_words():
    assert manual.describe_allowed({"type": "integer", "minimum": 1, "maximum": 10}) == "whole number, 1 to 10"
    assert (
        manual.describe_allowed({"type": "number", "exclusiveMinimum": 0, "maximum": 5})
        == "number, more than 0, at most 5"
    )
    assert manual.describe_allowed({"type": ["string", "null"], "path": "file"}) == "path of a file or null"
    assert manual.describe_allowed({"enum": ["SDR", "PQ"]}) == "`SDR` or `PQ`"
    assert manual.describe_allowed({"type": "array", "items": {"enum": ["a", "b"]}}) == "list of `a` or `b`"
    assert manual.describe_allowed({"type": "array", "items": {"type": "number"}}) == "list of number"
