"""What stands in an SVG drawing and where, as numbers, for tests that measure it."""

from typing import NamedTuple
from xml.etree import ElementTree


class Box(NamedTuple):
    """A rectangle: its upper left corner, size, colour and title."""

    x: float
    y: float
    width: float
    height: float
    fill: str
    title: str

    @property
    def right(self) -> float:
        """Where it ends."""
        return self.x + self.width


class Dot(NamedTuple):
    """A circle: its middle, radius and colour."""

    x: float
    y: float
    radius: float
    fill: str


class Words(NamedTuple):
    """A line of text: the place of its foot, the size of its letters, which end is there, what it says."""

    x: float
    y: float
    size: float
    anchor: str
    words: str
    bold: bool


def read_drawing(svg: str) -> tuple[list[Box], list[Dot], list[Words]]:
    """All boxes but the paper, all dots, all lines of text, in the order in which they are drawn."""
    root = ElementTree.fromstring(svg)
    parts = [(part.tag.rpartition("}")[2], part) for part in root.iter()]

    def numbers(part: ElementTree.Element, *names: str) -> list[float]:
        return [float(part.attrib[name]) for name in names]

    boxes = [
        Box(*numbers(part, "x", "y", "width", "height"), part.attrib["fill"], "".join(part.itertext()))
        for tag, part in parts
        if tag == "rect" and "x" in part.attrib
    ]
    dots = [Dot(*numbers(part, "cx", "cy", "r"), part.attrib["fill"]) for tag, part in parts if tag == "circle"]
    words = [
        Words(
            *numbers(part, "x", "y"),
            float(part.get("font-size", 12)),
            part.attrib["text-anchor"],
            "".join(part.itertext()),
            "font-weight" in part.attrib,
        )
        for tag, part in parts
        if tag == "text"
    ]
    return boxes, dots, words


def size_of(svg: str) -> tuple[float, float]:
    """Width and height of a drawing, which are those of what it shows too."""
    root = ElementTree.fromstring(svg)
    size = float(root.attrib["width"]), float(root.attrib["height"])
    assert root.attrib["viewBox"] == f"0 0 {size[0]:.0f} {size[1]:.0f}"
    return size
