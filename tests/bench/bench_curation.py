"""What curation costs at four million tracks: python tests/bench/bench_curation.py [part ...]

Rows are generated: 4.1 million tracks of 64,000 videos and 1,200 classes, whose sizes fall as 1 / rank; and 1 % and
10 % of them. Each measurement is a process of its own: CPU seconds, and the peak of its memory as the kernel says.
"""

import gzip
import hashlib
import json
import math
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from framewright.study.job import compute_on_one_thread
from framewright.tracks.curation.options import Constraints, Subset
from framewright.tracks.curation.subsets import choose, choose_all

TRACKS, VIDEOS, CLASSES, DIMENSIONS = 4_100_000, 64_000, 1_200, 128
RELAX = (0.8, 0.64, 0.512, 0.0)
DOCUMENTED = [
    *(Subset(f"{n}K", "random", max_tracks=1000 * n) for n in (82, 184, 259, 392)),
    *(Subset(f"CB{n}", max_per_class=n) for n in (100, 300, 500, 1000)),
    *(Subset(f"CB{n}-Tinf", max_per_class=n, temperature=math.inf) for n in (100, 300, 500, 1000)),
    *(Subset(f"Max{n}", "max_motion", max_per_class=n) for n in (100, 300, 500, 1000)),
    *(
        Subset(f"Moving{n}", max_per_class=n, constraints=Constraints(min_motion=1.0, relax=RELAX))
        for n in (100, 300, 500, 1000)
    ),
]


def main() -> int:
    if len(sys.argv) > 2 and sys.argv[1] == "step":
        return step(*sys.argv[2:])
    parts = sys.argv[1:] or list(PARTS)
    with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_FOLDER")) as name:
        for part in parts:
            print(f"\n{PARTS[part].__doc__}", flush=True)
            PARTS[part](Path(name))
    return 0


def measured(*arguments: object, threads: int = 1) -> dict[str, str]:
    """What a step in a process of its own prints, its CPU seconds and peak of memory among it."""
    environment = os.environ | {"OPENBLAS_NUM_THREADS": str(threads), "OMP_NUM_THREADS": str(threads)}
    command = [sys.executable, __file__, "step", *map(str, arguments)]
    lines = subprocess.check_output(command, env=environment, text=True).splitlines()
    return dict(line.split("=", 1) for line in lines)


def step(name: str, *arguments: str) -> int:
    """Do one step in this process, and print what it cost."""
    if os.environ.get("OMP_NUM_THREADS") == "1":
        compute_on_one_thread()
    for key, value in STEPS[name](*arguments).items():
        print(f"{key}={value}")
    peak = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    print(f"peak={int(peak[1]) / 2**20:.2f}")
    return 0


# ---- rows ----------------------------------------------------------------------------------------------------------


def write_rows(path: Path, count: int, videos: int) -> None:
    """An index without lines: ids, classes by 1 / rank, scores, motion (a twentieth not measured), boxes."""
    rng = np.random.default_rng(count)
    shares = 1 / np.arange(1, CLASSES + 1)
    classes = rng.choice(CLASSES, count, p=shares / shares.sum())
    ids = _hex_array(rng, count)
    owners = np.sort(rng.integers(0, videos, count)).astype(np.int32)
    motion = rng.gamma(1.2, 1.0, count).astype(np.float32)
    quality = rng.random(count).astype(np.float32)
    start = rng.uniform(0, 300, count)
    corner = rng.uniform(0, 0.5, (count, 2)).astype(np.float32)
    sides = rng.uniform(0.2, 0.5, (count, 2)).astype(np.float32)
    columns = {
        "video": pa.DictionaryArray.from_arrays(owners, [f"video-{k:05d}" for k in range(videos)]).cast(pa.string()),
        "item": ids,
        "state": pa.DictionaryArray.from_arrays(np.zeros(count, np.int32), ["kept"]).cast(pa.string()),
        "name": pa.DictionaryArray.from_arrays(classes.astype(np.int32), _names()).cast(pa.string()),
        "score": np.round(rng.random(count), 6),
        "start": start,
        "end": start + 5,
        "x1": corner[:, 0],
        "y1": corner[:, 1],
        "x2": corner[:, 0] + sides[:, 0],
        "y2": corner[:, 1] + sides[:, 1],
        "motion_q90": pa.array(motion, mask=rng.random(count) < 0.05),
        "quality": quality,
    }
    pq.write_table(pa.table(columns), path, compression="zstd", row_group_size=1 << 16)


def _names() -> list[str]:
    return [f"class {k:04d}" for k in range(CLASSES)]


def _hex_array(rng: np.random.Generator, count: int) -> pa.Array:
    digits = np.frombuffer(b"0123456789abcdef", np.uint8)[rng.integers(0, 16, 32 * count, np.uint8)]
    offsets = np.arange(0, 32 * count + 1, 32, dtype=np.int32)
    return pa.StringArray.from_buffers(count, pa.py_buffer(offsets), pa.py_buffer(digits))


# ---- choosing ------------------------------------------------------------------------------------------------------


def selecting(folder: Path) -> None:
    """All documented subsets from rows (target: 60 CPU-s, 4 GB; linear)."""
    print(f"{'tracks':>10}{'CPU-s':>9}{'reading':>9}{'GB':>7}{'us/track':>10}")
    for share in (0.01, 0.1, 1.0):
        count = round(TRACKS * share)
        write_rows(folder / f"{count}.parquet", count, max(1, round(VIDEOS * share)))
        got = measured("select", folder / f"{count}.parquet")
        cpu = float(got["cpu"])
        print(
            f"{count:10,}{cpu:9.2f}{float(got['read']):9.2f}{float(got['peak']):7.2f}{cpu / count * 1e6:10.2f}",
            flush=True,
        )


def select(path: str) -> dict[str, object]:
    from framewright.tracks.curation.index import make_candidates, read_index

    begun = time.process_time()
    table = read_index([path])
    tracks = make_candidates(table, np.zeros((len(table), 0), np.int8), np.zeros(len(table), bool))
    del table
    read = time.process_time()
    digest = hashlib.sha256()
    for subset, choice in choose_all(tracks, DOCUMENTED):
        digest.update(f"{subset.name} {len(choice.places)}\n".encode())
    return {"cpu": time.process_time() - begun, "read": read - begun, "digest": digest.hexdigest()}


# ---- lines ----------------------------------------------------------------------------------------------------------

LINES, TOP = 41_000, 100  # 1 % of all, of which the best 100 of each class are taken


def writing(folder: Path) -> None:
    """Writing a subset's jsonl.gzip from the index, against gzip and json of the same lines (target: .3)."""
    index, pieces = folder / "lines.parquet", folder / "lines.pieces"
    write_lines(folder / "lines.jsonl.gz", index, pieces)
    ours, theirs = measured("stitch", index, pieces, folder), measured("dump", folder / "lines.jsonl.gz", folder)
    packed = [(folder / name).stat().st_size / 1e6 for name in ("ours.gz", "theirs.gz")]
    _compare(ours, theirs, f"{packed[0]:.1f} MB", f"gzip + json, {packed[1]:.1f} MB", "lines")


def reading(folder: Path) -> None:
    """From JSON lines to a subset's file, read, chosen and written, against gzip + json + sort (target: .2)."""
    source = folder / "lines.jsonl.gz"
    if not source.exists():
        write_lines(source, folder / "lines.parquet", folder / "lines.pieces")
    ours, theirs = measured("scan", source, folder), measured("parse", source, folder)
    _compare(ours, theirs, f"{ours['peak']} GB", f"gzip + json + sort, {theirs['peak']} GB", "tracks")


def _compare(ours: dict[str, str], theirs: dict[str, str], mine: str, other: str, what: str) -> None:
    one, two = float(ours["cpu"]), float(theirs["cpu"])
    print(f"ours {one:.2f} CPU-s, {mine}; {two:.2f} {other}")
    print(f"ratio {one / two:.3f}; same {what}: {ours[what] == theirs[what]}", flush=True)


def write_lines(source: Path, index: Path, pieces: Path) -> None:
    """Lines as the parser writes them, about 6 KB each, as one gzip file and as pieces with their places."""
    from isal import igzip

    from framewright.tracks.curation.pieces import compress_line

    rng = np.random.default_rng(0)
    names, at, rows = _names(), 0, []
    shares = 1 / np.arange(1, CLASSES + 1)
    classes = rng.choice(CLASSES, LINES, p=shares / shares.sum())
    with igzip.open(source, "wb", compresslevel=2) as file, pieces.open("wb") as packed:
        for number in range(LINES):
            line = _line(number, names, int(classes[number]), rng)
            file.write(line)
            data, check = compress_line(line)
            packed.write(data)
            rows.append((at, len(data), len(line), check, names[classes[number]]))
            at += len(data)
    columns = dict(zip(("at", "packed", "length", "check", "name"), map(list, zip(*rows, strict=True)), strict=True))
    pq.write_table(pa.table(columns), index)


def _line(number: int, names: list[str], label: int, rng: np.random.Generator) -> bytes:
    count = int(rng.integers(50, 200))
    times = np.round(rng.uniform(0, 100) + np.arange(count) / 16, 6)
    boxes = np.round(rng.uniform(10, 700, 4) + np.cumsum(rng.normal(0, 2, (count, 4)), axis=0), 3)
    tid, video = hashlib.md5(str(number).encode()).hexdigest(), f"video{number // 64:06d}"
    scores = np.round(np.sort(rng.random((4, 10)), axis=1)[:, ::-1], 6).tolist()
    record = {
        "yid": video,
        "tid": tid,
        "fn": f"vi/{video}-{names[label].replace(' ', '-')}-{tid}.mp4",
        "video_size": [720, 1280],
        "track_ts": times.tolist(),
        "track_bbox": boxes.tolist(),
        "top10_lbl": [label, *range(9)],
        "top10_desc": [names[label], *names[:9]],
        "top10_logit_mu": scores[0],
        "top10_logit_std": scores[1],
        "top10_wlogit_mu": scores[2],
        "top10_wlogit_std": scores[3],
    }
    return (json.dumps(record) + "\n").encode()


def stitch(index: str, pieces: str, folder: str) -> dict[str, object]:
    """Every third line, from its piece."""
    from framewright.tracks.curation.pieces import write_gzip

    begun = time.process_time()
    table = pq.read_table(index, columns=["at", "packed", "length", "check"]).take(list(range(0, LINES, 3)))
    data = Path(pieces).read_bytes()
    at, packed = table["at"].to_pylist(), table["packed"].to_pylist()
    checks, lengths = table["check"].to_numpy().astype(np.uint32), table["length"].to_numpy()
    parts = (data[start : start + size] for start, size in zip(at, packed, strict=True))
    write_gzip(Path(folder, "ours.gz"), parts, checks, lengths)
    cpu = time.process_time() - begun
    with gzip.open(Path(folder, "ours.gz")) as file:
        return {"cpu": cpu, "lines": hashlib.md5(file.read()).hexdigest()}


def dump(source: str, folder: str) -> dict[str, object]:
    """Every third line, from its dictionary."""
    with gzip.open(source, "rt") as file:
        records = [json.loads(line) for number, line in enumerate(file) if number % 3 == 0]
    begun = time.process_time()
    with gzip.open(Path(folder, "theirs.gz"), "wt") as packed:
        for record in records:
            packed.write(json.dumps(record) + "\n")
    cpu = time.process_time() - begun
    with gzip.open(Path(folder, "theirs.gz")) as file:
        return {"cpu": cpu, "lines": hashlib.md5(file.read()).hexdigest()}


def scan_lines(source: str, folder: str) -> dict[str, object]:
    """Read, choose and write without a JSON parser."""
    from framewright.tracks.curation.scan import candidates_of, copy_lines

    begun = time.process_time()
    tracks, table = candidates_of(source)
    choice = choose(tracks, Subset("x", max_per_class=TOP))
    copy_lines(source, Path(folder, "scanned.gz"), choice.places)
    cpu = time.process_time() - begun
    chosen = sorted(table["track"].take(choice.places).to_pylist())
    return {"cpu": cpu, "tracks": hashlib.md5("".join(chosen).encode()).hexdigest()}


def parse_lines(source: str, folder: str) -> dict[str, object]:
    """Read, choose and write as TrackVerse does it: gzip, json, sorted."""
    begun = time.process_time()
    with gzip.open(source, "rt") as file:
        lines = [(line, json.loads(line)) for line in file]
    by_class: dict[str, list[int]] = {}
    for number, (_, record) in enumerate(lines):
        by_class.setdefault(record["top10_desc"][0], []).append(number)
    chosen = []
    for members in by_class.values():
        members.sort(key=lambda number: (-lines[number][1]["top10_wlogit_mu"][0], lines[number][1]["tid"]))
        chosen += members[:TOP]
    with gzip.open(Path(folder, "parsed.gz"), "wt") as packed:
        packed.writelines(lines[number][0] for number in sorted(chosen))
    cpu = time.process_time() - begun
    tids = sorted(lines[number][1]["tid"] for number in chosen)
    return {"cpu": cpu, "tracks": hashlib.md5("".join(tids).encode()).hexdigest()}


# ---- vectors --------------------------------------------------------------------------------------------------------


def things(count: int, seed: int = 0, kinds: int = 2000) -> np.ndarray:
    """(count, 128) float32 vectors of some kinds of things, as different within a kind as clips of one class are."""
    rng = np.random.default_rng(seed)
    middles = rng.standard_normal((kinds, DIMENSIONS)).astype(np.float32)
    own = middles[rng.integers(0, kinds, count)] + 0.7 * rng.standard_normal((count, DIMENSIONS), np.float32)
    return own / np.linalg.norm(own, axis=1, keepdims=True)


def distances(folder: Path) -> None:
    """The constraint of a nearest neighbour: 1,000 of one class, 128 dimensions, by the size of the class."""
    print(f"{'class':>10}{'CPU-s':>9}{'taken':>8}{'as asked':>10}{'GB':>7}")
    for count in (2_000, 20_000, 200_000):
        got = measured("apart", count)
        print(
            f"{count:10,}{float(got['cpu']):9.2f}{got['taken']:>8}{got['met']:>10}{float(got['peak']):7.2f}", flush=True
        )


def apart(count: str) -> dict[str, object]:
    from framewright.tracks.curation.scan import make_bare_candidates
    from framewright.tracks.metrics.vectors import quantise

    number = int(count)
    rng = np.random.default_rng(1)
    vectors, _ = quantise(things(number, kinds=300))
    numbers = rng.integers(0, 1 << 63, (number, 2)).astype(np.uint64)
    nothing = np.zeros(number, np.int32)
    tracks = make_bare_candidates(numbers, nothing, nothing, ("x",), rng.random(number))
    tracks = replace(tracks, vectors=vectors, embedded=np.ones(number, bool))
    asked = Constraints(min_distance=1.0, relax=RELAX)
    begun = time.process_time()
    choice = choose(tracks, Subset("x", max_per_class=1000, constraints=asked))
    cpu = time.process_time() - begun
    return {"cpu": cpu, "taken": len(choice.places), "met": int((choice.levels == 0).sum())}


def diversity(folder: Path) -> None:
    """The documented subsets that compare what clips look like, from all rows, 1 % and 10 %: 8,000 of a class."""
    print(f"{'tracks':>10}{'subset':>16}{'CPU-s':>9}{'taken':>9}{'GB':>7}")
    for share in (0.01, 0.1, 1.0):
        count = round(TRACKS * share)
        path = folder / f"{count}.parquet"
        if not path.exists():
            write_rows(path, count, max(1, round(VIDEOS * share)))
        for name in SPREAD:
            got = measured("spread", path, name)
            print(
                f"{count:10,}{name:>16}{float(got['cpu']):9.2f}{int(got['taken']):9,}{float(got['peak']):7.2f}",
                flush=True,
            )


SPREAD = {
    "MinRed-CB300": ("min_redundancy", (100, 300)),  # both sizes in one pass
    "Diverse-CB100": ("diverse", (100,)),
}


def spread(path: str, name: str) -> dict[str, object]:
    """Choose subsets of one kind; vectors are made in parts, so that their making is not the peak of memory."""
    from framewright.tracks.curation.index import make_candidates, read_index
    from framewright.tracks.metrics.vectors import quantise

    table = read_index([path])
    vectors = np.empty((len(table), DIMENSIONS), np.int8)
    for number, start in enumerate(range(0, len(table), 1 << 16)):
        part = slice(start, min(start + (1 << 16), len(table)))
        vectors[part] = quantise(things(part.stop - part.start, number))[0]
    tracks = make_candidates(table, vectors, np.ones(len(table), bool))
    del table
    strategy, sizes = SPREAD[name]
    begun = time.process_time()
    found = {subset.name: choice for subset, choice in choose_all(
        tracks, [Subset(f"{name}{size}", strategy, max_per_class=size) for size in sizes]
    )}  # fmt: skip
    cpu = time.process_time() - begun
    return {"cpu": cpu, "taken": max(len(choice.places) for choice in found.values())}


def recall(folder: Path) -> None:
    """Neighbours by 8-bit integers against those by floats, on clips of films in FILMS (folders, separated by :)."""
    films = [
        path for name in os.environ.get("FILMS", "").split(":") if name for path in sorted(Path(name).rglob("*.m*"))
    ]
    if not films:
        print("no films: name folders of films in FILMS")
        return
    got = measured("neighbours", *films)
    print(f"{got['clips']} clips of {len(films)} films: {got['saturated']} of their entries saturate")
    print(f"of the 1, 10 and 50 nearest by floats, integers find {got['recall']}")
    print(f"largest error of a distance {got['error']}", flush=True)


def neighbours(*films: str) -> dict[str, object]:
    """A clip is two seconds of a window: four of a film of 400 pixels or more, else the whole picture."""
    from framewright.tracks.metrics.appearance import hog_lab, mean_vector
    from framewright.tracks.metrics.vectors import compute_distances, quantise, scale_of
    from framewright.video.stream import open_video

    floats = []
    for film in films:
        with open_video(film) as video:
            width, height = video.size
            every = max(1, round((video.timeline.rate()[0] or 25) / 2))
            pictures = [frame.rgb for number, frame in enumerate(video.frames()) if number % every == 0]
        corners = [(x, y) for x in (0, width // 2) for y in (0, height // 2)] if width >= 400 else [(0, 0)]
        wide, high = (width // 2, height // 2) if width >= 400 else (width, height)
        for start in range(0, max(1, len(pictures) - 3), 4):
            for x, y in corners:
                floats.append(
                    mean_vector(hog_lab([one[y : y + high, x : x + wide] for one in pictures[start : start + 4]]))
                )
    vectors = np.array(floats)
    integers, saturated = quantise(vectors)
    near = compute_distances(integers, integers) / scale_of(vectors.shape[1]) ** 2
    exact = np.maximum(2 - 2 * vectors @ vectors.T, 0)
    error = np.abs(np.sqrt(near) - np.sqrt(exact)).max()
    for table in (near, exact):
        np.fill_diagonal(table, np.inf)
    ours, theirs = np.argsort(near, axis=1, kind="stable"), np.argsort(exact, axis=1, kind="stable")
    found = [
        np.mean([len({*a[:k].tolist()} & {*b[:k].tolist()}) / k for a, b in zip(ours, theirs, strict=True)])
        for k in (1, 10, 50)
    ]
    words = ", ".join(f"{share:.3f}" for share in found)
    return {"clips": len(vectors), "saturated": saturated, "recall": words, "error": f"{error:.4f}"}


def duplicates(folder: Path) -> None:
    """Near duplicates among a million vectors with planted copies (target: 30 CPU-s, recall .95, false 1 %)."""
    print(f"{'vectors':>10}{'planted':>9}{'CPU-s':>9}{'found':>9}{'recall':>8}{'false':>8}{'GB':>7}")
    for count in (100_000, 1_000_000):
        got = measured("repeats", count)
        figures = f"{got['planted']:>9}{float(got['cpu']):9.2f}{got['found']:>9}{float(got['recall']):8.4f}"
        print(f"{count:10,}{figures}{float(got['false']):8.4f}{float(got['peak']):7.2f}", flush=True)


def repeats(count: str) -> dict[str, object]:
    """One in a hundred was uploaded again: encoded anew or cropped, as far away as copies of the demo's clips are."""
    from framewright.tracks.curation.duplicates import near_duplicates
    from framewright.tracks.curation.options import Likeness
    from framewright.tracks.metrics.vectors import quantise

    number = int(count)
    planted = number // 100
    rng = np.random.default_rng(2)
    own = things(number - planted)
    copied = rng.choice(number - planted, planted, replace=False)
    away = rng.uniform(0.02, 0.15, (planted, 1)).astype(np.float32)  # up to twice as far as `copies` finds
    noise = rng.standard_normal((planted, DIMENSIONS), np.float32)
    noise *= away / np.linalg.norm(noise, axis=1, keepdims=True)
    vectors, _ = quantise(np.concatenate([own, own[copied] + noise]))
    signatures = rng.integers(0, 1 << 63, number - planted).astype(np.uint64)
    flips = np.bitwise_or.reduce(np.uint64(1) << rng.integers(0, 63, (4, planted)).astype(np.uint64), axis=0)
    signatures = np.concatenate([signatures, signatures[copied] ^ flips])
    videos = np.arange(number) // 64
    begun = time.process_time()
    pairs = near_duplicates(vectors, videos, signatures, Likeness())
    cpu = time.process_time() - begun
    truth = set(zip(copied.tolist(), range(number - planted, number), strict=True))
    found = set(zip(pairs.one.tolist(), pairs.other.tolist(), strict=True))
    return {
        "cpu": cpu,
        "planted": planted,
        "found": len(found),
        "recall": len(found & truth) / planted,
        "false": len(found - truth) / max(len(found), 1),
    }


def copies(folder: Path) -> None:
    """How far copies of drawn clips are from their originals, and from others: encoded again, smaller, cropped."""
    got = measured("copy", folder)
    for kind in ("encoded", "cropped", "others"):
        print(f"{kind:10} distance {got[f'{kind} distance']}, bits {got[f'{kind} bits']}")
    print(f"recall {float(got['recall']):.3f}, false {float(got['false']):.3f} of {got['pairs']} pairs", flush=True)


def copy(folder: str) -> dict[str, object]:
    """Clips of a drawn street, their copies at a third of the bits and cropped by 6 %, measured as clips are."""
    import cv2

    from framewright.scenes.street import make_street
    from framewright.tracks.curation.duplicates import near_duplicates
    from framewright.tracks.curation.options import Likeness
    from framewright.tracks.metrics.appearance import hog_lab, mean_vector
    from framewright.tracks.metrics.vectors import compute_distances, quantise, scale_of
    from framewright.video.fingerprint import hash_picture

    vectors, signatures, kinds = [], [], []
    for seed in range(24):
        scene = make_street(np.random.default_rng(seed), 4.0, (320, 180))
        for corner in range(4):
            left, top = 208 * (corner % 2), 84 * (corner // 2)  # no two clips show the same
            clip = [scene.draw(frame).picture[top : top + 96, left : left + 112] for frame in range(0, 75, 12)]
            jpeg = [cv2.imencode(".jpg", one, [cv2.IMWRITE_JPEG_QUALITY, 30])[1] for one in clip]
            encoded = [cv2.imdecode(one, 1) for one in jpeg]
            cropped = [cv2.resize(one[3:-3, 3:-3], (112, 96)) for one in clip]
            for kind, pictures in (("own", clip), ("encoded", encoded), ("cropped", cropped)):
                vectors.append(mean_vector(hog_lab(pictures)))
                middle = cv2.cvtColor(pictures[len(pictures) // 2], cv2.COLOR_RGB2GRAY)
                signatures.append(int(hash_picture(middle), 16))
                kinds.append(kind)
    integers, _ = quantise(np.array(vectors))
    apart = np.sqrt(compute_distances(integers, integers)) / scale_of(integers.shape[1])
    marks = np.array(signatures, np.uint64)
    bits = np.bitwise_count(marks[:, None] ^ marks[None])
    owns = np.arange(0, len(kinds), 3)
    out: dict[str, object] = {}
    others = ~np.eye(len(owns), dtype=bool)
    for name, far, differ in (
        ("encoded", apart[owns, owns + 1], bits[owns, owns + 1]),
        ("cropped", apart[owns, owns + 2], bits[owns, owns + 2]),
        ("others", apart[np.ix_(owns, owns)][others], bits[np.ix_(owns, owns)][others]),
    ):
        out[f"{name} distance"] = " ".join(f"{value:.3f}" for value in np.quantile(far, (0.01, 0.5, 0.95, 0.99)))
        out[f"{name} bits"] = " ".join(f"{value:.0f}" for value in np.quantile(differ, (0.01, 0.5, 0.95, 0.99)))
    pairs = near_duplicates(integers, np.arange(len(kinds)), marks, Likeness())
    same = pairs.one // 3 == pairs.other // 3
    with_original = same & (pairs.one % 3 == 0)
    return out | {"recall": with_original.sum() / (2 * len(owns)), "false": 1 - same.mean(), "pairs": len(same)}


# ---- the same bytes -------------------------------------------------------------------------------------------------


def repeating(folder: Path) -> None:
    """One sha256 for each subset: rows as they are, shuffled, with two threads, dimensions summed in another order."""
    count = round(TRACKS * 0.01)
    write_rows(folder / "own.parquet", count, 640)
    digests = {}
    for name, shuffled, threads, turned in (
        ("as it is", 0, 1, 0),
        ("shuffled", 1, 1, 0),
        ("two threads", 0, 2, 0),
        ("another order of summation", 0, 1, 1),
    ):
        digests[name] = measured("digest", folder / "own.parquet", shuffled, turned, threads=threads)["digest"]
        print(f"{name:30}{digests[name][:16]}", flush=True)
    print("the same" if len(set(digests.values())) == 1 else "NOT THE SAME", flush=True)


def digest(path: str, shuffled: str, turned: str) -> dict[str, object]:
    """The digest of all subsets' ids and levels, those that compare vectors among them."""
    from framewright.tracks.curation.index import make_candidates, read_index
    from framewright.tracks.metrics.vectors import quantise

    table = read_index([path])
    vectors, _ = quantise(things(len(table), 3))
    if turned == "1":
        vectors = vectors[:, np.random.default_rng(1).permutation(DIMENSIONS)]
    tracks = make_candidates(table, vectors, np.ones(len(table), bool))
    if shuffled == "1":
        tracks = tracks.take(np.random.default_rng(0).permutation(len(tracks)))
    more = [
        Subset("apart", max_per_class=20, constraints=Constraints(min_distance=1.0, relax=RELAX)),
        Subset("spread", "min_redundancy", max_per_class=20, pool=500),
        Subset("diverse", "diverse", max_per_class=20, pool=500),
    ]
    found = hashlib.sha256()
    for subset, choice in choose_all(tracks, [*DOCUMENTED, *more]):
        found.update(subset.name.encode() + tracks.numbers[choice.places].tobytes() + choice.levels.tobytes())
    return {"digest": found.hexdigest()}


# ---- metrics --------------------------------------------------------------------------------------------------------


def metrics(folder: Path) -> None:
    """All metrics of clips in one decode, against three processes that decode them once each (target: .5)."""
    make_clips(folder / "clips")
    ours = measured("together", folder / "clips")
    three = [measured("alone", folder / "clips", kind) for kind in ("motion", "embedding", "quality")]
    whole, parts = float(ours["whole"]), sum(float(one["whole"]) for one in three)
    print(f"ours {whole:.2f} CPU-s; three processes {parts:.2f}; ratio {whole / parts:.3f}", flush=True)


def make_clips(folder: Path) -> None:
    """Clips of a drawn street, as large and long as TrackVerse's are."""
    from framewright.scenes.street import make_street
    from framewright.tracks.clips.extract import extract
    from framewright.tracks.clips.record import write_clips
    from framewright.tracks.meta import new_track, write_tracks
    from framewright.video.encode import Writer

    folder.mkdir()
    scene, size = make_street(np.random.default_rng(3), 6.0, (640, 360)), (640, 360)
    with Writer(folder / "film.mp4", size, 25, crf=20, preset="veryfast") as writer:
        for frame in range(150):
            writer.add(scene.draw(frame).picture)
    times = np.arange(90) / 16
    boxes = [np.array([20.0 + 40 * k, 40.0, 260.0 + 40 * k, 280.0]) for k in range(8)]
    tracks = [new_track("film", size, times, np.tile(box, (90, 1)), [0], ["x"]) for box in boxes]
    tracks.sort(key=lambda track: track.tid)
    (folder / "made").mkdir()
    write_clips(folder / "clips.gz", extract(folder / "film.mp4", tracks, folder / "made"))
    write_tracks(folder / "film-meta.jsonl.gzip", tracks)


def together(folder: str) -> dict[str, object]:
    from framewright.tracks.clips.record import read_clips
    from framewright.tracks.meta import read_tracks
    from framewright.tracks.metrics.appearance import hog_lab
    from framewright.tracks.metrics.camera import CameraPath
    from framewright.tracks.metrics.measure import measure_clips
    from framewright.tracks.metrics.motion import make_dis_flow

    place = Path(folder)
    tracks, clips = list(read_tracks(place / "film-meta.jsonl.gzip")), list(read_clips(place / "clips.gz"))
    still = CameraPath(np.arange(0, 10, 1 / 16), np.tile([1.0, 0, 0, 0, 1.0, 0], (160, 1)))
    found = list(measure_clips(place / "made", tracks, clips, make_dis_flow(), hog_lab, still))
    return {"whole": time.process_time(), "clips": len(found)}


def alone(folder: str, kind: str) -> dict[str, object]:
    """One metric as TrackVerse computes it: a process of its own decodes all clips."""
    from framewright.tracks.clips.record import read_clips
    from framewright.tracks.meta import read_tracks
    from framewright.tracks.metrics.appearance import hog_lab
    from framewright.tracks.metrics.motion import make_dis_flow, pair_motion, pool_batches
    from framewright.tracks.metrics.quality import picture_quality
    from framewright.video.stream import open_video

    place, flow = Path(folder), make_dis_flow()
    still = np.array([1.0, 0, 0, 0, 1.0, 0])
    assert list(read_tracks(place / "film-meta.jsonl.gzip"))
    for clip in read_clips(place / "clips.gz"):
        pictures, pairs, before = [], [], None
        windows = np.array(clip.windows).reshape(-1, 4)
        with open_video(place / "made" / Path(clip.fn).name) as video:
            for number, frame in enumerate(video.frames()):
                if kind == "motion" and number % 6 in (0, 2):
                    small = frame.gray(144, 144)
                    if before is not None and number % 6 == 2:
                        places = windows[number - 2], windows[number]
                        spent = (float(frame.time) - 0.08, float(frame.time))
                        pairs.append(pair_motion(before, small, spent, places, (640, 360), flow, still))
                    before = small
                elif kind != "motion" and number % 12 == 0:
                    pictures.append(frame.rgb)
        if kind == "motion":
            pool_batches(pairs)
        if kind == "embedding":
            hog_lab(pictures)
        if kind == "quality":
            [picture_quality(picture) for picture in pictures]
    return {"whole": time.process_time()}


PARTS: dict[str, Callable[[Path], None]] = {
    "selecting": selecting,
    "writing": writing,
    "reading": reading,
    "distances": distances,
    "diversity": diversity,
    "recall": recall,
    "duplicates": duplicates,
    "copies": copies,
    "repeating": repeating,
    "metrics": metrics,
}
STEPS: dict[str, Callable[..., dict[str, object]]] = {
    "select": select,
    "stitch": stitch,
    "dump": dump,
    "scan": scan_lines,
    "parse": parse_lines,
    "apart": apart,
    "spread": spread,
    "neighbours": neighbours,
    "repeats": repeats,
    "copy": copy,
    "digest": digest,
    "together": together,
    "alone": alone,
}

if __name__ == "__main__":
    sys.exit(main())
