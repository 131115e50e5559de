"""What the colour tags of a video mean, under the names that FFmpeg gives them."""

from dataclasses import dataclass

import av

UNTAGGED = "unknown"
PRIMARIES = {1: "bt709", 4: "bt470m", 5: "bt470bg", 6: "smpte170m", 7: "smpte240m", 8: "film", 9: "bt2020"}
PRIMARIES |= {10: "smpte428", 11: "smpte431", 12: "smpte432", 22: "ebu3213"}
TRANSFERS = {1: "bt709", 4: "gamma22", 5: "gamma28", 6: "smpte170m", 7: "smpte240m", 8: "linear", 9: "log100"}
TRANSFERS |= {10: "log316", 11: "iec61966-2-4", 12: "bt1361e", 13: "iec61966-2-1", 14: "bt2020-10", 15: "bt2020-12"}
TRANSFERS |= {16: "smpte2084", 17: "smpte428", 18: "arib-std-b67"}
MATRICES = {0: "gbr", 1: "bt709", 4: "fcc", 5: "bt470bg", 6: "smpte170m", 7: "smpte240m", 8: "ycgco"}
MATRICES |= {9: "bt2020nc", 10: "bt2020c", 14: "ictcp"}
RANGES = {1: "tv", 2: "pc"}

# FFmpeg's scaler numbers the matrices in another way; both BT.2020 kinds are read as the non-constant one
_SCALER = {"bt709": 1, "fcc": 4, "bt470bg": 5, "smpte170m": 5, "smpte240m": 7, "bt2020nc": 9, "bt2020c": 9}


@dataclass(frozen=True)
class Colour:
    """Colour tags by FFmpeg's names; `unknown` where the file says nothing."""

    primaries: str = UNTAGGED
    transfer: str = UNTAGGED
    matrix: str = UNTAGGED
    range: str = UNTAGGED

    @property
    def untagged(self) -> bool:
        """The file says nothing about its primaries, transfer and matrix."""
        return (self.primaries, self.transfer, self.matrix) == (UNTAGGED,) * 3

    @property
    def kind(self) -> str:
        """`PQ`, `HLG`, `SDR`, or `unknown` when nothing tells."""
        if self.transfer == "smpte2084":
            return "PQ"
        if self.transfer == "arib-std-b67":
            return "HLG"
        standard = {"bt709", "bt470m", "bt470bg", "smpte170m", "smpte240m"}
        known = self.transfer != UNTAGGED or self.primaries in standard or self.matrix in standard
        return "SDR" if known else "unknown"

    def scaler_matrix(self, height: int) -> int:
        """The matrix to convert with, as FFmpeg's scaler numbers it.

        Untagged video is BT.2020 when it is PQ or HLG, else BT.709 from 720 lines on and BT.601 below, as players
        take it.
        """
        if self.matrix in _SCALER:
            return _SCALER[self.matrix]
        if self.kind in ("PQ", "HLG"):
            return _SCALER["bt2020nc"]
        return _SCALER["bt709"] if height >= 720 else _SCALER["smpte170m"]


def colour_of(tagged: av.VideoFrame | av.VideoCodecContext) -> Colour:
    """The tags of a decoded picture, or of a stream whose pictures cannot be decoded."""
    return Colour(
        PRIMARIES.get(tagged.color_primaries, UNTAGGED),
        TRANSFERS.get(tagged.color_trc, UNTAGGED),
        MATRICES.get(tagged.colorspace, UNTAGGED),
        RANGES.get(tagged.color_range, UNTAGGED),
    )


def number_of(table: dict[int, str], name: str) -> int:
    """FFmpeg's number for a tag's name; 2 ("unspecified") for `unknown` (0 for a range)."""
    numbers = {value: key for key, value in table.items()}
    return numbers.get(name, 0 if table is RANGES else 2)
