"""Watch a run from another terminal, also over ssh: what `make monitor` runs.

Jobs at work with the last line of their logs, jobs done and wanted, time left, failures with their reason, counts of
what was made, processors, memory, disk and GPU. It only reads, and may be started and stopped at any time.
"""

import argparse
import json
import socket
import sys
import time
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.live import Live

from framewright.errors import UserError
from framewright.patches.progress import PatchCounts
from framewright.study.monitor import tools
from framewright.study.monitor.snapshot import Snapshot, Watcher
from framewright.study.monitor.view import render

ALL = 10_000_000  # entries of a folder
BETWEEN = 1.0  # seconds between the two looks that --once takes, since rates need two


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?", default=Path(), help="where snakemake runs (default: here)")
    parser.add_argument("--once", action="store_true", help="print the state once")
    parser.add_argument("--json", action="store_true", help="print the state once, as JSON")
    parser.add_argument("--seconds", type=float, default=2.0, help="between two looks (default: 2)")
    options = parser.parse_args()
    folder = options.folder.resolve()
    watcher = Watcher(folder, socket.gethostname(), {"patches": PatchCounts(folder / "results/patches").rows})
    gpu, queue = tools.Tool(tools.GPU), tools.Tool(tools.QUEUE)

    def look(entries: int = 2000, wait: float = 0.0) -> Snapshot:
        now = time.time()
        snapshot = watcher.look(now, entries)
        if snapshot is None:
            raise UserError(f"{folder}: no run there yet; start snakemake, or say where: make monitor DIR=study")
        asked = {
            "gpus": tools.parse_gpus(gpu.answer(now, wait)),
            "queue": tools.parse_queue(queue.answer(now, wait), folder),
        }
        return replace(snapshot, **asked)

    console = Console(highlight=False)
    try:
        if options.once or options.json:
            look(1)
            time.sleep(BETWEEN)
            snapshot = look(ALL, wait=10)
            print(json.dumps(snapshot.as_dict(), indent=1)) if options.json else console.print(render(snapshot))
            return
        with Live(console=console, screen=True, auto_refresh=False) as live:
            while True:
                live.update(render(look(), console.height), refresh=True)
                time.sleep(options.seconds)
    except KeyboardInterrupt:
        return
    except UserError as error:
        sys.exit(f"monitor: {error}")


if __name__ == "__main__":
    main()
