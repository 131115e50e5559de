"""Write the pictures that README shows from the demo's results: what `make readme-pictures` runs."""

import sys
from pathlib import Path

from framewright.report.front import shrink_picture
from framewright.study.record import read_record

SIZE = (400, 300)  # of a picture, pixels; five stand beside each other


def main() -> None:
    results, to = map(Path, sys.argv[1:])
    to.mkdir(exist_ok=True)
    tiles = sorted(results.glob("*/card/tile.json"))
    written = []
    for tile in tiles:
        picture = shrink_picture(str(results.parent / read_record(tile)["picture"]), *SIZE)
        if picture:
            (to / f"{tile.parts[-3]}.jpg").write_bytes(picture)
            written.append(tile.parts[-3])
    if not written:
        sys.exit(f"make readme-pictures: {results} has no card with a picture; run make demo first")
    print(f"{len(written)} pictures in {to}: {', '.join(written)}")


if __name__ == "__main__":
    main()
