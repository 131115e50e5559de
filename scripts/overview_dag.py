"""Draw the graph of the rules as Snakemake itself sees it, whole and by pipeline."""

from framewright.report.graph import compose_graph_page, draw, link_nodes, read_dot, rule_graph_of, split_graph
from framewright.study import job

log = job.start(snakemake)
resources, outputs, settings = snakemake.resources, snakemake.output, snakemake.params.settings

graph = read_dot(rule_graph_of(resources.driver, resources.snakefile, settings["config"], resources.table))
with job.whole(outputs.svg) as path:
    path.write_text(draw(graph), encoding="utf-8")
link_nodes(graph, settings["reported"])
with job.whole(outputs.pipelines) as folder:
    folder.mkdir()
    for word in settings["pipelines"]:
        drawing = draw(split_graph(graph, word))
        (folder / f"{word}.svg").write_text(drawing, encoding="utf-8")
        (folder / f"{word}.html").write_text(compose_graph_page(f"Rules of {word}", drawing), encoding="utf-8")
