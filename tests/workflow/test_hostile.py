"""Films that do harm, lie or break, in one study: the run ends, says why, and touches nothing but its own folder."""

import base64
import csv
import ctypes
import json
import os
import resource
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import cv2
import numpy as np
import psutil
import pytest
import verify
import web
from flow import Run, snakemake
from hostile import REFUSED, films
from make_video import make_video

from framewright.sources.fates import read_summary

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]

FILMS = films(port=0)
SECONDS, MEBIBYTES = 60, 1024  # allowed for reading one film
MANY_MEBIBYTES = 1024  # in any process of a run: the films' pictures have up to 33 megapixels, 50 MiB
CONFIG = f"videos: videos.tsv\nsources: {{probe: {{seconds: {SECONDS}, mebibytes: {MEBIBYTES}}}}}\n"
IMPORTED = "raise SystemExit('a file beside the table was imported: ' + __file__)\n"


@dataclass(frozen=True)
class Campaign:
    """What became of the study of all films, run twice: while one of them was growing, and afterwards."""

    study: Path
    first: Run
    second: Run
    rows: dict[str, dict[str, str]]  # the summary after the first run, by film
    records: dict[str, dict]  # probe.json, likewise
    seconds: dict[str, float]  # how long describing each film took
    mebibytes: float  # the most that one process of the runs held
    callers: list[object]  # who connected to the port that films name
    before: dict[str, tuple]  # the films, and what else lies around
    after: dict[str, tuple]

    def table(self) -> str:
        """For people: what was tried, what became of it, how long that took, and why."""
        lines = []
        for name, row in self.rows.items():
            said = (row["reason"] or row["notes"] or "as good as any").replace(f"{self.study}/", "")
            lines.append(f"{name:<28} {row['status']:<9} {self.seconds[name]:5.1f} s  {said:.150}")
        return "\n".join([*lines, f"{len(lines)} films; no process held more than {self.mebibytes:.0f} MiB"])


@pytest.fixture(scope="module")
def campaign(tmp_path_factory) -> Campaign:
    place = tmp_path_factory.mktemp("hostile")
    study = place / "étude 映画"
    with listening() as (port, callers):
        lay_out(study, {name: film.file for name, film in FILMS.items()})
        for film in films(port).values():
            film.make(study / film.file)
        (study / "av.py").write_text(IMPORTED)
        (place / "canary").write_text("sings")
        before = around(study)
        with as_plain_user() as process:
            with growing(study / FILMS["growing"].file):
                first = process.submit(snakemake, study, timeout=900).result()
            rows = read_summary(study / "results/sources/summary.tsv")
            records = {name: json.loads((study / f"results/sources/{name}/probe.json").read_text()) for name in FILMS}
            seconds = {name: seconds_of(study, name) for name in FILMS}
            second = process.submit(snakemake, study, timeout=900).result()
            held = process.submit(resource.getrusage, resource.RUSAGE_CHILDREN).result().ru_maxrss / 1024
        after = around(study)
    return Campaign(study, first, second, rows, records, seconds, held, callers, before, after)


def lay_out(study: Path, sources: dict[str, str]) -> None:
    """A table of films, by name, and a configuration with limits."""
    rows = [("video", "source", "pipelines", "categories", "licence")]
    rows += [(name, source, "tracks", "", "CC0-1.0") for name, source in sources.items()]
    (study / "config").mkdir(parents=True)
    (study / "config/config.yaml").write_text(CONFIG)
    (study / "videos.tsv").write_text("".join("\t".join(row) + "\n" for row in rows))


def around(study: Path) -> dict[str, tuple]:
    """Kind, mode, size and time of the films that nobody writes, and of everything beside the study."""
    beside = [path for path in study.parent.iterdir() if path != study]
    kept = [study / film.file for name, film in FILMS.items() if name != "growing"]
    facts = {path: path.lstat() for path in (*beside, *kept)}
    return {str(path): (entry.st_mode, entry.st_size, entry.st_mtime_ns) for path, entry in facts.items()}


def seconds_of(study: Path, name: str) -> float:
    """How long describing a film took, by Snakemake's own records."""
    record = base64.b64encode(f"results/sources/{name}/probe.json".encode()).decode()
    job = json.loads((study / ".snakemake/metadata" / record).read_text())
    return job["endtime"] - job["starttime"]


@contextmanager
def listening() -> Iterator[tuple[int, list]]:
    """A port of this machine, and who connected to it."""
    callers = []

    def answer() -> None:
        while True:
            try:
                connection, caller = server.accept()
            except OSError:
                return
            callers.append(caller)
            connection.close()

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=answer)
        thread.start()
        yield server.getsockname()[1], callers
        server.shutdown(socket.SHUT_RDWR)
        thread.join()


@contextmanager
def growing(path: Path) -> Iterator[None]:
    """Somebody is still writing this file."""
    done = threading.Event()

    def write() -> None:
        with path.open("ab", buffering=0) as file:
            while not done.wait(0.01):
                file.write(b"\0")

    thread = threading.Thread(target=write)
    thread.start()
    yield
    done.set()
    thread.join()


@contextmanager
def as_plain_user() -> Iterator[ProcessPoolExecutor]:
    """A process to which closed files are closed, even for root; what it starts is counted together."""
    with ProcessPoolExecutor(1, mp_context=get_context("fork"), initializer=_obey_permissions) as process:
        yield process


def _obey_permissions() -> None:
    """Give up root's right to read and write what is closed, here and in all that is started from here (Linux)."""
    if os.geteuid() != 0 or sys.platform != "linux":
        return
    libc, rights = ctypes.CDLL(None), (1, 2)  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
    header, sets = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
    libc.capget(header, sets)
    for right in rights:
        libc.prctl(24, right, 0, 0, 0)  # PR_CAPBSET_DROP
        for index in (0, 1):  # the effective and the permitted ones
            sets[index] &= ~(1 << right)
    libc.capset(header, sets)


# ---- the campaign ----------------------------------------------------------------------------------------------------


def test_the_run_ends_well_and_says_what_became_of_each_film(campaign, record_property):
    record_property("table", campaign.table())
    assert campaign.first.status == 0, campaign.first.text
    assert "Traceback" not in campaign.first.text
    assert list(campaign.rows) == sorted(FILMS)
    assert len(FILMS) >= 40


@pytest.mark.parametrize("name", FILMS)
def test_each_film_has_its_outcome_and_its_reason(campaign, name):
    film, row, record = FILMS[name], campaign.rows[name], campaign.records[name]
    assert (row["status"], bool(row["reason"])) == (film.status, film.status != "ok"), row
    assert film.words in f"{row['reason']} {row['notes']}"
    assert {fact: record[fact] for fact in film.facts} == film.facts


def test_the_funnel_has_a_word_for_every_reason(campaign):
    with (campaign.study / "results/sources/outcomes.tsv").open() as file:
        words = {row["video"]: row["reason"] for row in csv.DictReader(file, delimiter="\t") if row["reason"]}
    unusable = {name for name, film in FILMS.items() if film.status != "ok"}
    assert set(words) == unusable - {"growing"}
    assert "rejected" not in words.values(), words


def test_the_films_and_what_lies_beside_the_study_are_as_before(campaign):
    assert campaign.after == campaign.before


def test_no_film_reached_an_address(campaign):
    assert campaign.callers == []


def test_no_process_and_no_temporary_file_is_left(campaign):
    assert [process for process in psutil.process_iter(["cwd"]) if process.info["cwd"] == str(campaign.study)] == []
    assert list(verify.leftovers(campaign.study)) == []


def test_time_and_memory_are_bounded(campaign):
    assert max(campaign.seconds.values()) < SECONDS
    assert campaign.mebibytes < MANY_MEBIBYTES


def test_the_second_run_reads_what_was_growing_and_the_third_has_nothing_to_do(campaign):
    assert campaign.second.status == 0, campaign.second.text
    assert (campaign.second.jobs["sources_link"], campaign.second.jobs["sources_probe"]) == (1, 1)
    assert read_summary(campaign.study / "results/sources/summary.tsv")["growing"]["status"] == "ok"
    assert snakemake(campaign.study, "-n").jobs == {}


def test_sources_that_would_stop_the_run_are_named_before_it_starts(tmp_path):
    lay_out(tmp_path, {f"film-{number}": source for number, (source, *_) in enumerate(REFUSED.values())})
    for source, make, _ in REFUSED.values():
        make(tmp_path / source)
    with as_plain_user() as process:
        run = process.submit(snakemake, tmp_path).result()
    assert (run.status, run.jobs) == (1, {})
    assert not (tmp_path / "results").exists()
    for name, (source, _, words) in REFUSED.items():
        start = json.dumps(source.split("\n")[0], ensure_ascii=False)[:50]
        assert [line for line in run.text.splitlines() if start in line and words in line], f"{name}: {run.text}"


# ---- the disk --------------------------------------------------------------------------------------------------------


@pytest.fixture
def disk(tmp_path) -> Iterator[Path]:
    """A folder on a disk of its own with room for 80 KiB; who may mount sees this tested."""
    folder = tmp_path / "full/results"
    folder.mkdir(parents=True)
    command = ["mount", "-t", "tmpfs", "-o", "size=80k", "tmpfs", folder]
    if not shutil.which("mount") or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("no right to mount a small disk here")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_full_disk_fails_the_run_and_leaves_nothing_half_written(tmp_path, disk):
    with web.serve() as server:
        sources = {"here": "here.mp4", "web": f"{server.url}/ok", "walk": "mot:walk"}
        for study in (disk.parent, tmp_path / "roomy"):
            lay_out(study, sources)
            make_video(study / "here.mp4")
            (study / "walk/img1").mkdir(parents=True)
            for number in range(1, 9):
                noise = np.random.default_rng(number).integers(0, 255, (120, 160, 3), np.uint8)
                cv2.imwrite(str(study / f"walk/img1/{number:06d}.png"), noise)
        server.film = make_video(tmp_path / "web.mp4", size=(320, 240), gop=1, options={"qp": "4"}).read_bytes()
        assert snakemake(tmp_path / "roomy", "--", "sources").status == 0
        expected = bytes_of(tmp_path / "roomy/results")

        full = snakemake(disk.parent, "--retries", "0", "--", "sources")
        assert full.status == 1
        assert "cannot be written (No space left on device)" in full.text
        assert "Traceback" not in full.text
        left = {path: data for path, data in bytes_of(disk).items() if ".unfinished" not in path}
        assert left == {path: expected[path] for path in left}

        subprocess.run(["mount", "-o", "remount,size=9m", disk], check=True)
        again = snakemake(disk.parent, "--", "sources")
        assert again.status == 0, again.text
        assert bytes_of(disk) == expected


def test_closed_results_fail_the_run_and_stay_as_they_are(tmp_path):
    lay_out(tmp_path, {"here": "here.mp4"})
    make_video(tmp_path / "here.mp4")
    (tmp_path / "results").mkdir(mode=0o555)
    with as_plain_user() as process:
        closed = process.submit(snakemake, tmp_path, "--", "sources").result()
        assert closed.status == 1
        assert "Permission denied: 'results/sources'" in closed.text
        assert "Traceback" not in closed.text
        assert list((tmp_path / "results").iterdir()) == []
        (tmp_path / "results").chmod(0o755)
        assert process.submit(snakemake, tmp_path, "--", "sources").result().status == 0
