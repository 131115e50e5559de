"""A picture of a decision tree: questions from left to right, and the label of each leaf at the right."""

from collections.abc import Iterator, Mapping
from typing import Any

from framewright.flexpatch.samples.columns import LABELS
from framewright.report import palette, svg
from framewright.report.palette import LEVELS

ROW, COLUMN, LEFT, TOP, BAR = 26.0, 184.0, 16.0, 84.0, 150.0


def draw_tree(rules: Mapping[str, Any], summary: Mapping[str, Any]) -> str:
    """The tree of a model's card as SVG. Bars are the weighted shares of the labels that a leaf was learnt from."""
    places: dict[int, tuple[int, float]] = {}
    leaves = _place(rules["nodes"], 0, 0, 0, places)
    deepest = max(depth for depth, _ in places.values())
    width = LEFT + COLUMN * (deepest + 1) + BAR + 190
    parts = [*_head(summary)]
    for k, node in enumerate(rules["nodes"]):
        parts += _node(k, node, places, LEFT + COLUMN * deepest)
    return svg.compose_document(width, TOP + ROW * leaves + 16, parts)


def _place(nodes: list, k: int, depth: int, leaf: int, places: dict[int, tuple[int, float]]) -> int:
    """Give node `k` and those below it their places (depth, row); returns the next free row."""
    node = nodes[k]
    if "label" in node:
        places[k] = depth, float(leaf)
        return leaf + 1
    middle = _place(nodes, node["yes"], depth + 1, leaf, places)
    last = _place(nodes, node["no"], depth + 1, middle, places)
    places[k] = depth, (places[node["yes"]][1] + places[node["no"]][1]) / 2
    return last


def _head(summary: Mapping[str, Any]) -> Iterator[str]:
    held = summary["held_out"]["recall"]
    recalls = ", ".join(f"{name} {'-' if held[name] is None else format(held[name], '.2f')}" for name in LABELS)
    yield svg.draw_text(LEFT, 26, "How urgently a track must be examined again", size=16, bold=True)
    yield svg.draw_text(
        LEFT, 46, f"upper branch: yes, lower branch: no. Recall of what was held out: {recalls}", palette.GREY
    )
    for k, name in enumerate(LABELS):
        yield svg.draw_box(LEFT + 90 * k, 56, 12, 12, LEVELS[name], 2)
        yield svg.draw_text(LEFT + 90 * k + 18, 67, name)


def _node(k: int, node: Mapping[str, Any], places: Mapping[int, tuple[int, float]], right: float) -> Iterator[str]:
    depth, row = places[k]
    x, y = LEFT + COLUMN * depth, TOP + ROW * row + ROW / 2
    if "label" not in node:
        ends = [(TOP + ROW * places[node[name]][1] + ROW / 2) for name in ("yes", "no")]
        turn = x + COLUMN - 26
        yield svg.draw_box(x, y - 0.6, turn - x, 1.2, palette.GREY)
        yield svg.draw_box(turn - 0.6, ends[0] - 0.6, 1.2, ends[1] - ends[0] + 1.2, palette.GREY)
        for end in ends:
            yield svg.draw_box(turn, end - 0.6, 26, 1.2, palette.GREY)
        question = f"{node['feature']} ≤ {node['threshold']:.3g} ?"
        yield svg.draw_box(x, y - 10, svg.width_of(question, 12) + 8, 20, palette.TRACK, 4)
        yield svg.draw_text(x + 5, y + 4, question, size=12)
        return
    yield svg.draw_box(x, y - 0.6, right - x + 4, 1.2, palette.GREY)
    left = right + 8
    for name in LABELS:
        share = node["shares"].get(name, 0.0)
        yield svg.draw_box(left, y - 8, BAR * share, 16, LEVELS[name], title=f"{name}: {share:.1%}")
        left += BAR * share
    words = f"{node['samples']:,} sample{'s' if node['samples'] != 1 else ''}"
    yield svg.draw_text(right + BAR + 18, y + 5, node["label"], LEVELS[node["label"]], bold=True, rest=words)
