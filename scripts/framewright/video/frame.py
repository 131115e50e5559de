"""One decoded frame, and the views of it that are computed when somebody asks."""

import copy
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import av
import cv2
import numpy as np
from av.sidedata.sidedata import Type as SideData
from av.video.reformatter import ColorRange, Interpolation, VideoReformatter

from framewright.video.colour import RANGES, colour_of, number_of

# FFmpeg's scaler has a fast way from 8-bit video to RGB where nothing is resized. It costs a seventh of decoding, the
# exact way twice as much as decoding; it is 1.5 of 255 off on average where the exact way is 0.5.
FAST = Interpolation.BILINEAR | Interpolation.BITEXACT
# Bicubic for a reason besides its looks: bilinear with full chroma gives garbage in 16 bits (FFmpeg 8.1).
EXACT = Interpolation.BICUBIC | Interpolation.BITEXACT | Interpolation.ACCURATE_RND | Interpolation.FULL_CHR_H_INT
SCALER_WHITE = 65280  # the scaler's idea of full scale in 16 bits: 255 * 256
MARGIN, ALIGNED = 16, 8  # pixels around a part that its conversion looks at; where parts may begin
TURNS = {90: cv2.ROTATE_90_CLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_COUNTERCLOCKWISE}


@dataclass(frozen=True)
class Shape:
    """How stored pictures become upright ones with square pixels."""

    stored: tuple[int, int]  # (width, height) as decoded
    pixel_aspect: Fraction = Fraction(1)  # width of a stored pixel over its height
    rotation: int = 0  # degrees clockwise that turn a stored picture upright: 0, 90, 180, 270
    mirrored: bool = False  # flipped left to right before it is turned

    @property
    def stretched(self) -> tuple[int, int]:
        """(width, height) with square pixels, not turned; the short side of a pixel grows, so that nothing is lost."""
        width, height = self.stored
        wider, higher = max(self.pixel_aspect, Fraction(1)), min(self.pixel_aspect, Fraction(1))
        return round(width * wider), round(height / higher)

    @property
    def displayed(self) -> tuple[int, int]:
        """(width, height) upright, with square pixels."""
        return self.stretched[::-1] if self.rotation in (90, 270) else self.stretched

    def unturn(self, box: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
        """Where a part (x1, y1, x2, y2) of the upright picture lies in the stretched one, which is not turned."""
        width, height = self.stretched
        x1, y1, x2, y2 = box
        match self.rotation:
            case 90:
                x1, y1, x2, y2 = y1, height - x2, y2, height - x1
            case 180:
                x1, y1, x2, y2 = width - x2, height - y2, width - x1, height - y1
            case 270:
                x1, y1, x2, y2 = width - y2, x1, width - y1, x2
        return (width - x2, y1, width - x1, y2) if self.mirrored else (x1, y1, x2, y2)

    def turn(self, picture: np.ndarray) -> np.ndarray:
        """An array of a stretched picture, upright."""
        if self.mirrored:
            picture = cv2.flip(picture, 1)
        return cv2.rotate(picture, TURNS[self.rotation]) if self.rotation else picture


@dataclass(eq=False)
class Frame:
    """One picture of a video. Its views are computed when first asked for, and then kept."""

    time: Fraction  # when it appears, in seconds
    duration: Fraction | None  # how long it stays, in seconds, where the file says so
    key: bool  # decoding can begin here
    due: Fraction  # the instant it stands for: `time`, or k/rate when frames were asked for at a rate
    picture: av.VideoFrame  # as decoded: neither upright nor square
    shape: Shape
    reformatter: VideoReformatter  # shared by all frames of a video: setting one up costs more than its use

    @cached_property
    def rgb(self) -> np.ndarray:
        """(H, W, 3) uint8 RGB, upright, square pixels, in the video's transfer: PQ and HLG are not tone-mapped."""
        plain = self.shape.stretched == (self.picture.width, self.picture.height)
        fast = plain and _dtype(self.picture) is np.uint8
        return self.shape.turn(self._interleaved("rgb24", np.uint8, FAST if fast else EXACT))

    def rgb_part(self, box: tuple[int, int, int, int]) -> np.ndarray:
        """(y2 - y1, x2 - x1, 3) uint8 RGB: the part `box` (x1, y1, x2, y2) of the upright picture, converted exactly.

        Chroma is placed as the file's siting says and interpolated bicubically. Nothing but this part is computed,
        unless pixels are not square. It costs a sixth of the whole exact picture for a quarter of its height.
        """
        width, height = self.shape.stretched
        x1, y1, x2, y2 = self.shape.unturn(box)
        if (width, height) != (self.picture.width, self.picture.height):
            picture = self._interleaved("rgb24", np.uint8, EXACT)[y1:y2, x1:x2]
        else:
            left, top = (max(0, side - MARGIN) // ALIGNED * ALIGNED for side in (x1, y1))
            right, bottom = min(width, _aligned(x2 + MARGIN)), min(height, _aligned(y2 + MARGIN))
            region = _cut_out(self.picture, left, top, right - left, bottom - top)
            converted = self._converted("rgb24", EXACT, region, (region.width, region.height))
            rows = _rows(converted.planes[0], np.uint8, samples=3).reshape(region.height, -1, 3)
            picture = rows[y1 - top : y2 - top, x1 - left : x2 - left]
        return np.ascontiguousarray(self.shape.turn(np.ascontiguousarray(picture)))

    @cached_property
    def rgb48(self) -> np.ndarray:
        """(H, W, 3) uint16 RGB like `rgb`, full scale 0..65535: keeps the depth of 10- and 12-bit video."""
        picture = self._interleaved("rgb48le", np.uint16, EXACT)
        return self.shape.turn(cv2.addWeighted(picture, 65535 / SCALER_WHITE, picture, 0, 0))

    @cached_property
    def planes(self) -> tuple[np.ndarray, ...]:
        """(Y, U, V), or (Y,) of grey video: code values as stored, uint8 or uint16, read-only, not turned.

        Chroma is as small as the file has it. Video that is not stored as such planes is converted to 8-bit 4:4:4.
        """
        picture = self.picture
        if not _has_planes(picture.format):
            picture = self._converted("yuv444p", EXACT)
        return tuple(_rows(plane, _dtype(picture)) for plane in picture.planes[:3])

    def gray(self, width: int | None = None, height: int | None = None) -> np.ndarray:
        """(height, width) uint8 luma, upright, area-averaged from the stored plane; by default of displayed size.

        Code values as stored (16..235 for most video), deeper ones divided down to 8 bits.
        """
        return self.shape.turn(self._small(0, width, height))

    def yuv(self, width: int, height: int) -> np.ndarray:
        """(height, width, 3) uint8 Y, U, V code values, made as `gray` is; U and V of grey video are 128."""
        small = [self._small(index, width, height) for index in range(len(self.planes))]
        small += [np.full_like(small[0], 128)] * (3 - len(small))
        return self.shape.turn(cv2.merge(small))

    def standing_for(self, instant: Fraction) -> "Frame":
        """The same frame, views included, for another instant (seconds)."""
        other = copy.copy(self)
        other.due = instant
        return other

    def _small(self, index: int, width: int | None, height: int | None) -> np.ndarray:
        size = (width or self.shape.displayed[0], height or self.shape.displayed[1])
        size = size[::-1] if self.shape.rotation in (90, 270) else size
        plane = self.planes[index]
        if plane.shape[::-1] != size:
            plane = cv2.resize(plane, size, interpolation=cv2.INTER_AREA)
        if plane.dtype == np.uint16:
            plane = cv2.convertScaleAbs(plane, alpha=2.0 ** (8 - self.picture.format.components[0].bits))
        return plane

    def _interleaved(self, layout: str, dtype: type, how: Interpolation) -> np.ndarray:
        picture = self._converted(layout, how)
        rows = _rows(picture.planes[0], dtype, samples=3)
        return np.ascontiguousarray(rows).reshape(picture.height, picture.width, 3)

    def _converted(
        self,
        layout: str,
        how: Interpolation,
        picture: av.VideoFrame | None = None,
        size: tuple[int, int] | None = None,
    ) -> av.VideoFrame:
        colour = colour_of(self.picture)
        matrix = colour.scaler_matrix(self.picture.height)
        return self.reformatter.reformat(
            picture or self.picture,
            *(size or self.shape.stretched),
            layout,
            src_colorspace=matrix,
            dst_colorspace=matrix,
            src_color_range=number_of(RANGES, colour.range),
            dst_color_range=ColorRange.UNSPECIFIED,
            interpolation=how,
            threads=1,  # the same bytes and the same cost whatever the machine
        )


def _aligned(side: int) -> int:
    return -(-side // ALIGNED) * ALIGNED


def _cut_out(picture: av.VideoFrame, x: int, y: int, width: int, height: int) -> av.VideoFrame:
    """A part of a picture that shares its memory and keeps its tags, the siting of its chroma among them."""
    if (x, y, width, height) == (0, 0, picture.width, picture.height):
        return picture
    graph = av.filter.Graph()
    source = graph.add_buffer(
        width=picture.width, height=picture.height, format=picture.format, time_base=picture.time_base or Fraction(1)
    )
    crop = graph.add("crop", f"w={width}:h={height}:x={x}:y={y}:exact=1")
    sink = graph.add("buffersink")
    source.link_to(crop)
    crop.link_to(sink)
    graph.configure()
    graph.push(picture)
    part = graph.pull()
    assert isinstance(part, av.VideoFrame)
    return part


def read_orientation(picture: av.VideoFrame) -> tuple[int, bool]:
    """(degrees clockwise, mirrored): flip left to right if mirrored, then turn, and the picture is upright.

    The display matrix maps (x, y) to (a x + c y, b x + d y), y downwards; oblique angles go to the nearest right one.
    """
    try:
        matrix = np.frombuffer(picture.side_data[SideData.DISPLAYMATRIX], np.int32)
    except KeyError:
        return 0, False
    a, b, c, d = (float(matrix[index]) for index in (0, 1, 3, 4))
    mirrored = a * d - b * c < 0
    degrees = np.degrees(np.arctan2(-b, -a) if mirrored else np.arctan2(b, a))
    return round(degrees / 90) * 90 % 360, mirrored


def _has_planes(layout: av.VideoFormat) -> bool:
    """Stored as separate planes of Y, U, V (or Y alone) in whole numbers of this machine's byte order."""
    name = layout.name
    return name.startswith(("yuv4", "yuvj4", "yuva4", "gray")) and not name.endswith(("be", "f32le", "f16le"))


def _dtype(picture: av.VideoFrame) -> type:
    return np.uint16 if picture.format.components[0].bits > 8 else np.uint8


def _rows(plane: av.video.plane.VideoPlane, dtype: type, samples: int = 1) -> np.ndarray:
    """(height, width * samples) view of a plane, without the padding at the end of each line."""
    lines: np.ndarray = np.frombuffer(plane, np.uint8).reshape(-1, abs(plane.line_size)).view(dtype)
    return lines[: plane.height, : plane.width * samples]
