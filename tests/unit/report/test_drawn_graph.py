"""The layout of a drawn graph: where boxes stand, and where edges begin and end."""

import re
from itertools import pairwise

import networkx as nx
import pytest
from drawn import read_drawing, size_of

from framewright.report.graph import MAX_NODES, draw, read_dot, split_graph

HIGH, DOWN, EDGE = 30, 74, 24
"""How high a box is, how far below the next layer begins, and the margin of the picture."""


def graph_of(*edges: str, **words: str) -> nx.DiGraph:
    """A graph of rules; each edge is "maker user"; `words` gives a node a word of its own."""
    graph = nx.DiGraph()
    for name in sorted({name for edge in edges for name in edge.split()}):
        graph.add_node(name, label=name, **({"word": words[name]} if name in words else {}))
    graph.add_edges_from(tuple(edge.split()) for edge in edges if " " in edge)
    return graph


def boxes_of(graph: nx.DiGraph) -> dict:
    boxes, _, words = read_drawing(draw(graph))
    return {line.words: box for line, box in zip(words, boxes, strict=True)}


def paths_of(graph: nx.DiGraph) -> list[list[float]]:
    """The numbers of each edge's path: pairs of x and y, and what is drawn straight down at its end."""
    return [list(map(float, re.findall(r"-?[\d.]+", path))) for path in re.findall(r'<path d="([^"]+)"', draw(graph))]


def middle(box) -> float:
    return box.x + box.width / 2


def test_a_box_is_as_wide_as_its_words_which_stand_in_its_middle():
    boxes, _, words = read_drawing(draw(graph_of("load", "load_all_videos")))
    assert [line.words for line in words] == ["load", "load_all_videos"]
    for box, line in zip(boxes, words, strict=True):
        assert box.width == pytest.approx(7.3 * len(line.words) + 22, abs=0.06) and box.height == HIGH
        assert line.x == pytest.approx(middle(box), abs=0.06) and line.anchor == "middle"
        assert line.y == box.y + HIGH / 2 + 4
    assert boxes[1].x - boxes[0].right == pytest.approx(22, abs=0.11)


def test_layers_stand_below_each_other_inside_equal_margins():
    for layers in (1, 2, 3):
        graph = graph_of("a", *(f"{a} {b}" for a, b in pairwise("abc"[:layers])))
        boxes = boxes_of(graph)
        assert [boxes[name].y for name in "abc"[:layers]] == [EDGE + DOWN * k for k in range(layers)]
        width, height = size_of(draw(graph))
        assert height == EDGE + DOWN * (layers - 1) + HIGH + EDGE
        assert min(box.x for box in boxes.values()) == EDGE
        assert width == round(max(box.right for box in boxes.values()) + EDGE)


def test_an_edge_begins_below_its_maker_and_ends_above_its_user():
    graph = graph_of("a c", "b c", "c d")
    boxes = boxes_of(graph)
    for (start, end), (x1, y1, _, bend, _, bend_2, x2, y2) in zip(
        [("a", "c"), ("b", "c"), ("c", "d")], paths_of(graph), strict=True
    ):
        assert (x1, x2) == pytest.approx((middle(boxes[start]), middle(boxes[end])), abs=0.11)
        assert (y1, y2) == (boxes[start].y + HIGH, boxes[end].y)
        assert bend == bend_2 == (y1 + y2) / 2


def test_an_edge_over_several_layers_passes_between_the_boxes_in_one_stroke():
    graph = graph_of("a b", "b c", "c e", "a d", "d e", "x c")
    graph.add_edge("f", "e")
    graph.add_node("f", label="f")
    graph.add_edges_from([("a", "g"), ("g", "h")])
    graph.add_node("g", label="g")
    graph.add_node("h", label="h")
    boxes = boxes_of(graph)
    (long,) = [path for path in paths_of(graph) if len(path) > 8]  # d reaches e past the layer of c
    x1, y1, _, _, _, _, at, top, down, _, _, _, _, x2, y2 = long
    assert (x1, y1) == pytest.approx((middle(boxes["d"]), boxes["d"].y + HIGH), abs=0.11)
    assert (x2, y2) == pytest.approx((middle(boxes["e"]), boxes["e"].y), abs=0.11)
    assert (top, down) == (boxes["c"].y, boxes["c"].y + HIGH)
    assert all(not box.x - 10 < at < box.right + 10 for box in boxes.values() if box.y == top)


def test_a_source_stands_just_above_its_first_user():
    boxes = boxes_of(graph_of("a b", "b c", "c d", "late d", "early b", "early d"))
    layer = {name: (box.y - EDGE) / DOWN for name, box in boxes.items()}
    assert layer == {"a": 0, "early": 0, "b": 1, "c": 2, "late": 2, "d": 3}
    assert boxes_of(graph_of("a b", "alone"))["alone"].y == EDGE


def test_edges_do_not_cross_where_they_need_not():
    graph = graph_of("a z", "b y", "c x", "x 1", "y 2", "z 3")
    boxes = boxes_of(graph)
    for upper, lower in (("abc", "zyx"), ("xyz", "123")):
        order = sorted(upper, key=lambda name: boxes[name].x)
        ends = sorted(lower, key=lambda name: boxes[name].x)
        assert [upper.index(name) for name in order] == [lower.index(name) for name in ends]


def test_a_node_stands_in_the_middle_of_its_neighbours():
    boxes = boxes_of(graph_of("top a", "top b", "top c", "a end", "b end", "c end"))
    assert middle(boxes["top"]) == pytest.approx(middle(boxes["b"]), abs=0.2)
    assert middle(boxes["end"]) == pytest.approx(middle(boxes["b"]), abs=0.2)
    chain = boxes_of(graph_of("one two_with_long_name", "two_with_long_name three"))
    assert len({round(middle(box), 0) for box in chain.values()}) == 1


def test_neighbours_pull_a_node_aside_no_farther_than_its_layer_allows():
    """Both of p's users stand left, yet q's must not overlap with them."""
    boxes = boxes_of(graph_of("p a", "p b", "q b", "q c"))
    assert boxes["p"].right + 21.9 <= boxes["q"].x
    assert middle(boxes["p"]) == pytest.approx((middle(boxes["a"]) + middle(boxes["b"])) / 2, abs=6)
    assert middle(boxes["q"]) == pytest.approx((middle(boxes["b"]) + middle(boxes["c"])) / 2, abs=6)


def test_words_of_rules_have_colours_evenly_around_the_circle():
    fills = {name.split("_")[0]: box.fill for name, box in boxes_of(graph_of("a_x b_x", "b_x c_x", "a_y")).items()}
    hues = {word: int(re.match(r"hsl\((\d+),", fill)[1]) for word, fill in fills.items()}
    assert hues == {"a": 205, "b": 325, "c": 85}
    assert boxes_of(graph_of("a_x b_x", b_x="a"))["b_x"].fill == boxes_of(graph_of("a_x"))["a_x"].fill


def test_words_are_dark_on_a_light_box_of_their_hue():
    svg = draw(graph_of("a"))
    (fill,), (ink,) = (re.findall(rf'<{tag} [^>]*fill="hsl\(205,\d+%,(\d+)%\)"', svg) for tag in ("rect", "text"))
    assert int(fill) > 90 and int(ink) < 30
    assert draw(graph_of("a_x b_x")).count('text-anchor="middle"') == 2


def test_nodes_are_numbered_by_label_and_then_by_their_number():
    nodes = ['12[label = "b", color = ""]', '7[label = "a"]', '3[label = "b\\nvideo: x"]', '10[label = "a"]']
    dot = "".join(f"\t{line};\n" for line in [*nodes, "12 -> 10"])
    graph = read_dot(dot)
    assert dict(graph.nodes(data="label")) == {0: "a", 1: "a", 2: "b", 3: "b video: x"}
    assert list(graph.edges) == [(2, 1)]


def many(count: int) -> nx.DiGraph:
    """A pipeline of one rule that feeds `count` others, beside the sources."""
    names = [f"toy_{number:02}" for number in range(count)]
    return graph_of("sources_link toy_first", *(f"toy_first {name}" for name in names), *(f"{n} toy" for n in names))


@pytest.mark.parametrize(
    ("count", "shared"),
    [
        pytest.param(MAX_NODES - 2, None, id="as many as a person reads"),
        pytest.param(MAX_NODES - 1, "00 + 01", id="one too many"),
        pytest.param(MAX_NODES, "00 + 01 + 02", id="two too many"),
        pytest.param(MAX_NODES + 1, "00 + 01 + 02 + ...", id="more than are named"),
    ],
)
def test_the_last_rules_share_a_node_where_there_are_too_many(count, shared):
    part = split_graph(many(count), "toy")
    labels = [part.nodes[number]["label"] for number in range(MAX_NODES)]
    assert len(part) == MAX_NODES and labels == sorted(labels)
    assert [label for label in labels if "+" in label] == ([shared] if shared else [])
    assert {part.out_degree(node) for node, label in part.nodes(data="label") if "+" in label} <= {0}
    assert part.number_of_edges() == MAX_NODES - 1
