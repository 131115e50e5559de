"""Where digits come from: IDX files and scikit-learn, split so that no picture is in both parts."""

import gzip
import hashlib
import logging
import os
from pathlib import Path

import numpy as np
import pytest
import web
from mnist import files, idx, lay_out, pictures

from framewright.errors import UserError
from framewright.sources.http import Limits
from framewright.study import config
from framewright.videomnist import settings
from framewright.videomnist.clip_spec import GlyphSpec
from framewright.videomnist.digit_files import find_files
from framewright.videomnist.digits import Digits, find_repeated, load_embedded, read_digits, read_mnist, write_digits
from framewright.videomnist.fetch import fetch
from framewright.videomnist.idx import read_idx
from framewright.videomnist.outcomes import select

SCHEMAS = Path(__file__).parents[3] / "config/schemas"
SHARED = Path(os.environ.get("FRAMEWRIGHT_SHARED", Path(__file__).parents[4] / "shared")) / "data/mnist"
SPEC = GlyphSpec(64, 0.1, 2.5)


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
def test_an_idx_file_is_read(tmp_path, packed):
    lay_out(tmp_path, packed=packed)
    images, labels = find_files(str(tmp_path))
    assert np.array_equal(read_idx(images, 3), pictures(60))
    assert read_idx(labels, 1).tolist() == [*range(10)] * 6


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda data: data[:-5], "47,035 of 47,040 bytes after its header; fetch it again"),
        (lambda data: data + b"x", "47,041 of 47,040 bytes after its header; fetch it again"),
        (lambda data: gzip.compress(data)[:-9], "its gzip packing is damaged or cut short; fetch it again"),
        (lambda data: gzip.compress(data)[:40] + bytes(99), "its gzip packing is damaged or cut short; fetch it again"),
        (lambda data: b"<html>" + data, "not an IDX file of images; give the files of MNIST, plain or as .gz"),
        (lambda data: b"", "not an IDX file of images; give the files of MNIST, plain or as .gz"),
        (
            lambda data: idx(np.zeros(9, np.uint8)) + data,
            "its header says type 8 with 1 axes, images have type 8 with 3; is it another file of the set?",
        ),
    ],
)
def test_a_damaged_or_wrong_file_gets_one_line(tmp_path, damage, said):
    path = tmp_path / "t10k-images-idx3-ubyte"
    path.write_bytes(damage(idx(pictures(60))))
    with pytest.raises(UserError) as error:
        read_idx(path, 3)
    assert str(error.value) == f"{path}: {said}"


@pytest.fixture
def address():
    """A folder of the web with MNIST's training labels, whole and cut short."""
    with web.serve() as server:
        server.files = files("train", packed=True)
        name, data = server.files.popitem()
        server.files |= {name: data, "cut.gz": data[:-9]}
        yield f"{server.url}/folder"


LABELS = "train-labels-idx1-ubyte.gz"


def fetched(address: str, name: str, folder: Path, sha256: str | None) -> Path:
    log, limits = logging.getLogger("test"), Limits(5.0, 10**6, 1)
    fetch(address, name, folder / name, folder / "unfinished", limits=limits, log=log, sha256=sha256)
    return folder / name


@pytest.mark.parametrize("slash", ["", "/"], ids=["as it is", "with a slash at its end"])
def test_a_file_comes_from_the_web_and_is_checked(address, tmp_path, slash):
    data = files("train", packed=True)[LABELS]
    for sha256 in (hashlib.sha256(data).hexdigest(), hashlib.sha256(data).hexdigest().upper(), None):
        path = fetched(address + slash, LABELS, tmp_path, sha256)
        assert path.read_bytes() == data and read_idx(path, 1).tolist() == [*range(10)] * 6
        path.unlink()


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (LABELS, rf"{LABELS}: the file's sha256 is [0-9a-f]{{64}}, not {'0' * 64} as it should be; mend videomnist\.d"),
        ("nothing.gz", r"nothing\.gz: .*404.*; mend videomnist\.digits or videomnist\.sha256, or give a folder"),
    ],
    ids=["a wrong checksum", "no such file"],
)
def test_a_file_of_the_web_that_cannot_be_had_gets_one_line(address, tmp_path, name, said):
    with pytest.raises(UserError, match=said) as error:
        fetched(address, name, tmp_path, "0" * 64)
    assert "\n" not in str(error.value) and not list(tmp_path.iterdir())


def test_a_file_that_is_cut_short_in_the_web_gets_one_line(address, tmp_path):
    path = fetched(address, "cut.gz", tmp_path, None)
    with pytest.raises(UserError) as error:
        read_idx(path, 1)
    assert str(error.value) == f"{path}: its gzip packing is damaged or cut short; fetch it again"


def test_labels_and_images_must_belong_together(tmp_path):
    lay_out(tmp_path)
    (tmp_path / "t10k-labels-idx1-ubyte").write_bytes(idx(np.zeros(59, np.uint8)))
    with pytest.raises(UserError, match=r"59 labels for 60 images; take both files from the same set"):
        read_mnist(find_files(str(tmp_path)))
    (tmp_path / "t10k-labels-idx1-ubyte").unlink()
    with pytest.raises(UserError, match=r"no pair of images and labels among its files \(t10k-images\)"):
        read_mnist(find_files(str(tmp_path)))


def test_both_parts_are_taken_as_they_are_and_one_part_is_split(tmp_path):
    lay_out(tmp_path)
    one = read_mnist(find_files(str(tmp_path)))
    assert one["test"].index.tolist() == [*range(5, 60, 6)]
    assert sorted([*one["train"].index, *one["test"].index]) == [*range(60)]
    lay_out(tmp_path, split="train", count=90, packed=True, seed=1)
    both = read_mnist(find_files(str(tmp_path)))
    assert (len(both["train"].images), len(both["test"].images)) == (90, 60)


def test_of_a_file_that_is_there_plain_and_packed_the_plain_one_is_taken(tmp_path):
    lay_out(tmp_path, packed=True)
    lay_out(tmp_path)
    assert [Path(path).name for path in find_files(str(tmp_path))] == [
        "t10k-images-idx3-ubyte",
        "t10k-labels-idx1-ubyte",
    ]


def test_scikit_learns_digits_are_in_mnists_box():
    digits = load_embedded()
    assert {split: len(part.images) for split, part in digits.items()} == {"train": 1498, "test": 299}
    for part in digits.values():
        ink = part.images > 0
        high = ink.any(axis=2).sum(axis=1)
        wide = ink.any(axis=1).sum(axis=1)
        assert max(high.max(), wide.max()) == 20 and np.median(high) == 20
        centres = [(np.indices((28, 28)) * picture).sum(axis=(1, 2)) / picture.sum() for picture in part.images / 255]
        assert np.abs(np.array(centres) - 13.5).max() <= 2.5
        assert set(part.labels) == set(range(10))


def test_pictures_that_cannot_be_used_are_named_with_their_reason():
    images = pictures(6)
    images[2] = 0
    again = pictures(3, seed=1)
    again[1] = images[0]
    labels = np.arange(6, dtype=np.uint8)
    digits = {"train": Digits(images, labels, np.arange(6)), "test": Digits(again, labels[:3], np.arange(3))}
    assert find_repeated(digits).tolist() == [False, True, False]
    kept, items = select(digits, SPEC)
    assert {item.item: item.reason for item in items if item.reason} == {
        "train-00002": "thin",
        "test-00001": "repeated",
    }
    assert kept["train"].index.tolist() == [0, 1, 3, 4, 5]
    assert not find_repeated(kept).any()


def test_digits_are_written_and_read_back_with_the_same_bytes(tmp_path):
    lay_out(tmp_path)
    digits = read_mnist(find_files(str(tmp_path)))
    for name in ("a.npz", "b.npz"):
        write_digits(tmp_path / name, digits)
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()
    back = read_digits(tmp_path / "a.npz")
    for split, part in digits.items():
        assert all(np.array_equal(getattr(back[split], name), getattr(part, name)) for name in Digits.__annotations__)


@pytest.mark.slow
@pytest.mark.skipif(not SHARED.is_dir(), reason="no shared/data/mnist beside the project")
def test_nearly_all_of_mnists_own_test_digits_can_be_used():
    digits = read_mnist(find_files(str(SHARED)))
    assert (len(digits["train"].images), len(digits["test"].images)) == (8334, 1666)
    _, items = select(digits, SPEC)
    assert {item.reason for item in items} == {"", "thin"}
    assert sum(bool(item.reason) for item in items) < 0.006 * len(items)  # as large as they need be, they can't move
    _, strict = select(digits, GlyphSpec(64, 0.1, 1.25))
    assert 0.02 < np.mean([bool(item.reason) for item in strict]) < 0.2


def section(train):
    return {"videos_per_digit": {"train": train, "test": 1}, "videos_per_shard": 100}


def test_shards_are_full_but_the_last_so_that_growing_changes_one():
    small = settings.count_shards(section(25))
    assert small == {"train": {"00000": 100, "00001": 100, "00002": 50}, "test": {"00000": 10}}
    large = settings.count_shards(section(40))["train"]
    assert {name: count for name, count in large.items() if small["train"].get(name) != count} == {
        "00002": 100,
        "00003": 100,
    }


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"digits": "nowhere"},
            'digits = "nowhere": must be scikit-learn, a folder with MNIST\'s',
        ),
        ({"digits": "x" * 5000}, f'digits = "{"x" * 5000}": must be scikit-learn, a folder with'),
        ({"speed": [5, 2]}, "speed = [5, 2]: must go from the slower to the faster"),
        (
            {"convert": "."},
            'convert = ".": no videos in train/<class>/ (one of .mp4, .avi, .webm)',
        ),
    ],
)
def test_what_the_schema_cannot_see_is_said(tmp_path, monkeypatch, changes, said):
    monkeypatch.chdir(tmp_path)
    good = config.fill(None, config.read_schema(SCHEMAS))["videomnist"]
    assert settings.find_faults(good) == []
    assert settings.find_faults(good | changes)[0].startswith(f"config: videomnist.{said}")
