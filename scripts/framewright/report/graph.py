"""Draw a dependency graph as a picture: layers from top to bottom, as few crossings as a few sweeps find."""

import hashlib
import os
import re
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
from scipy.optimize import isotonic_regression

from framewright.errors import PassingError
from framewright.report import svg
from framewright.study.bucket_jobs.mode import plan_videos
from framewright.study.record import write_record
from framewright.study.table import keep_samples, read_table, write_table

NODE_HEIGHT, LAYER_GAP, NODE_GAP, LETTER, MARGIN = 30, 44, 22, 7.3, 24
SWEEPS = 12
MAX_NODES = 20  # of one pipeline's graph: more than a person reads at a glance
REPORT_ID = 16  # letters of a path's digest that name its folder in a report
IN_REPORT = """<script>
if (location.pathname.includes("/data/raw/"))
  for (const link of document.querySelectorAll("a[data-report]")) link.setAttribute("href", link.dataset.report);
</script>
"""


@dataclass(frozen=True)
class Place:
    """Where a node is drawn: its centre, and its width (0 where a long edge merely passes)."""

    x: float
    y: float
    width: float


def rule_graph_of(python: str, snakefile: str, config: dict, videos: str) -> str:
    """Return the dot text of the rules that a workflow uses in the current folder under a complete config.

    `python` is an interpreter that has Snakemake; `videos` is the table, of which samples are enough.
    """
    with tempfile.NamedTemporaryFile(suffix=".json") as file, tempfile.NamedTemporaryFile(suffix=".tsv") as table:
        write_table(table.name, keep_samples(read_table(videos)))
        write_record(file.name, config | {"videos": table.name})
        command = [python, "-m", "snakemake", "--snakefile", snakefile, "--configfile", file.name]
        options = ["--cores", "1", "--nolock", "--rulegraph", "dot"]
        environment = plan_videos(os.environ)
        done = subprocess.run([*command, *options], capture_output=True, text=True, check=False, env=environment)
    if done.returncode:  # may pass: the run whose job this is removes and makes files meanwhile
        raise PassingError(f"{snakefile}: Snakemake cannot tell its rules: {done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done.stdout


def read_dot(text: str) -> nx.DiGraph:
    """Read the graph that `snakemake --rulegraph dot` or `--dag dot` prints; nodes carry `label`."""
    labels = {node: label.replace("\\n", " ") for node, label in re.findall(r'^\s*(\d+)\[label = "(.*?)"', text, re.M)}
    number = {node: i for i, node in enumerate(sorted(labels, key=lambda node: (labels[node], int(node))))}
    graph = nx.DiGraph()
    for node, i in sorted(number.items(), key=lambda item: item[1]):
        graph.add_node(i, label=labels[node])
    edges = re.findall(r"^\s*(\d+) -> (\d+)", text, re.M)
    graph.add_edges_from(sorted((number[start], number[end]) for start, end in edges))
    return graph


def link_nodes(graph: nx.DiGraph, files: Mapping[str, str]) -> None:
    """Let the nodes of some rules lead to a file each, by the rule's name: from a page in results/dag, and in a report.

    A report keeps each file in a folder that a digest of its path names.
    """
    for node, label in graph.nodes(data="label"):
        if file := files.get(label):
            folder = hashlib.sha256(file.encode()).hexdigest()[:REPORT_ID]
            beside = os.path.relpath(file, "results/dag")
            graph.nodes[node]["link"] = beside, f"../{folder}/{Path(file).name}"


def compose_graph_page(title: str, drawing: str) -> str:
    """A page that shows a drawn graph; its links work in the study's folder and in a report."""
    return svg.compose_page(title, drawing + IN_REPORT)


def split_graph(graph: nx.DiGraph, word: str) -> nx.DiGraph:
    """The rules of one pipeline alone: everything before it is one node "sources", and nothing comes after it.

    Labels are the rules' names without the pipeline's word. Rules that many others use and that only collect the
    records of all videos make a graph unreadable, so an edge stands only where no longer way says the same. Where more
    than `MAX_NODES` rules are left, those that only the whole pipeline collects share one node.
    """
    labels = dict(graph.nodes(data="label"))
    rules = [node for node in graph if _word(labels[node]) == word and labels[node] != word]
    part = nx.DiGraph(graph.subgraph(rules))
    nx.set_node_attributes(part, {node: labels[node].removeprefix(f"{word}_") for node in rules}, "label")
    nx.set_node_attributes(part, word, "word")
    fed = [node for node in rules if any(_word(labels[before]) == "sources" for before in graph.predecessors(node))]
    if fed and word != "sources":
        part.add_node("sources", label="sources", word="sources")
        part.add_edges_from(("sources", node) for node in fed)
    part = _reduced(part)
    if len(part) > MAX_NODES:
        last = sorted((node for node in part if not part.out_degree(node)), key=lambda node: part.nodes[node]["label"])
        spare = last[: len(part) - MAX_NODES + 1]
        name = " + ".join(part.nodes[node]["label"] for node in spare[:3]) + (" + ..." if len(spare) > 3 else "")
        before = {start for node in spare for start in part.predecessors(node)}
        part.remove_nodes_from(spare)
        part.add_node("last", label=name, word=word)
        part.add_edges_from((start, "last") for start in sorted(before, key=str))
        part = _reduced(part)
    order = sorted(part, key=lambda node: part.nodes[node]["label"])
    return nx.relabel_nodes(part, {node: number for number, node in enumerate(order)})


def _reduced(graph: nx.DiGraph) -> nx.DiGraph:
    """The same graph without edges that other edges imply; nodes keep their labels."""
    reduced = nx.transitive_reduction(graph)
    reduced.add_nodes_from(graph.nodes(data=True))
    return reduced


def draw(graph: nx.DiGraph) -> str:
    """Return the graph as an SVG document; a node's colour tells the first word of its label.

    `word` of a node takes the place of that word. An edge that other edges already imply is left out.
    """
    labels = dict(graph.nodes(data="label"))
    reduced = nx.transitive_reduction(graph)
    layers, chains = _layers(reduced)
    _untangle(layers, chains)
    places = _places(layers, chains, labels)
    width = max((place.x + place.width / 2 for place in places.values()), default=0) + MARGIN
    height = len(layers) * (NODE_HEIGHT + LAYER_GAP) - LAYER_GAP + 2 * MARGIN
    words = {node: graph.nodes[node].get("word", _word(label)) for node, label in labels.items()}
    hues = {
        word: round(360 * i / len(set(words.values())) + 205) % 360 for i, word in enumerate(sorted({*words.values()}))
    }
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}"'
            f' height="{height:.0f}" font-family="ui-monospace, Menlo, Consolas, monospace" font-size="12">',
            '<rect width="100%" height="100%" fill="#fff"/>',
            *(_edge([places[node] for node in chain]) for chain in chains),
            *(
                _linked(_box(places[node], label, hues[words[node]]), graph.nodes[node].get("link"))
                for node, label in labels.items()
            ),
            "</svg>\n",
        ]
    )


def _layers(graph: nx.DiGraph) -> tuple[list[list], list[list]]:
    """Return the nodes of each layer, and each edge as the chain of nodes it passes, one per layer."""
    layers = [sorted(layer) for layer in nx.topological_generations(graph)]
    level = {node: i for i, layer in enumerate(layers) for node in layer}
    for node in reversed(list(nx.topological_sort(graph))):  # let a source stand just above its first user
        if not graph.in_degree(node) and graph.out_degree(node):
            level[node] = min(level[user] for user in graph.successors(node)) - 1
    layers = [[node for node in level if level[node] == i] for i in range(len(layers))]
    chains = []
    for start, end in graph.edges:
        passed = [(start, end, i) for i in range(level[start] + 1, level[end])]
        for waypoint in passed:
            layers[waypoint[2]].append(waypoint)
        chains.append([start, *passed, end])
    return layers, chains


def _neighbours(chains: list[list]) -> tuple[dict, dict]:
    """Return who stands directly above and directly below each node."""
    above: dict[Any, list[Any]] = {}
    below: dict[Any, list[Any]] = {}
    for chain in chains:
        for upper, lower in pairwise(chain):
            above.setdefault(lower, []).append(upper)
            below.setdefault(upper, []).append(lower)
    return above, below


def _sweeps(layers: list[list], chains: list[list]) -> Iterator[tuple[int, dict]]:
    """Walk down and up the layers in turn; yield each layer with the neighbours it was reached from."""
    above, below = _neighbours(chains)
    for sweep in range(SWEEPS):
        down = sweep % 2 == 0
        for i in range(1, len(layers)) if down else range(len(layers) - 2, -1, -1):
            yield i, above if down else below


def _untangle(layers: list[list], chains: list[list]) -> None:
    """Order each layer by the mean position of its neighbours."""
    for i, neighbours in _sweeps(layers, chains):
        position = {node: k / len(layer) for layer in layers for k, node in enumerate(layer)}
        layers[i].sort(key=lambda node: np.mean([position[other] for other in neighbours.get(node, [node])]))


def _places(layers: list[list], chains: list[list], labels: dict[str, str]) -> dict:
    """Put each node as near to the mean of its neighbours as the order and width of its layer allow."""
    widths = {node: LETTER * len(labels[node]) + 22 if node in labels else 0 for layer in layers for node in layer}
    x: dict[Any, float] = {}
    least = []  # least distance of each node of a layer from its first
    for layer in layers:
        size = np.array([widths[node] for node in layer])
        least.append(np.concatenate([[0], np.cumsum((size[1:] + size[:-1]) / 2 + NODE_GAP)]))
        x.update(zip(layer, least[-1] - least[-1][-1] / 2, strict=True))
    for i, neighbours in _sweeps(layers, chains):
        wish = np.array([np.mean([x[other] for other in neighbours.get(node, [node])]) for node in layers[i]])
        x.update(zip(layers[i], isotonic_regression(wish - least[i]).x + least[i], strict=True))
    left = min((x[node] - widths[node] / 2 for node in x), default=0) - MARGIN
    rows = [MARGIN + NODE_HEIGHT / 2 + i * (NODE_HEIGHT + LAYER_GAP) for i in range(len(layers))]
    return {
        node: Place(x[node] - left, row, widths[node])
        for layer, row in zip(layers, rows, strict=True)
        for node in layer
    }


def _edge(chain: list[Place]) -> str:
    start = chain[0]
    path = f"M{start.x:.1f},{start.y + NODE_HEIGHT / 2:.1f}"
    for upper, lower in pairwise(chain):
        top, bottom = upper.y + NODE_HEIGHT / 2, lower.y - NODE_HEIGHT / 2
        bend = (top + bottom) / 2
        path += f" C{upper.x:.1f},{bend:.1f} {lower.x:.1f},{bend:.1f} {lower.x:.1f},{bottom:.1f}"
        if not lower.width:
            path += f" V{lower.y + NODE_HEIGHT / 2:.1f}"
    return f'<path d="{path}" fill="none" stroke="#b8bfc9" stroke-width="1.6"/>'


def _box(place: Place, label: str, hue: int) -> str:
    x, y = place.x - place.width / 2, place.y - NODE_HEIGHT / 2
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{place.width:.1f}" height="{NODE_HEIGHT}" rx="8"'
        f' fill="hsl({hue},62%,94%)" stroke="hsl({hue},48%,52%)" stroke-width="1.4"/>'
        f'<text x="{place.x:.1f}" y="{place.y + 4:.1f}" text-anchor="middle" fill="hsl({hue},55%,24%)">'
        f"{escape(label)}</text>"
    )


def _linked(box: str, link: tuple[str, str] | None) -> str:
    """The box, as a link where it leads somewhere."""
    if link is None:
        return box
    beside, in_report = map(escape, link)
    return f'<a href="{beside}" data-report="{in_report}" target="_top" text-decoration="underline">{box}</a>'


def _word(label: str) -> str:
    return label.split("_")[0].split(" ")[0]
