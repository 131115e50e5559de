"""Write the pictures that README shows from the demo's results: what `make readme-pictures` runs."""

import sys
from pathlib import Path

import cv2

from framewright.study.record import read_record

SIZE = (400, 300)  # of a picture, pixels; five stand beside each other
SEEN = 960  # at most so many columns of a sheet are shown, from its upper left corner


def main() -> None:
    results, to = map(Path, sys.argv[1:])
    to.mkdir(exist_ok=True)
    written = []
    for tile in sorted(results.glob("*/card/tile.json")):
        picture = cv2.imread(str(results.parent / read_record(tile)["picture"]))
        if picture is not None:
            height, width = picture.shape[:2]
            seen = min(SEEN, width, height * SIZE[0] // SIZE[1])
            corner = picture[: seen * SIZE[1] // SIZE[0], :seen]
            small = cv2.resize(corner, SIZE, interpolation=cv2.INTER_AREA)
            cv2.imwrite(str(to / f"{tile.parts[-3]}.jpg"), small, [cv2.IMWRITE_JPEG_QUALITY, 80])
            written.append(tile.parts[-3])
    if not written:
        sys.exit(f"make readme-pictures: {results} has no card with a picture; run make demo first")
    print(f"{len(written)} pictures in {to}: {', '.join(written)}")


if __name__ == "__main__":
    main()
