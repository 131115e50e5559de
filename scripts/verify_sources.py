"""Read every source whole and compare it with the digest on record: what `make verify-sources` runs.

A run knows a film by its size and by 16 blocks of 64 KB. An edit of equal size between these blocks is found here.
"""

import argparse
import sys
from pathlib import Path

from framewright.study.record import hash_file
from framewright.video.probe import read_probe


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("results", type=Path, nargs="?", default=Path("results"), help="(default: results)")
    folders = sorted(path.parent for path in parser.parse_args().results.glob("sources/*/probe.json"))
    if not folders:
        sys.exit("verify-sources: no sources there; run snakemake first, or give the folder of results")
    changed = [folder for folder in folders if not is_as_recorded(folder)]
    for folder in changed:
        print(f"{folder.name}: other bytes than on record; delete {folder}/source.json and run snakemake")
    print(f"{len(folders) - len(changed)} of {len(folders)} sources are as they were")
    sys.exit(1 if changed else 0)


def is_as_recorded(folder: Path) -> bool:
    """Whether the video in a source's folder has the sha256 of its record, or neither is there."""
    video, recorded = folder / "video", read_probe(folder / "probe.json").sha256
    if not video.is_file():
        return not recorded
    return not recorded or hash_file(video) == recorded


if __name__ == "__main__":
    main()
