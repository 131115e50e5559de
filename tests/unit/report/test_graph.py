"""A drawn graph holds every node once, in layers, with edges that go down and boxes that do not touch."""

import re
from itertools import pairwise

import networkx as nx
import pytest

from framewright.report.graph import draw, read_dot

DOT = """
digraph snakemake_dag {
    graph[bgcolor=white, margin=0];
	0[label = "all", color = "0.22 0.6 0.85", style="rounded"];
	1[label = "sources_probe\\nvideo: a<b", color = "0.11 0.6 0.85", style="rounded,dashed"];
	2[label = "sources_link", color = "0.00 0.6 0.85", style="rounded"];
	1 -> 0
	2 -> 1
	2 -> 0
}
"""


def boxes(svg: str) -> list[tuple[float, float, float]]:
    """(x, y, width) of each box."""
    return [tuple(map(float, box)) for box in re.findall(r'<rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)"', svg)]


def test_dot_is_read_as_snakemake_writes_it():
    graph = read_dot(DOT)
    labels = dict(graph.nodes(data="label"))
    assert sorted(labels.values()) == ["all", "sources_link", "sources_probe video: a<b"]
    assert {(labels[start], labels[end]) for start, end in graph.edges} == {
        ("sources_probe video: a<b", "all"),
        ("sources_link", "sources_probe video: a<b"),
        ("sources_link", "all"),
    }


def test_the_picture_does_not_depend_on_the_order_snakemake_chose():
    other = DOT.replace("0", "7").replace("\t1", "\t9").replace("-> 1", "-> 9")
    assert draw(read_dot(other)) == draw(read_dot(DOT))


def test_implied_edges_are_left_out_and_labels_are_escaped():
    svg = draw(read_dot(DOT))
    assert svg.count("<path") == 2
    assert "a&lt;b" in svg


@pytest.mark.parametrize("seed", range(5))
def test_boxes_stand_apart_and_users_stand_below(seed):
    graph = nx.gnp_random_graph(30, 0.08, seed=seed, directed=True)
    graph.remove_edges_from([(a, b) for a, b in graph.edges if a >= b])
    nx.set_node_attributes(graph, {node: f"rule_{node}" for node in graph}, "label")
    svg = draw(graph)
    places = boxes(svg)
    assert len(places) == 30
    rows = {}
    for x, y, width in places:
        rows.setdefault(y, []).append((x, x + width))
    for row in rows.values():
        assert all(left[1] < right[0] for left, right in pairwise(sorted(row)))
    height = {label: float(y) for y, label in re.findall(r'y="([\d.]+)" text-anchor[^>]*>([^<]*)<', svg)}
    assert all(height[f"rule_{a}"] < height[f"rule_{b}"] for a, b in graph.edges)
    assert min(x for x, _, _ in places) > 0


def test_nothing_at_all_is_an_empty_picture():
    assert draw(nx.DiGraph()).startswith("<svg")
