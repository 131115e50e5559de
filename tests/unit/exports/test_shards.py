"""Shards are plain WebDataset, their bytes follow from their samples, and reading goes on where it was stopped."""

import itertools
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from torch.utils.data import DataLoader

from framewright.errors import UserError
from framewright.exports.reader import EpochOrder, ShardedSamples
from framewright.exports.shards import (
    Sample,
    compose_key,
    digest_samples,
    find_faults,
    iterate_shard,
    read_index,
    sort_keys,
    write_shards,
)

LONG = "k" * 150  # longer than the name of a plain tar header


def content_of(number: int) -> bytes:
    return bytes([number % 256]) * (300 + 77 * number)


def samples(number: int = 25) -> list[Sample]:
    made = [
        Sample(
            f"clip{k}",
            "val" if k % 5 == 0 else "train",
            {"mp4": content_of(k), "json": b'{"n": %d}' % k, "cls": b"%d" % k},
        )
        for k in range(number)
    ]
    return [*made, Sample(LONG, "train", {"mp4": b"long", "json": b"{}", "cls": b"0"})]


@pytest.fixture
def folder(tmp_path) -> Path:
    assert write_shards(tmp_path / "export", samples(), largest=8) == 26
    return tmp_path / "export"


def test_webdataset_streams_every_sample_in_the_order_of_the_index(folder):
    import webdataset

    urls = [str(path) for path in sorted(folder.glob("train-*.tar"))]
    assert len(urls) == 3
    streamed = list(webdataset.WebDataset(urls, shardshuffle=False).decode())
    rows = read_index(folder, "train").to_pylist()
    assert (
        [sample["__key__"] for sample in streamed] == [row["key"] for row in rows] == sort_keys(r["key"] for r in rows)
    )
    assert all(sample["mp4"] == content_of(sample["json"]["n"]) for sample in streamed if sample["__key__"] != LONG)


def test_datasets_streams_the_same(folder, tmp_path):
    from loading import load

    files = {"train": str(folder / "train-*.tar")}
    streamed = load("webdataset", tmp_path / "cache", data_files=files, streaming=True)["train"]
    keys = [sample["__key__"] for sample in streamed.select_columns(["__key__"])]
    assert keys == read_index(folder, "train")["key"].to_pylist()


def test_random_access_reads_the_same_files(folder):
    train = ShardedSamples(folder, "train")
    whole = {
        key: content
        for shard in folder.glob("train-*.tar")
        for key, end, content in iterate_shard(shard)
        if end == "mp4"
    }
    assert {sample["__key__"]: sample["mp4"] for sample in (train[k] for k in range(len(train)))} == whole
    assert ShardedSamples(folder, "val", decode={"mp4": len})[0]["mp4"] >= 300
    with pytest.raises(UserError, match="its splits are train, val"):
        ShardedSamples(folder, "test")


def test_the_bytes_depend_on_the_samples_alone(folder, tmp_path):
    write_shards(tmp_path / "again", reversed(samples()), largest=8)
    for path in folder.iterdir():
        assert path.read_bytes() == (tmp_path / "again" / path.name).read_bytes()


def test_neighbours_in_a_shard_are_not_neighbours_by_name(folder):
    numbers = [int(key[4:]) for key in read_index(folder, "train")["key"].to_pylist() if key != LONG]
    assert sum(abs(a - b) <= 1 for a, b in itertools.pairwise(numbers)) < len(numbers) / 3


@pytest.mark.slow
@pytest.mark.parametrize("workers", [0, 1, 3])
@pytest.mark.parametrize("position", [0, 7, 20])
def test_a_stopped_epoch_goes_on_with_the_same_order(folder, workers, position):
    train = ShardedSamples(folder, "train")
    whole = [train[k]["__key__"] for k in EpochOrder(len(train), seed=3, epoch=2)]
    rest = EpochOrder(len(train), seed=3, epoch=2, position=position)
    loader = DataLoader(train, batch_size=4, sampler=rest, num_workers=workers, collate_fn=list)
    assert [sample["__key__"] for batch in loader for sample in batch] == whole[position:]


@pytest.mark.slow
def test_a_spawned_worker_reads_the_same(folder):
    train = ShardedSamples(folder, "train")
    train[0]  # a file is open when workers are made
    loader = DataLoader(train, num_workers=1, collate_fn=list, multiprocessing_context="spawn")
    assert [batch[0]["__key__"] for batch in loader] == read_index(folder, "train")["key"].to_pylist()


def test_epochs_differ_and_each_has_every_sample_once():
    order = EpochOrder(100, seed=0)
    first = list(order)
    order.set_epoch(1)
    assert sorted(first) == sorted(order) == list(range(100)) and first != list(order) and len(order) == 100
    assert first != list(EpochOrder(100, seed=1)) and first == list(EpochOrder(100, seed=0))
    with pytest.raises(UserError, match="from 0 to 100"):
        EpochOrder(100, seed=0, position=101)


def wanted(number: int = 25) -> dict[str, dict[str, list[str]]]:
    return digest_samples(samples(number))


def swap(folder: Path) -> None:
    one, two = sorted(folder.glob("train-*.tar"))[:2]
    content = one.read_bytes()
    one.write_bytes(two.read_bytes())
    two.write_bytes(content)


DAMAGE = {
    "a byte": (
        lambda f: (f / "val-000000.tar").write_bytes((f / "val-000000.tar").read_bytes().replace(b"\5\5", b"\6\6", 1)),
        1,
    ),
    "a shard is gone": (lambda f: (f / "val-000000.tar").unlink(), 1),
    "shards are swapped": (swap, 2),
}


@pytest.mark.parametrize(("damage", "faults"), DAMAGE.values(), ids=DAMAGE)
def test_damage_is_found(folder, damage, faults):
    assert list(find_faults(folder, wanted())) == []
    damage(folder)
    assert len(list(find_faults(folder, wanted()))) == faults


def test_other_samples_than_those_that_are_served_are_found(folder):
    assert any("train" in line for line in find_faults(folder, wanted(24)))
    other = wanted()
    other["train"]["clip1"] = ["", "", "0" * 64]
    assert list(find_faults(folder, other)) == ["clip1.mp4: other bytes than its source"]


def test_two_samples_of_one_key_are_refused_and_keys_have_no_dots(tmp_path):
    with pytest.raises(UserError, match="clip0"):
        write_shards(tmp_path / "x", [samples()[0]] * 2)
    assert compose_key("a.b/c-d_e") == "a_b_c-d_e"


GENERATED = """
import json, re, sys
from pathlib import Path
from framewright.exports.shards import Sample, write_shards

def generate(number):
    for k in range(number):
        known = {"n": k, "boxes": [[k + n, 1.5, 2.5, 3.5] for n in range(70)]}  # 2 kB
        yield Sample(f"clip{k}", "train", {"json": json.dumps(known).encode()})

def read_peak():  # of this program in MB; getrusage would tell of the one that started it
    return int(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1]) / 1024

write_shards(Path(sys.argv[1]) / "small", generate(2000))
before = read_peak()
assert write_shards(Path(sys.argv[1]) / "large", generate(int(sys.argv[2]))) == int(sys.argv[2])
print(read_peak() - before)
"""


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak of memory is read from /proc")
def test_a_hundred_thousand_samples_need_the_memory_of_few(tmp_path, record_property):
    """They hold 200 MB of JSON; the largest memory of the process grows by a tenth of it at most."""
    command = [sys.executable, "-c", GENERATED, str(tmp_path), "100000"]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    record_property("table", f"{float(done.stdout):.1f} MB more for 100,000 samples than for 2,000")
    assert sum(path.stat().st_size for path in (tmp_path / "large").iterdir()) > 200e6
    assert len(list((tmp_path / "large").glob("*.tar"))) == 100
    assert float(done.stdout) < 20


def test_a_random_read_costs_about_what_a_plain_file_costs(tmp_path, record_property):
    """At most 1.2 times the CPU of a plain file of a clip's size, in the better of five rounds."""
    content = {f"c{k}": bytes(200_000) for k in range(60)}
    write_shards(tmp_path / "export", [Sample(key, "train", {"mp4": data}) for key, data in content.items()])
    for key, data in content.items():
        (tmp_path / f"{key}.mp4").write_bytes(data)
    train = ShardedSamples(tmp_path / "export")
    order, keys = list(EpochOrder(60, seed=0)), train.table["key"].to_pylist()
    ratios = []
    for _ in range(5):
        start = time.process_time()
        for k in order:
            train[k]
        middle = time.process_time()
        for k in order:
            (tmp_path / f"{keys[k]}.mp4").read_bytes()
        ratios.append((middle - start) / max(time.process_time() - middle, 1e-9))
    record_property("table", f"random read / plain file: {min(ratios):.2f}")
    assert min(ratios) <= 1.2
