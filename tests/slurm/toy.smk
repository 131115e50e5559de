# Jobs that get into trouble, one of each kind; runs/<rule> has a line for each time that one began.

import sys
from pathlib import Path

sys.path.insert(0, str(Path(workflow.basedir).parents[1] / "scripts"))

from framewright.study.messages import shorten_messages
from snakemake.logging import logger

if workflow.is_main_process:
    shorten_messages(logger)

CASES = ["gpu", "once", "memory", "time", "cancelled", "lost", "full", "pair", "many"]
BEGIN = "mkdir -p runs; echo $SLURM_JOB_ID $SLURMD_NODENAME ${{CUDA_VISIBLE_DEVICES:-}} >> runs/{rule}; "
FIRST = "test $(wc -l < runs/{rule}) = 1"


rule all:
    input:
        expand("done/{case}", case=CASES),


rule gpu:
    output:
        "done/gpu",
    resources:
        gpu=1,
    shell:
        BEGIN + "touch {output}"


rule once:
    output:
        "done/once",
    log:
        "logs/once.log",
    shell:
        BEGIN + FIRST + " && {{ echo the server was busy >&2; exit 1; }}; touch {output}"


# The first attempt has less than it takes, and each further one more.
rule memory:
    output:
        "done/memory",
    resources:
        mem_mb=lambda wildcards, attempt: 350 + 600 * (attempt - 1),
    shell:
        BEGIN + "python3 -c 'import time; held = bytes(1) * 350_000_000; time.sleep(5)'; touch {output}"


rule time:
    output:
        "done/time",
    resources:
        runtime=lambda wildcards, attempt: 1 + 20 * (attempt - 1),
    shell:
        BEGIN + FIRST + " && sleep 600; touch {output}"


rule cancelled:
    output:
        "done/cancelled",
    shell:
        BEGIN + FIRST + " && sleep 600; touch {output}"


rule lost:
    output:
        "done/lost",
    threads: 4  # the whole node: nothing else is lost with it
    shell:
        BEGIN + FIRST + " && sleep 600; touch {output}"


# Its temporary folder is full until somebody makes room.
rule full:
    output:
        "done/full",
    shell:
        BEGIN
        + "head -c 200000 /dev/zero > $TMPDIR/taken || {{ cp runs/{rule} runs/{rule}-failed; exit 1; }}; touch {output}"


rule half:
    output:
        "runs/half-made",
    group:
        "pair"
    shell:
        "touch {output}"


# Two rules in one Slurm job.
rule pair:
    input:
        rules.half.output,
    output:
        "done/pair",
    group:
        "pair"
    shell:
        BEGIN + FIRST + " && {{ echo the pair was tired >&2; exit 1; }}; touch {output}"


rule row:
    output:
        touch("rows/{row}"),
    localrule: True


rule many:
    input:
        expand("rows/{row}", row=range(40)),
    output:
        "done/many",
    shell:
        BEGIN + FIRST + " && exit 1; touch {output}"
