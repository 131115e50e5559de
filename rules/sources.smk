# Sources: get, check and probe each video once, for all pipelines.
# requires: the video table, and the files, links and folders that it names
# yields:   results/sources/<video>/{video, source.json, probe.json}, truth.json where the truth is known,
#           results/sources/{summary.tsv, summary.html, outcomes.tsv, contract.json}, results/sources/card/,
#           results/sources/rows/<bucket>-{summary.tsv, outcomes.tsv, promises.json}
#
# A source that is gone or broken is an outcome, not a crash: `video` is then an empty file, source.json or probe.json
# says why, and the jobs behind it make empty, valid outputs. The paths are the same for every kind of source: other
# rules say rules.sources_link.output.video.
#
# What was fetched from elsewhere stays fetched. How it is fetched stands under `resources`, which make nothing stale,
# and the two rules that fetch carry no digest of their code: alone in this house.


rule sources_workflow:
    """A file that comes with the workflow is copied into the study, which can be moved without the workflow then."""
    output:
        copied="results/workflow/{file}",
    log:
        "logs/sources_workflow/{file}.log",
    wildcard_constraints:
        file="detector/demo[.](onnx|yaml)|prompts/lvis[.]txt",
    localrule: True
    conda:
        "../envs/cards.yaml"
    resources:
        file=lambda wildcards: str(HOUSE / "config" / wildcards.file),
    params:
        code=code_of("sources_workflow"),
        settings=lambda wildcards: {"sha256": versions.file_digest(HOUSE / "config" / wildcards.file)},
    script:
        "../scripts/sources_workflow.py"


DEMO_DETECTOR = expand(rules.sources_workflow.output.copied, file="detector/demo.onnx")[0]


rule sources_link:
    """A local file is linked under its id; nothing is copied."""
    input:
        source=lambda wildcards: ancient(place(wildcards)),
    output:
        video="results/sources/{video}/video",
        outcome="results/sources/{video}/source.json",
    log:
        "logs/sources_link/{video}.log",
    wildcard_constraints:
        video=only(videos_of("local")),
    localrule: True
    conda:
        "../envs/video.yaml"
    params:
        code=code_of("sources_link"),
        settings=lambda wildcards: {"fingerprint": fingerprint_of(wildcards)},
    script:
        "../scripts/sources_link.py"


rule sources_download:
    """A file from the web is downloaded whole, or the reason is recorded why it can't be had."""
    output:
        video="results/sources/{video}/video",
        outcome="results/sources/{video}/source.json",
    log:
        "logs/sources_download/{video}.log",
    wildcard_constraints:
        video=only(videos_of("http")),
    localrule: FETCHES_ON_HEAD
    conda:
        "../envs/fetch.yaml"
    resources:
        mem_mb=per_attempt(1000),
        runtime=per_attempt(240),
        downloads=1,
        attempt=lambda wildcards, attempt: attempt,
        attempts=config["sources"]["attempts"],
        timeout_seconds=config["sources"]["timeout_seconds"],
        max_bytes=round(config["sources"]["max_gigabytes"] * 1e9),
    params:
        settings=of_video("source"),
    script:
        "../scripts/sources_download.py"


rule sources_youtube:
    """A YouTube video is downloaded, or the reason is recorded why it can't be had."""
    output:
        video="results/sources/{video}/video",
        outcome="results/sources/{video}/source.json",
    log:
        "logs/sources_youtube/{video}.log",
    wildcard_constraints:
        video=only(videos_of("youtube")),
    localrule: FETCHES_ON_HEAD
    conda:
        "../envs/fetch.yaml"
    resources:
        mem_mb=per_attempt(1500),
        runtime=per_attempt(480),
        downloads=1,
        attempt=lambda wildcards, attempt: attempt,
        attempts=config["sources"]["attempts"],
        timeout_seconds=config["sources"]["timeout_seconds"],
        max_bytes=round(config["sources"]["max_gigabytes"] * 1e9),
        cookies=config["sources"]["youtube"]["cookies"] or "",
        rate_limit=config["sources"]["youtube"]["rate_limit"] or 0,
        sleep_seconds=config["sources"]["youtube"]["sleep_seconds"],
    params:
        settings=of_video(
            "source", height=config["sources"]["youtube"]["height"], audio=config["sources"]["youtube"]["audio"]
        ),
    script:
        "../scripts/sources_youtube.py"


rule sources_mot:
    """A MOT Challenge folder becomes a video, and its annotations become the truth."""
    input:
        annotations=lambda wildcards: ancient(annotations(wildcards)),
    output:
        video="results/sources/{video}/video",
        outcome="results/sources/{video}/source.json",
        truth="results/sources/{video}/truth.json",
    log:
        "logs/sources_mot/{video}.log",
    benchmark:
        "benchmarks/sources_mot/{video}.tsv"
    wildcard_constraints:
        video=only(videos_of("mot")),
    conda:
        "../envs/video.yaml"
    resources:
        mem_mb=per_attempt(1500),
        runtime=minutes_of("sources_mot"),
    params:
        code=code_of("sources_mot"),
        settings=lambda wildcards: of_video("source", fingerprint=fingerprint_of(wildcards))(wildcards),
    script:
        "../scripts/sources_mot.py"


rule sources_render:
    """A demo scene is rendered, together with its exact truth."""
    output:
        video="results/sources/{video}/video",
        outcome="results/sources/{video}/source.json",
        truth="results/sources/{video}/truth.json",
    log:
        "logs/sources_render/{video}.log",
    benchmark:
        "benchmarks/sources_render/{video}.tsv"
    wildcard_constraints:
        video=only(videos_of("demo")),
    conda:
        "../envs/video.yaml"
    resources:
        mem_mb=per_attempt(1500),
        runtime=minutes_of("sources_render"),
    params:
        code=code_of("sources_render"),
        settings=of_video("source"),
    script:
        "../scripts/sources_render.py"


rule sources_probe:
    """What a video really is stands in probe.json: displayed size, exact times, colour, or why it can't be used."""
    input:
        video=take_film(rules.sources_link.output.video),
        outcome=rules.sources_link.output.outcome,
    output:
        probe="results/sources/{video}/probe.json",
    log:
        "logs/sources_probe/{video}.log",
    conda:
        "../envs/video.yaml"
    resources:
        mem_mb=per_attempt(500 + round(config["sources"]["probe"]["mebibytes"] * 1.048576)),  # its child may take that much
        runtime=minutes_of("sources_probe"),
    params:
        code=code_of("sources_probe"),
        settings=lambda wildcards: {
            "row": of_video("start", "end", "colour", "sha256")(wildcards),
            "limits": config["sources"]["probe"],
        },
    script:
        "../scripts/sources_probe.py"


rule sources_truth:
    """An annotation file that the table names becomes the truth of its video."""
    input:
        annotations=column("truth"),
        probe=rules.sources_probe.output.probe,
    output:
        truth=rules.sources_render.output.truth,
    log:
        "logs/sources_truth/{video}.log",
    wildcard_constraints:
        video=only([row.video for row in videos.values() if row.truth]),
    localrule: True
    conda:
        "../envs/video.yaml"
    params:
        code=code_of("sources_truth"),
        settings={},
    script:
        "../scripts/sources_truth.py"


rule sources_preview:
    """A sheet of frames shows a demo scene with its truth. Never made of a user's video: faces could be seen."""
    input:
        video=take_film(rules.sources_link.output.video),
        probe=rules.sources_probe.output.probe,
        truth=rules.sources_render.output.truth,
    output:
        sheets=report(
            directory("results/sources/{video}/sheets"),
            patterns=["{shows}.png"],
            caption="captions/sources_preview.rst",
            category="sources",
            subcategory="frames",
            labels={"video": "{video}", "shows": "{shows}"},
        ),
    log:
        "logs/sources_preview/{video}.log",
    wildcard_constraints:
        video=only(videos_of("demo")),
    conda:
        "../envs/video.yaml"
    resources:
        mem_mb=per_attempt(1500),
        runtime=minutes_of("sources_preview"),
    params:
        code=code_of("sources_preview"),
        settings={},
    script:
        "../scripts/sources_preview.py"


rule sources_declared:
    """What the table declares of a bucket's videos, such as licences, stands apart: no job that decodes reads it."""
    output:
        table="results/sources/declared/{bucket}.tsv",
    log:
        "logs/sources_declared/{bucket}.log",
    localrule: True
    conda:
        "../envs/cards.yaml"
    resources:
        table=str(TABLE),
    params:
        code=code_of("sources_declared"),
        settings=lambda wildcards: {"rows": declared.digest(videos[video] for video in in_bucket(wildcards))},
    script:
        "../scripts/sources_declared.py"


rule sources_rows:
    """What became of each video of a bucket is in a table, in outcomes, and in promises that hold or are broken."""
    input:
        files=of_bucket(rules.sources_link.output.video, videos, ancient),
        sources=of_bucket(rules.sources_link.output.outcome, videos),
        probes=of_bucket(rules.sources_probe.output.probe, videos),
        truths=of_bucket(rules.sources_render.output.truth, videos_with_truth()),
        declared=rules.sources_declared.output.table,
    output:
        table="results/sources/rows/{bucket}-summary.tsv",
        outcomes="results/sources/rows/{bucket}-outcomes.tsv",
        promises="results/sources/rows/{bucket}-promises.json",
    log:
        "logs/sources_rows/{bucket}.log",
    localrule: True
    conda:
        "../envs/video.yaml"
    params:
        code=code_of("sources_rows"),
        settings={},
    script:
        "../scripts/sources_rows.py"


rule sources_summary:
    """One table says of each video whether it can be used, and if not, why not; one has its stages for the funnel."""
    input:
        tables=of_buckets(rules.sources_rows.output.table),
        outcomes=of_buckets(rules.sources_rows.output.outcomes),
    output:
        table="results/sources/summary.tsv",
        outcomes="results/sources/outcomes.tsv",
        page=report(
            "results/sources/summary.html",
            caption="captions/sources_summary.rst",
            category="sources",
            subcategory="dataset",
            labels={"video": "all", "shows": "what became of each"},
        ),
    log:
        "logs/sources_summary.log",
    localrule: True
    conda:
        "../envs/cards.yaml"
    params:
        code=code_of("sources_summary"),
        settings={},
    script:
        "../scripts/sources_summary.py"


rule sources_card:
    """The sources have a card for programs and one for people: what they are, what was lost, licences, limits."""
    input:
        summary=rules.sources_summary.output.table,
        outcomes=rules.sources_summary.output.outcomes,
        declared=of_buckets(rules.sources_declared.output.table),
    output:
        croissant="results/sources/card/croissant.json",
        index="results/sources/card/index.parquet",
        readme="results/sources/card/README.md",
        tile="results/sources/card/tile.json",
        page=report(
            "results/sources/card/README.html",
            caption="captions/sources_card.rst",
            category="sources",
            subcategory="dataset",
            labels={"video": "all", "shows": "card"},
        ),
    log:
        "logs/sources_card.log",
    localrule: True
    conda:
        "../envs/cards.yaml"
    params:
        code=code_of("sources_card"),
        settings={"chosen": {"sources": {"probe": config["sources"]["probe"]}}, "citation": CITATION},
    script:
        "../scripts/sources_card.py"


rule sources_contract:
    """The records of all videos keep what they promise, which contract.json says."""
    input:
        promises=of_buckets(rules.sources_rows.output.promises),
        tables=of_buckets(rules.sources_rows.output.table),
        summary=rules.sources_summary.output.table,
        declared=of_buckets(rules.sources_declared.output.table),
        crashed=crashes_of("sources"),
    output:
        contract="results/sources/contract.json",
    log:
        "logs/sources_contract.log",
    localrule: True
    conda:
        "../envs/video.yaml"
    params:
        code=code_of("sources_contract"),
        settings={},
    script:
        "../scripts/sources_contract.py"


rule sources:
    """All videos of the table are there, checked and described."""
    input:
        all_of(rules.sources_link.output.video, videos),
        all_of(rules.sources_probe.output.probe, videos),
        all_of(rules.sources_render.output.truth, videos_with_truth()),
        all_of(rules.sources_preview.output.sheets, videos_of("demo")),
        of_buckets(rules.sources_rows.output),
        rules.sources_summary.output,
        rules.sources_card.output,
        rules.sources_contract.output.contract,
