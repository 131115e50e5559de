"""Bad configurations and tables, and exactly what is said about each. The files they may name are made by `lay_out`."""

from pathlib import Path

import yaml

from framewright.scenes.names import NAMES

ROOT = Path(__file__).parent.parent
TOP = yaml.safe_load((ROOT / "config/schemas/config.schema.yaml").read_text())["properties"]
PIPELINES = TOP["pipelines"]["items"]["enum"]
KNOWN = ", ".join([*TOP, *PIPELINES])
ONE_OF_THEM = f"must be one of {', '.join(PIPELINES)}"

FILES = [
    "films/a.mp4",
    "films/b.mp4",
    "films/c d.mp4",
    "truth.json",
    "cookies.txt",
    "mot/walk/img1/000001.jpg",
    "mot/bare/seqinfo.ini",
]


def lay_out(folder: Path) -> None:
    """Make the files that the gallery's configurations and tables name, one byte each."""
    for name in FILES:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("-")


def table(*rows: str) -> str:
    """A table's text, from rows with | between their cells."""
    return "".join("\t".join(cell.strip(" ") for cell in row.split("|")) + "\n" for row in rows)


def below(*rows: str) -> str:
    """A table with the usual five columns."""
    return table("video | source | pipelines | categories | licence", *rows)


def also(column: str, *cells: str) -> str:
    """A table with one more column, and a good row for each of its cells."""
    rows = [f"v{place} | demo:street | tracks | | | {cell}" for place, cell in enumerate(cells)]
    return table(f"video | source | pipelines | categories | licence | {column}", *rows)


# What it is: (the configuration's text, what is said).
CONFIGS = {
    "a slip of the pen at the top level": ("sed: 3", ["config: sed: unknown key; did you mean seed?"]),
    "a slip of the pen three levels down": (
        "sources: {youtube: {heigth: 480}}",
        ["config: sources.youtube.heigth: unknown key; did you mean height?"],
    ),
    "a key in the wrong place": (
        "height: 480",
        ["config: height: unknown key; did you mean sources.youtube.height?"],
    ),
    "a key like no other": (
        "colour_of_the_sky: blue",
        [f"config: colour_of_the_sky: unknown key; known at the top level: {KNOWN}"],
    ),
    "a key like no other in a section": (
        "sources: {probe: {gpu: 1}}",
        ["config: sources.probe.gpu: unknown key; known here: seconds, mebibytes"],
    ),
    "a key that is a number": (
        "3: x",
        [f"config: 3: unknown key; known at the top level: {KNOWN}"],
    ),
    "an unknown pipeline": (
        "pipelines: [weather]",
        [f'config: pipelines = "weather": {ONE_OF_THEM}'],
    ),
    "a pipeline instead of a list": (
        "pipelines: tracks",
        ['config: pipelines = "tracks": must be a list; write [tracks]'],
    ),
    "two pipelines in one text": (
        "pipelines: tracks, patches",
        ['config: pipelines = "tracks, patches": must be a list; write [tracks, patches]'],
    ),
    "a pipeline named twice": (
        "pipelines: [weather, weather]",
        [
            'config: pipelines = ["weather", "weather"]: must not list anything twice',
            f'config: pipelines = "weather": {ONE_OF_THEM}',
        ],
    ),
    "a number that YAML takes for text": (
        "seed: 1e3",
        ['config: seed = "1e3": must be a whole number; write 1000'],
    ),
    "a number in quotation marks": (
        'sources: {max_gigabytes: "4.5"}',
        ['config: sources.max_gigabytes = "4.5": must be a number; write 4.5'],
    ),
    "a word for a number": ("seed: lucky", ['config: seed = "lucky": must be a whole number']),
    "a whole number with a point": (
        "sources: {youtube: {height: 720.0}}",
        ["config: sources.youtube.height = 720.0: must be a whole number; write 720"],
    ),
    "a fraction for a whole number": ("seed: 0.5", ["config: seed = 0.5: must be a whole number"]),
    "a truth value for a number": (
        "sources: {attempts: yes}",
        ["config: sources.attempts = true: must be a whole number"],
    ),
    "not a number": (
        "sources: {max_gigabytes: .nan}",
        ["config: sources.max_gigabytes = NaN: must be a number"],
    ),
    "an endless number": (
        "sources: {max_gigabytes: .inf}",
        ["config: sources.max_gigabytes = Infinity: must be a number"],
    ),
    "a quoted word for a truth value": (
        'sources: {youtube: {audio: "yes"}}',
        ['config: sources.youtube.audio = "yes": must be true or false, without quotation marks'],
    ),
    "a number for a truth value": (
        "sources: {youtube: {audio: 1}}",
        ["config: sources.youtube.audio = 1: must be true or false"],
    ),
    "a bare word that YAML takes for a truth value": (
        "videos: on",
        [
            "config: videos = true: must be text or null; YAML reads yes, no, on and off as true and false: "
            "put the word into quotation marks"
        ],
    ),
    "a number for a path": (
        "sources: {youtube: {cookies: 7}}",
        ["config: sources.youtube.cookies = 7: must be text or null; put it into quotation marks"],
    ),
    "a key without a value": (
        "seed:",
        ["config: seed = null: must be a whole number; leave the key out for its default, 0"],
    ),
    "too large": (
        "sources: {youtube: {height: 7200}}",
        ["config: sources.youtube.height = 7200: must be at most 4320"],
    ),
    "too small": ("sources: {attempts: 0}", ["config: sources.attempts = 0: must be at least 1"]),
    "on the open end of its range": (
        "sources: {max_gigabytes: 0}",
        ["config: sources.max_gigabytes = 0: must be more than 0"],
    ),
    "a negative seed": ("seed: -1", ["config: seed = -1: must be at least 0"]),
    "too large and not whole is said once": (
        "sources: {youtube: {height: 7200.5}}",
        ["config: sources.youtube.height = 7200.5: must be a whole number"],
    ),
    "a value for a section": (
        "sources: fast",
        [
            'config: sources = "fast": must be a group of keys: attempts, timeout_seconds, fetch_on, max_gigabytes, '
            "probe, youtube"
        ],
    ),
    "a list for a section": (
        "sources: {probe: [300, 4096]}",
        ["config: sources.probe = [300, 4096]: must be a group of keys: seconds, mebibytes"],
    ),
    "a group for a value": ("seed: {value: 7}", ['config: seed = {"value": 7}: must be a whole number']),
    "a table that is not there": (
        "videos: film.tsv",
        ['config: videos = "film.tsv": no such file; paths are relative to the working directory'],
    ),
    "a folder for a file": (
        "sources: {youtube: {cookies: films}}",
        ['config: sources.youtube.cookies = "films": no such file; paths are relative to the working directory'],
    ),
    "a path longer than any file's name": (
        f"videos: {'x' * 300}",
        [f'config: videos = "{"x" * 56}...: no such file; paths are relative to the working directory'],
    ),
    "a number beyond all bounds": (
        "sources: {max_gigabytes: 1.0e+400}",
        ["config: sources.max_gigabytes = Infinity: must be a number"],
    ),
    "a date": ("seed: 2024-01-31", ['config: seed = "2024-01-31": must be a whole number']),
    "everything at once": (
        "sed: 1\nseed: 1e3\nsources:\n  attempts: 11\n  youtube: {audio: 1, cookies: nope.txt}\n  prob: {}\n",
        [
            "config: sed: unknown key; did you mean seed?",
            'config: seed = "1e3": must be a whole number; write 1000',
            "config: sources.prob: unknown key; did you mean probe?",
            "config: sources.attempts = 11: must be at most 10",
            "config: sources.youtube.audio = 1: must be true or false",
            'config: sources.youtube.cookies = "nope.txt": no such file; paths are relative to the working directory',
        ],
    ),
}

ABSENT = "no such file; paths are relative to the working directory"
NUMBER = "must be a number of seconds, such as 12.5"
SHARE = "each share must be a number from 0 to 1, such as 0.3"
WORDS = "must be words among tracks, patches, flexpatch, with commas between them"
SEQUENCE = "the header names 5 columns; cells are separated by tabs"

# What it is: (the text of videos.tsv, what is said).
TABLES = {
    "an empty file": ("", ["videos.tsv: empty; its first row names the columns, each other row one video"]),
    "comments alone": (
        "# nothing yet\n\n",
        ["videos.tsv: empty; its first row names the columns, each other row one video"],
    ),
    "a header alone": (below(), ["videos.tsv: no videos; each row below the header is one"]),
    "commas for tabs": (
        "video,source,pipelines,categories,licence\na,films/a.mp4,tracks,,\n",
        ["videos.tsv: header: has commas between the columns; cells are separated by tabs"],
    ),
    "semicolons for tabs": (
        "video;source;pipelines;categories;licence\n",
        ["videos.tsv: header: has semicolons between the columns; cells are separated by tabs"],
    ),
    "spaces for tabs": (
        "video source pipelines categories licence\n",
        ["videos.tsv: header: has spaces between the columns; cells are separated by tabs"],
    ),
    "no header": (
        table("street | demo:street | tracks | | CC0-1.0"),
        [
            "videos.tsv: header: names no known column; write video source pipelines categories licence with tabs "
            "between them"
        ],
    ),
    "a column that is missing and one that is unknown": (
        table("video | source | pipelines | categories | license", "a | films/a.mp4 | tracks | | CC0-1.0"),
        [
            "videos.tsv: header: column license is unknown; did you mean licence?",
            "videos.tsv: header: column licence is missing",
        ],
    ),
    "a column like no other": (
        also("mood", "sad"),
        [
            "videos.tsv: header: column mood is unknown; known: video, source, pipelines, categories, licence, sha256, "
            "truth, start, end, split, group, training, colour"
        ],
    ),
    "a column twice, and one without a name": (
        table(
            "video | source | pipelines | | categories | licence | source", "a | demo:cuts | tracks | | | | demo:cuts"
        ),
        ["videos.tsv: header: column source is there twice", "videos.tsv: header: has a column without a name"],
    ),
    "a row with too many cells": (
        below("a | films/a.mp4 | tracks | | CC0-1.0 | more"),
        [f"videos.tsv: row 2: 6 cells: {SEQUENCE}"],
    ),
    "a row with spaces for tabs": (
        below("# a comment", "a | films/a.mp4 | tracks", "b films/b.mp4 tracks"),
        [f"videos.tsv: row 4: 1 cell: {SEQUENCE}"],
    ),
    "names outside the alphabet, or too long": (
        below(
            "my film | films/a.mp4 | tracks | |",
            "né | films/b.mp4 | tracks | |",
            f"{'x' * 65} | demo:cuts | tracks | |",
        ),
        [
            'videos.tsv: row 2: video = "my film": must be 1 to 64 letters, digits, - and _',
            'videos.tsv: row 3: video = "né": must be 1 to 64 letters, digits, - and _',
            f'videos.tsv: row 4: video = "{"x" * 56}...: must be 1 to 64 letters, digits, - and _',
        ],
    ),
    "cells that must not be empty": (
        below("| films/a.mp4 | tracks | |", "b | | tracks | |", "c | demo:cuts | | |"),
        [
            'videos.tsv: row 2: video = "": must not be empty',
            'videos.tsv: row 3: source = "": must not be empty',
            'videos.tsv: row 4: pipelines = "": must not be empty',
        ],
    ),
    "a name twice, and once more in capitals": (
        below(
            "a | demo:cuts | tracks | |",
            "a | demo:cuts | tracks | |",
            "b | demo:cuts | tracks | |",
            "A | demo:cuts | tracks | |",
        ),
        [
            'videos.tsv: row 3: video = "a", as in row 2: each row needs another name',
            'videos.tsv: row 5: video = "A", and "a" in row 2: names must differ by more than upper and lower case',
        ],
    ),
    "a file that is not there": (
        below("# my films", "", "a | films/z.mp4 | tracks | |"),
        [f'videos.tsv: row 4: source = "films/z.mp4": {ABSENT}'],
    ),
    "a folder for a file": (
        below("a | films | tracks | |"),
        ['videos.tsv: row 2: source = "films": a folder; each of its videos needs a row'],
    ),
    "an annotated sequence without mot:": (
        below("a | mot/walk | tracks | |"),
        ['videos.tsv: row 2: source = "mot/walk": a folder; for its frames in img1/ write mot: before it'],
    ),
    "a path from the home folder": (
        below("a | ~/films/a.mp4 | tracks | |"),
        ['videos.tsv: row 2: source = "~/films/a.mp4": no such file; write the whole path instead of ~'],
    ),
    "quotation marks": (
        below('a | "films/a.mp4" | tracks | |'),
        [f'videos.tsv: row 2: source = "\\"films/a.mp4\\"": {ABSENT}'],
    ),
    "an unknown kind of source": (
        below("a | ftp://example.org/a.mp4 | tracks | |", "b | YouTube:aqz-KE-bpKQ | tracks | |"),
        [
            'videos.tsv: row 2: source = "ftp://example.org/a.mp4": must be a path, or start with http://, https://, '
            "youtube:, mot: or demo:",
            'videos.tsv: row 3: source = "YouTube:aqz-KE-bpKQ": must be a path, or start with http://, https://, '
            "youtube:, mot: or demo:",
        ],
    ),
    "an address without a host, and one with a space": (
        below("a | https:///a.mp4 | tracks | |", "b | https://example.org/a b.mp4 | tracks | |"),
        [
            'videos.tsv: row 2: source = "https:///a.mp4": must be an address such as https://example.org/film.mp4, '
            "with %20 for a space",
            'videos.tsv: row 3: source = "https://example.org/a b.mp4": must be an address such as '
            "https://example.org/film.mp4, with %20 for a space",
        ],
    ),
    "a page of YouTube": (
        below(
            "a | https://www.youtube.com/watch?v=aqz-KE-bpKQ | tracks | |",
            "b | https://youtu.be/aqz-KE-bpKQ | tracks | |",
        ),
        [
            'videos.tsv: row 2: source = "https://www.youtube.com/watch?v=aqz-KE-bpKQ": must be youtube: and the 11 '
            "characters of the video's id, instead of an address there",
            'videos.tsv: row 3: source = "https://youtu.be/aqz-KE-bpKQ": must be youtube: and the 11 '
            "characters of the video's id, instead of an address there",
        ],
    ),
    "a YouTube id that is too short": (
        below("a | youtube:aqz-KE | tracks | |"),
        [
            'videos.tsv: row 2: source = "youtube:aqz-KE": youtube: must be followed by the 11 '
            "characters of the video's id"
        ],
    ),
    "a sequence that is not there, and one without frames": (
        below("a | mot:mot/run | tracks | |", "b | mot:mot/bare | tracks | |"),
        [
            'videos.tsv: row 2: source = "mot:mot/run": no such folder; paths are relative to the working directory',
            'videos.tsv: row 3: source = "mot:mot/bare": the folder must hold its frames in img1/',
        ],
    ),
    "an unknown scene": (
        below("a | demo:beach | tracks | |"),
        [f'videos.tsv: row 2: source = "demo:beach": no such scene; known: {", ".join(sorted(NAMES))}'],
    ),
    "a control character": (
        below("a | films/a\a.mp4 | tracks | |"),
        ['videos.tsv: row 2: source = "films/a\\u0007.mp4": must be free of control characters'],
    ),
    "the same file twice": (
        below("a | films/a.mp4 | tracks | |", "b | films/a.mp4 | tracks | |"),
        [
            'videos.tsv: row 3: source = "films/a.mp4", as in row 2: keep one of the two, or give them '
            "different start and end"
        ],
    ),
    "the same part of a file twice, written differently": (
        table(
            "video | source | pipelines | categories | licence | start",
            "a | films/a.mp4 | tracks | | | 0",
            "b | films/a.mp4 | tracks | |",
            "c | films/a.mp4 | tracks | | | 0.5",
        ),
        [
            'videos.tsv: row 3: source = "films/a.mp4", as in row 2: keep one of the two, or give them '
            "different start and end"
        ],
    ),
    "unknown pipelines": (
        below(
            "a | films/a.mp4 | tracks,weather | |",
            "b | films/b.mp4 | tracks; patches | |",
            "c | demo:cuts | tracks, | |",
        ),
        [
            f'videos.tsv: row 2: pipelines = "tracks,weather": {WORDS}',
            f'videos.tsv: row 3: pipelines = "tracks; patches": {WORDS}',
            f'videos.tsv: row 4: pipelines = "tracks,": {WORDS}',
        ],
    ),
    "a pipeline twice": (
        below("a | films/a.mp4 | tracks,tracks | |"),
        ['videos.tsv: row 2: pipelines = "tracks,tracks": must not name anything twice'],
    ),
    "an unknown category": (
        below("a | films/a.mp4 | patches | anime=0.5 |"),
        ['videos.tsv: row 2: categories = "anime=0.5": must be shares of general, space, toon'],
    ),
    "categories without shares": (
        below("a | films/a.mp4 | patches | general,space |", "b | films/b.mp4 | patches | general:0.5 |"),
        [
            'videos.tsv: row 2: categories = "general,space": must be written as name=share with commas between them, '
            "such as general=0.3,space=0.4",
            'videos.tsv: row 3: categories = "general:0.5": must be written as name=share with commas between them, '
            "such as general=0.3,space=0.4",
        ],
    ),
    "a category twice": (
        below("a | films/a.mp4 | patches | toon=0.2,toon=0.3 |"),
        ['videos.tsv: row 2: categories = "toon=0.2,toon=0.3": must not name anything twice'],
    ),
    "shares that are no numbers, or negative, or endless": (
        below(
            "a | films/a.mp4 | patches | toon=half |",
            "b | films/b.mp4 | patches | toon=-0.1 |",
            "c | demo:film | patches | toon=nan |",
            "d | demo:film | patches | toon= |",
        ),
        [
            f'videos.tsv: row 2: categories = "toon=half": {SHARE}',
            f'videos.tsv: row 3: categories = "toon=-0.1": {SHARE}',
            f'videos.tsv: row 4: categories = "toon=nan": {SHARE}',
            f'videos.tsv: row 5: categories = "toon=": {SHARE}',
        ],
    ),
    "shares that sum to more than 1": (
        below("a | films/a.mp4 | patches | general=0.5,space=0.4,toon=0.2 |"),
        ['videos.tsv: row 2: categories = "general=0.5,space=0.4,toon=0.2": the shares must sum to 1 at most'],
    ),
    "categories without patches": (
        below("a | films/a.mp4 | tracks | toon=1 |"),
        [
            'videos.tsv: row 2: pipelines = "tracks", categories = "toon=1": categories are for patches alone; add it '
            "to pipelines or empty this cell"
        ],
    ),
    "patches without categories": (
        below("a | films/a.mp4 | tracks,patches | |"),
        [
            'videos.tsv: row 2: pipelines = "tracks,patches", categories = "": patches needs categories, such as '
            "general=0.3,space=0.4"
        ],
    ),
    "what is no digest": (
        also("sha256", "abc123", "g" * 64),
        [
            'videos.tsv: row 2: sha256 = "abc123": must be 64 hexadecimal digits',
            f'videos.tsv: row 3: sha256 = "{"g" * 56}...: must be 64 hexadecimal digits',
        ],
    ),
    "annotations that are not there": (
        also("truth", "truth.json", "lies.json"),
        [f'videos.tsv: row 3: truth = "lies.json": {ABSENT}'],
    ),
    "times that are no numbers": (
        also("start", "1:30", "12,5", "1_000", "nan", "-1"),
        [
            f'videos.tsv: row 2: start = "1:30": {NUMBER}',
            f'videos.tsv: row 3: start = "12,5": {NUMBER}',
            f'videos.tsv: row 4: start = "1_000": {NUMBER}',
            f'videos.tsv: row 5: start = "nan": {NUMBER}',
            'videos.tsv: row 6: start = "-1": must not be negative',
        ],
    ),
    "an end at the start or before it": (
        also("start | end", "5 | 5", "5 | 4.5", " | 0", "x | 3"),
        [
            f'videos.tsv: row 5: start = "x": {NUMBER}',
            'videos.tsv: row 2: start = "5", end = "5": end must be after start',
            'videos.tsv: row 3: start = "5", end = "4.5": end must be after start',
            'videos.tsv: row 4: start = "", end = "0": end must be after start',
        ],
    ),
    "unknown splits": (
        also("split", "train", "Test", "validation"),
        [
            'videos.tsv: row 3: split = "Test": must be one of train, val, test',
            'videos.tsv: row 4: split = "validation": must be one of train, val, test',
        ],
    ),
    "unknown colours": (
        also("colour", "HDR10", "PQ"),
        ['videos.tsv: row 2: colour = "HDR10": must be one of SDR, PQ, HLG'],
    ),
    "a fault is said once, and not what follows from it": (
        below("a | films/a.mp4 | patchs | toon=1 |", "b | films/b.mp4 | patches | toon=2 |"),
        [
            f'videos.tsv: row 2: pipelines = "patchs": {WORDS}',
            'videos.tsv: row 3: categories = "toon=2": the shares must sum to 1 at most',
        ],
    ),
    "more of one kind than anyone wants to read": (
        below(*[f"v{place} | films/{place}.mp4 | tracks | |" for place in range(4322)]),
        [f'videos.tsv: row {place + 2}: source = "films/{place}.mp4": {ABSENT}' for place in range(10)]
        + ["videos.tsv: ... and 4,312 more like this"],
    ),
}
