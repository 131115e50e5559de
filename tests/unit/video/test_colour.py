"""Colour tags have FFmpeg's names and numbers, and untagged video is taken as players take it."""

from types import SimpleNamespace

import av
import numpy as np
import pytest
from av.video.reformatter import Colorspace

from framewright.video.colour import MATRICES, PRIMARIES, RANGES, TRANSFERS, Colour, colour_of, number_of

OLDER = {"gamma22": "bt470m", "gamma28": "bt470bg"}  # what this filter calls these curves
FIELDS = {"color_primaries": PRIMARIES, "color_trc": TRANSFERS, "colorspace": MATRICES, "range": RANGES}


def tag(option: str, name: str) -> av.VideoFrame:
    """A picture that FFmpeg itself has tagged so."""
    graph = av.filter.Graph()
    source = graph.add_buffer(width=16, height=16, format=av.VideoFormat("yuv420p"), time_base=1)
    setter, sink = graph.add("setparams", f"{option}={OLDER.get(name, name)}"), graph.add("buffersink")
    source.link_to(setter)
    setter.link_to(sink)
    graph.configure()
    graph.push(av.VideoFrame.from_ndarray(np.zeros((24, 16), np.uint8), "yuv420p"))
    return graph.pull()


NAMES = {
    "color_primaries": "bt709 bt470m bt470bg smpte170m smpte240m film bt2020 smpte428 smpte431 smpte432 ebu3213",
    "color_trc": "bt709 gamma22 gamma28 smpte170m smpte240m linear log100 log316 iec61966-2-4 bt1361e iec61966-2-1 "
    "bt2020-10 bt2020-12 smpte2084 smpte428 arib-std-b67",
    "colorspace": "gbr bt709 fcc bt470bg smpte170m smpte240m ycgco bt2020nc bt2020c ictcp",
    "range": "tv pc",
}


@pytest.mark.parametrize(
    ("option", "name"), [(option, name) for option, names in NAMES.items() for name in names.split()]
)
def test_a_name_means_what_ffmpeg_means_by_it(option, name):
    found = colour_of(tag(option, name))
    field = {"color_primaries": "primaries", "color_trc": "transfer", "colorspace": "matrix", "range": "range"}[option]
    assert getattr(found, field) == name
    assert number_of(FIELDS[option], name) == next(key for key, value in FIELDS[option].items() if value == name)


def test_what_is_not_known_is_unspecified():
    assert [number_of(table, "unknown") for table in (PRIMARIES, TRANSFERS, MATRICES, RANGES)] == [2, 2, 2, 0]
    tagged = SimpleNamespace(color_primaries=2, color_trc=99, colorspace=3, color_range=0)
    assert colour_of(tagged) == Colour() and Colour().range == "unknown"


@pytest.mark.parametrize(
    ("matrix", "space"),
    [
        *(("bt709", Colorspace.ITU709), ("fcc", Colorspace.FCC), ("bt470bg", Colorspace.ITU601)),
        *(("smpte170m", Colorspace.ITU601), ("smpte240m", Colorspace.SMPTE240M)),
        *(("bt2020nc", Colorspace.BT2020), ("bt2020c", Colorspace.BT2020)),
    ],
)
def test_the_scaler_has_its_own_numbers_whatever_the_height(matrix, space):
    assert [Colour(matrix=matrix).scaler_matrix(height) for height in (100, 2000)] == [space, space]


@pytest.mark.parametrize(
    ("colour", "height", "space"),
    [
        *((Colour(), 719, Colorspace.ITU601), (Colour(), 720, Colorspace.ITU709), (Colour(), 721, Colorspace.ITU709)),
        *((Colour(matrix="gbr"), 719, Colorspace.ITU601), (Colour(transfer="bt709"), 1080, Colorspace.ITU709)),
        *(
            (Colour(transfer="smpte2084"), 480, Colorspace.BT2020),
            (Colour(transfer="arib-std-b67"), 480, Colorspace.BT2020),
        ),
    ],
)
def test_without_a_matrix_high_pictures_are_bt709_low_ones_bt601_and_bright_ones_bt2020(colour, height, space):
    assert colour.scaler_matrix(height) == space


@pytest.mark.parametrize(
    ("colour", "kind"),
    [
        *((Colour(), "unknown"), (Colour(range="tv"), "unknown"), (Colour(primaries="bt2020"), "unknown")),
        *((Colour(primaries="bt709"), "SDR"), (Colour(matrix="smpte170m"), "SDR"), (Colour(transfer="gamma22"), "SDR")),
        *((Colour(matrix="bt2020nc"), "unknown"), (Colour("bt2020", "bt2020-10"), "SDR")),
        *((Colour("bt709", "smpte2084"), "PQ"), (Colour("bt709", "arib-std-b67"), "HLG")),
    ],
)
def test_the_transfer_tells_the_class_and_else_what_only_plain_video_has(colour, kind):
    assert colour.kind == kind
    assert colour.untagged is (colour in (Colour(), Colour(range="tv")))
    with pytest.raises(AttributeError):
        colour.matrix = "bt709"
