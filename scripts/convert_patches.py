"""Turn the origin's generator_config.json into a video table and a config file: what `make convert-patches` runs.

Nothing is overwritten without --force. What has no counterpart here, and what is odd, goes to standard error.
"""

import argparse
import sys
from pathlib import Path

import yaml

from framewright.errors import UserError
from framewright.patches.convert import Converted, convert
from framewright.study.config import complete, read_yaml
from framewright.study.table import read_table
from framewright.study.table_faults import find_faults, source_fault

SCHEMAS = Path(__file__).parents[1] / "config/schemas"
HEADER = "video\tsource\tpipelines\tcategories\tlicence"
FIRST = """\
# From {file}. Say how many jobs run at a time, and what a run will take before you start it:
#   snakemake -c8 -q all --configfile {name} -- patches_forecast
#   snakemake -c8 --configfile {name} -- patches
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path, help="the origin's generator_config.json")
    parser.add_argument("--table", type=Path, default=Path("films.tsv"), help="to write (default: films.tsv)")
    parser.add_argument("--config", type=Path, default=Path("films.yaml"), help="to write (default: films.yaml)")
    parser.add_argument("--licence", default="", help="for every film, such as CC-BY-4.0 (default: none)")
    parser.add_argument("--force", action="store_true", help="overwrite both")
    options = parser.parse_args()
    try:
        print(write(options), file=sys.stderr)
    except UserError as error:
        sys.exit(f"convert-patches: {error}")


def write(options: argparse.Namespace) -> str:
    """Write both files and return a line on what was done."""
    for path in (options.table, options.config):
        if path.exists() and not options.force:
            raise UserError(f"{path} exists; --force overwrites it, --table and --config name others")
    made, odd = read(options.file), []
    if not made.rows:
        raise UserError(f"{options.file}: no film in it that can be used")
    lines, dead = [HEADER], 0
    for video, source, categories in made.rows:
        fault = source_fault(source, ())
        if fault:
            odd.append(f"{source}: {fault}; its row begins with #")
            dead += 1
        lines.append(f"{'# ' * bool(fault)}{video}\t{source}\tpatches\t{categories}\t{options.licence}")
    settings = {"pipelines": ["patches"], "videos": str(options.table), "patches": made.patches}
    show([*made.odd, *odd])
    options.table.write_text("\n".join(lines) + "\n", encoding="utf-8")
    text = yaml.safe_dump(settings, sort_keys=False, allow_unicode=True)
    options.config.write_text(FIRST.format(file=options.file.name, name=options.config) + text, encoding="utf-8")
    if refused := check(options):
        show(refused)
        raise UserError(
            f"{options.config} and {options.table} are written, but {len(refused)} lines above must be mended"
        )
    live = len(made.rows) - dead
    return f"{live:,} film{'s' * (live != 1)} in {options.table}, {dead:,} more behind #; settings in {options.config}"


def check(options: argparse.Namespace) -> list[str]:
    """What a run would refuse in the two files as they lie there, a line each."""
    settings, faults = complete(read_yaml(options.config), SCHEMAS)
    return faults + find_faults(read_table(options.table), SCHEMAS, (), settings["patches"]["categories"])


def show(lines: list[str]) -> None:
    """Print remarks, with signs that a terminal might obey replaced."""
    for line in lines:
        print("".join(letter if letter.isprintable() else "?" for letter in line), file=sys.stderr)


def read(file: Path) -> Converted:
    """The origin's configuration in our words."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{file}: cannot be read ({error}); give the origin's generator_config.json") from error
    try:
        return convert(text, complete({}, SCHEMAS)[0]["patches"])
    except UserError as error:
        raise UserError(f"{file}: {error}") from error


if __name__ == "__main__":
    main()
