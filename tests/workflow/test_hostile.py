"""Films that do harm, lie or break, in one study: the run ends, says why, and touches nothing but its own folder."""

import base64
import csv
import ctypes
import json
import os
import resource
import socket
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import pytest
from flow import Run, snakemake
from hostile import films
from test_sources import COLUMNS

pytestmark = pytest.mark.slow

FILMS = films(port=0)
CONFIG = "videos: videos.tsv\nsources: {probe: {seconds: 60, mebibytes: 1024}}\n"
MOST_MEBIBYTES = 1024  # of any process; reading black-33-megapixels takes about 400, Snakemake 250
IMPORTED = "raise SystemExit('a file beside the table was imported: ' + __file__)\n"


@dataclass(frozen=True)
class Campaign:
    """What the study's runs left behind."""

    study: Path
    first: Run
    again: Run
    mebibytes: float  # the most that any one process of the runs held
    calls: list[object]  # connections to the canary's port
    before: dict[str, tuple]
    after: dict[str, tuple]

    def rows(self) -> dict[str, dict[str, str]]:
        with (self.study / "results/sources/summary.tsv").open() as file:
            return {row["video"]: row for row in csv.DictReader(file, delimiter="\t")}

    def record(self, video: str) -> dict:
        return json.loads((self.study / f"results/sources/{video}/probe.json").read_text())

    def seconds(self, video: str) -> float:
        """How long describing it took, from Snakemake's own records."""
        name = base64.urlsafe_b64encode(f"results/sources/{video}/probe.json".encode()).decode()
        job = json.loads((self.study / ".snakemake/metadata" / name).read_text())
        return job["endtime"] - job["starttime"]


@pytest.fixture(scope="module")
def campaign(tmp_path_factory) -> Campaign:
    place = tmp_path_factory.mktemp("hostile")
    study = place / "étude 映画"
    study.mkdir()
    (place / "canary").write_text("sings")
    kept = [study / film.file for name, film in FILMS.items() if name != "growing"]
    with listening() as (port, calls):
        for film in films(port).values():
            film.make(study / film.file)
        write_study(study, {name: film.file for name, film in FILMS.items()})
        (study / "av.py").write_text(IMPORTED)
        before = facts_of([place / "canary", *kept])
        with as_plain_user() as pool:
            with growing(study / FILMS["growing"].file):
                first = pool.submit(snakemake, study).result()
            again = pool.submit(snakemake, study).result()
            peak = pool.submit(resource.getrusage, resource.RUSAGE_CHILDREN).result().ru_maxrss / 1024
        after = facts_of([path for path in place.rglob("*") if study not in path.parents and path != study] + kept)
    return Campaign(study, first, again, peak, calls, before, after)


def write_study(study: Path, sources: dict[str, str]) -> None:
    rows = [COLUMNS[:5], *((name, source, "tracks", "", "") for name, source in sources.items())]
    (study / "videos.tsv").write_text("".join("\t".join(row) + "\n" for row in rows))
    (study / "config").mkdir()
    (study / "config/config.yaml").write_text(CONFIG)


def facts_of(files: list[Path]) -> dict[str, tuple]:
    """Of each file or link itself: kind and mode, size, time of its last change."""
    entries = {str(path): path.lstat() for path in files}
    return {path: (entry.st_mode, entry.st_size, entry.st_mtime_ns) for path, entry in entries.items()}


@contextmanager
def listening() -> Iterator[tuple[int, list]]:
    """A port of this machine, and who connected to it."""
    calls = []

    def answer() -> None:
        while True:
            try:
                connection, caller = server.accept()
            except OSError:
                return
            calls.append(caller)
            connection.close()

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        yield server.getsockname()[1], calls
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
    """A process in which permissions count, even for root, with a count of its children's memory."""
    with ProcessPoolExecutor(1, mp_context=get_context("fork"), initializer=_obey_permissions) as pool:
        yield pool


def _obey_permissions() -> None:
    """Give up root's right to read and write what is closed, for this process and all that it starts (Linux)."""
    if os.geteuid() == 0 and sys.platform == "linux":
        libc, closed_too = ctypes.CDLL(None), (1, 2)  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
        header, sets = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
        libc.capget(header, sets)
        for right in closed_too:
            libc.prctl(24, right, 0, 0, 0)  # PR_CAPBSET_DROP
            for index in (0, 1):  # effective, permitted
                sets[index] &= ~(1 << right)
        libc.capset(header, sets)


def table(campaign: Campaign) -> str:
    """The campaign for people: what was tried, what became of it, why, and how long that took."""
    rows = campaign.rows()
    said = {name: row["reason"] or row["notes"] or "as good as any" for name, row in rows.items()}
    lines = [
        f"{name:<28} {rows[name]['status']:<9} {campaign.seconds(name):5.1f} s  {said[name][:150]}" for name in FILMS
    ]
    return "\n".join([*lines, f"{len(lines)} films; the largest process held {campaign.mebibytes:.0f} MiB"])


def test_the_run_ends_well_and_has_a_reason_for_each_film(campaign, record_property):
    assert campaign.first.status == 0, campaign.first.text
    record_property("table", table(campaign))
    assert len(FILMS) >= 40
    assert list(campaign.rows()) == list(FILMS)
    assert "Traceback" not in campaign.first.text
    assert "Error" not in campaign.first.text


@pytest.mark.parametrize("name", FILMS)
def test_each_film_has_its_outcome_and_its_reason(campaign, name):
    film, row, record = FILMS[name], campaign.rows()[name], campaign.record(name)
    assert (row["status"], film.words in f"{row['reason']} {row['notes']}") == (film.status, True), row
    assert {fact: record[fact] for fact in film.facts} == film.facts
