"""Write down what this cluster is like, where nobody has done so yet: the second part of `make slurm-profile`."""

import os
import subprocess
import sys

from framewright.study.cluster import site

LIST = ("sinfo", "--noheader", "--format=%P|%l|%m|%c|%G")


def main() -> None:
    place = site.place_of(os.environ)
    if place.exists():
        print(f"{place}: is there already, and stays as it is")
        return
    try:
        said = subprocess.run(LIST, capture_output=True, text=True, check=True, timeout=60).stdout
    except (OSError, subprocess.SubprocessError):
        said = ""
        print("sinfo does not answer here: call this on the cluster, or fill in partitions by hand", file=sys.stderr)
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(site.compose_site("sinfo", said), encoding="utf-8")
    print(f"{place}: account, partitions and paths of this cluster; look at it before the first run")


if __name__ == "__main__":
    main()
