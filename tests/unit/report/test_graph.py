"""A drawn graph holds every node once, in layers, with edges that go down and boxes that do not touch."""

import re
from itertools import pairwise

import networkx as nx
import pytest
from snakemake.common import get_report_id
from snakemake.iocontainers import FILE_HASH_PREFIX_LEN

from framewright.report.graph import MAX_NODES, compose_graph_page, draw, link_nodes, read_dot, split_graph

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


def test_a_node_leads_to_its_file_in_the_results_and_in_a_report():
    graph = read_dot(DOT)
    link_nodes(graph, {"sources_link": "results/sources/card/README.html", "nobody": "results/x.png"})
    page = compose_graph_page("Rules", draw(split_graph(graph, "sources")))
    ((beside, in_report),) = re.findall(r'<a href="([^"]+)" data-report="([^"]+)"', page)
    assert beside == "../sources/card/README.html"
    assert in_report == f"../{get_report_id('results/sources/card/README.html')[:FILE_HASH_PREFIX_LEN]}/README.html"
    assert re.search(r"<a [^>]*>.*?>link<.*?</a>", page) and "/data/raw/" in page
    assert "<a " not in draw(read_dot(DOT))


def test_nothing_at_all_is_an_empty_picture():
    assert draw(nx.DiGraph()).startswith("<svg")


def rules_of(*edges: str) -> nx.DiGraph:
    """A graph of rules; each edge is "maker user"."""
    names = sorted({name for edge in edges for name in edge.split()})
    graph = nx.DiGraph()
    graph.add_nodes_from((number, {"label": name}) for number, name in enumerate(names))
    graph.add_edges_from(tuple(map(names.index, edge.split())) for edge in edges)
    return graph


def edges_of(graph: nx.DiGraph) -> set[tuple[str, str]]:
    labels = dict(graph.nodes(data="label"))
    return {(labels[start], labels[end]) for start, end in graph.edges}


def test_a_pipelines_graph_holds_its_rules_and_one_node_for_all_before_them():
    whole = rules_of(
        *(
            "sources_link sources_probe",
            "sources_probe tracks_cut",
            "sources_link tracks_cut",
            "sources_link tracks_mend",
        ),
        *("tracks_cut tracks_mend", "tracks_mend tracks", "tracks all", "sources_probe patches_cut", "patches_cut all"),
    )
    assert edges_of(split_graph(whole, "tracks")) == {("sources", "cut"), ("cut", "mend")}
    assert edges_of(split_graph(whole, "sources")) == {("link", "probe")}


def test_a_pipeline_of_many_rules_shows_few_nodes():
    made = [f"toy_{name}" for name in "abcdefghijklmnopqrstuvwxyz"]
    whole = rules_of("sources_link toy_a", *(f"toy_a {name}" for name in made[1:]), *(f"{name} toy" for name in made))
    part = split_graph(whole, "toy")
    assert len(part) == MAX_NODES
    assert [label for label in dict(part.nodes(data="label")).values() if "..." in label] == ["b + c + d + ..."]
    assert draw(part).count("<text") == MAX_NODES


def test_all_rules_of_a_pipeline_have_one_colour_and_the_sources_another():
    svg = draw(split_graph(rules_of("sources_link toy_a", "toy_a toy_b", "toy_b toy"), "toy"))
    assert len(set(re.findall(r'rx="8" fill="(.*?)"', svg))) == 2
