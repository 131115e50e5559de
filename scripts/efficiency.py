"""Say what each rule took beside what it asked for, and what it should ask for: what `make efficiency` runs."""

import argparse
import sys
from pathlib import Path

from framewright.study import usage
from framewright.study.cluster import efficiency


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="where the study is")
    parser.add_argument("--slurm", action="store_true", help="only jobs that Slurm ran")
    options = parser.parse_args()
    used = [job for job in usage.read_usage(options.folder / usage.FOLDER) if job.slurm or not options.slurm]
    if not used:
        sys.exit(f"make efficiency: {options.folder}: no job on record; run snakemake, or say where: DIR=study")
    rated = efficiency.rate_jobs(used)
    print("\n".join(efficiency.compose_table(rated)))
    print("\nproposed for your site file (`make slurm-profile` says where it is):\n")
    print("\n".join(efficiency.write_proposal(efficiency.propose_requests(rated))))


if __name__ == "__main__":
    main()
