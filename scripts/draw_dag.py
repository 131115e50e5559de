"""Draw a graph that Snakemake prints: snakemake --dag dot | python scripts/draw_dag.py results/dag.svg"""

import sys
from pathlib import Path

from framewright.report.graph import draw, read_dot

target = Path(sys.argv[1])
target.parent.mkdir(parents=True, exist_ok=True)
target.write_text(draw(read_dot(sys.stdin.read())), encoding="utf-8")
print(target)
