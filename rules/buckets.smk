# Buckets: on a cluster, the jobs of a bucket's videos are one job for each phase, where `buckets` is above 1.
# requires: all rules of videos
# yields:   .framewright/phases/<what was asked for>/<phase>/<bucket>.json and <phase>.json: what crashed in it
#
# Such a job runs Snakemake on its cores in .framewright/buckets/<bucket>/. It declares a stamp alone: Snakemake would
# erase all else before each attempt. Its settings cover those of all jobs inside.


rule buckets_fetch:
    """The sources of a bucket that come from elsewhere are there, each with its outcome."""
    input:
        read=read_in_phase,
    output:
        stamp=BUCKET_STAMP,
    log:
        "logs/buckets_fetch/{asked}/{phase}/{bucket}.log",
    wildcard_constraints:
        asked="[a-z+]+",
        phase="0-fetch",
    localrule: FETCHES_ON_HEAD
    conda:
        "../envs/cards.yaml"
    resources:
        mem_mb=per_attempt(2500),
        runtime=per_attempt(480),
        downloads=1,
        attempt=lambda wildcards, attempt: attempt,
    params:
        settings=compose_phase,
    script:
        "../scripts/buckets_fetch.py"


rule buckets_work:
    """What is made of a bucket's videos in one phase is there; the stamp lists the videos that crashed."""
    input:
        before=stamp_before,
        read=read_in_phase,
    output:
        stamp=BUCKET_STAMP,
    log:
        "logs/buckets_work/{asked}/{phase}/{bucket}.log",
    wildcard_constraints:
        asked="[a-z+]+",
        phase=r"\d+-(work|gpu)",
    conda:
        "../envs/cards.yaml"
    threads: config["bucket_cores"]
    resources:
        mem_mb=lambda wildcards, threads, attempt: 1000 + 2500 * threads * attempt,
        runtime=minutes_of_phase,
        gpu=lambda wildcards: int(wildcards.phase.endswith("gpu")),
        attempt=lambda wildcards, attempt: attempt,
    params:
        code=code_of("buckets_work"),
        settings=compose_phase,
    script:
        "../scripts/buckets_work.py"


rule buckets_done:
    """All buckets have passed a phase; the videos that crashed in it are listed."""
    input:
        stamps=stamps_of_phase,
    output:
        stamp=BUCKETS_DONE,
    log:
        "logs/buckets_done/{asked}/{phase}.log",
    wildcard_constraints:
        asked="[a-z+]+",
        phase=r"\d+-(fetch|work|gpu)",
    localrule: True
    conda:
        "../envs/cards.yaml"
    params:
        code=code_of("buckets_done"),
        settings={},
    script:
        "../scripts/buckets_done.py"


rule buckets_videos:
    """What a phase of a bucket makes is there. Asked for in the bucket's folder; nothing elsewhere."""
    input:
        bucket_targets,


# Rules over the whole study learn from it what there is: they are planned again when it is done.
if BUCKET_JOBS:
    for name in names_of_phases(bucket_plans().list_paths()):
        phase = SimpleNamespace(asked=ASKED, phase=name)
        stamps.forget_done(BUCKETS_DONE.format(asked=ASKED, phase=name), stamps_of_phase(phase))
    workflow.get_rule("buckets_done").is_checkpoint = True
    checkpoints.register(workflow.get_rule("buckets_done"))
