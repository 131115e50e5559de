"""Write config/README.md, the manual of every key and column, from the schemas beside it."""

from pathlib import Path

from framewright.report.manual import compose_manual
from framewright.study.config import read_schema, read_yaml

config = Path(__file__).parents[1] / "config"
schema = read_schema(config / "schemas")
columns = read_yaml(config / "schemas" / "videos.schema.yaml")
(config / "README.md").write_text(compose_manual(schema, columns), encoding="utf-8")
