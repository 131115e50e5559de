# Flexpatch: objects are followed cheaply, and a tree predicts which of them a detector must examine again.
# requires: the sources, and the weights of a detector (those of the demo come with the workflow)
# yields:   results/flexpatch/truth/<video>.{npz,json}, results/flexpatch/samples/<video>.{csv,json},
#           results/flexpatch/{training_data.csv, training_data.json, flexpatch_model.joblib, flexpatch_model.json,
#           training_summary.json, training_summary.txt, tree.svg, features.png, agreement.{tsv,html}, outcomes.tsv,
#           contract.json, evaluation.json, evaluation.txt, evaluation.png}, results/flexpatch/{tables,card,gallery}/,
#           results/flexpatch/boxes/<video>.{txt,json}, results/flexpatch/films/<video>.mp4,
#           results/flexpatch/rated/<video>{,.costs}.json

from framewright.flexpatch import settings as flexpatch_settings

FLEXPATCH = config["flexpatch"]
FLEXPATCH_VIDEOS = [row.video for row in videos.values() if "flexpatch" in row.pipelines and "flexpatch" in USED]
FLEXPATCH_SERVED = sorted(video for video in FLEXPATCH_VIDEOS if videos[video].training)
FLEXPATCH_DEMOS = [video for video in FLEXPATCH_VIDEOS if video in DRAWN]
FLEXPATCH_SPLITS = {video: videos[video].split for video in FLEXPATCH_VIDEOS if videos[video].split}
FLEXPATCH_ANNOTATED = videos_with_truth()
FLEXPATCH_GPUS = int(FLEXPATCH["detector"]["device"] != "cpu")
FLEXPATCH_PRETRAINED = SCRIPTS / "framewright" / "flexpatch" / "tree" / "pretrained.json"


rule flexpatch_truth:
    """The detections in each frame of a video and its true objects are there; the JSON says how they agree."""
    input:
        video=take_film(rules.sources_link.output.video),
        probe=rules.sources_probe.output.probe,
        truth=lambda wildcards: expand(
            rules.sources_render.output.truth,
            video=[video for video in FLEXPATCH_ANNOTATED if video == wildcards.video],
        ),
        weights=FLEXPATCH["detector"]["weights"] or DEMO_DETECTOR,
    output:
        observations="results/flexpatch/truth/{video}.npz",
        record="results/flexpatch/truth/{video}.json",
    log:
        "logs/flexpatch_truth/{video}.log",
    benchmark:
        "benchmarks/flexpatch_truth/{video}.tsv"
    conda:
        "../envs/detector.yaml"
    resources:
        mem_mb=megabytes_of("flexpatch_truth"),
        runtime=minutes_of("flexpatch_truth"),
        gpu=FLEXPATCH_GPUS,
    params:
        code=code_of("flexpatch_truth"),
        settings=flexpatch_settings.truth_settings(FLEXPATCH),
    script:
        "../scripts/flexpatch_truth.py"


rule flexpatch_samples:
    """A row for each track in each frame of a video is there: five features, and the label of its overlap."""
    input:
        video=take_film(rules.sources_link.output.video),
        probe=rules.sources_probe.output.probe,
        observations=rules.flexpatch_truth.output.observations,
    output:
        samples="results/flexpatch/samples/{video}.csv",
        record="results/flexpatch/samples/{video}.json",
    log:
        "logs/flexpatch_samples/{video}.log",
    benchmark:
        "benchmarks/flexpatch_samples/{video}.tsv"
    conda:
        "../envs/flexpatch.yaml"
    resources:
        mem_mb=megabytes_of("flexpatch_samples"),
        runtime=minutes_of("flexpatch_samples"),
    params:
        code=code_of("flexpatch_samples"),
        settings=flexpatch_settings.samples_settings(FLEXPATCH),
    script:
        "../scripts/flexpatch_samples.py"


rule flexpatch_rows:
    """The samples of a bucket of videos stand in rows, which all else reads; beside them what became of each video."""
    input:
        samples=of_bucket(rules.flexpatch_samples.output.samples, FLEXPATCH_VIDEOS),
        records=of_bucket(rules.flexpatch_samples.output.record, FLEXPATCH_VIDEOS),
        truths=of_bucket(rules.flexpatch_truth.output.record, FLEXPATCH_VIDEOS),
        declared=rules.sources_declared.output.table,
    output:
        rows="results/flexpatch/rows/{bucket}.parquet",
        accounts="results/flexpatch/rows/{bucket}-accounts.jsonl",
        outcomes="results/flexpatch/rows/{bucket}-outcomes.tsv",
    log:
        "logs/flexpatch_rows/{bucket}.log",
    localrule: True
    conda:
        "../envs/flexpatch.yaml"
    params:
        code=code_of("flexpatch_rows"),
        settings={"definition": flexpatch_settings.define_samples(FLEXPATCH)},
    script:
        "../scripts/flexpatch_rows.py"


rule flexpatch_gather:
    """All samples are in training_data.csv, as documented; beside it, their description, and the detector's agreement."""
    input:
        samples=of_each(rules.flexpatch_samples.output.samples, FLEXPATCH_SERVED),
        records=of_each(rules.flexpatch_samples.output.record, FLEXPATCH_SERVED),
        truths=of_each(rules.flexpatch_truth.output.record, FLEXPATCH_SERVED),
    output:
        data="results/flexpatch/training_data.csv",
        side="results/flexpatch/training_data.json",
        agreement="results/flexpatch/agreement.tsv",
        page=report(
            "results/flexpatch/agreement.html",
            caption="captions/flexpatch_gather.rst",
            category="flexpatch",
            subcategory="dataset",
            labels={"video": "all", "shows": "detector against annotations"},
        ),
    log:
        "logs/flexpatch_gather.log",
    localrule: True
    conda:
        "../envs/flexpatch.yaml"
    params:
        code=code_of("flexpatch_gather"),
        settings={"features": FLEXPATCH["features"]},
    script:
        "../scripts/flexpatch_gather.py"


include: "flexpatch_tree.smk"


rule flexpatch_preview:
    """A sheet shows the tracks of a demo scene, coloured by the labels of their samples; some samples have a poster."""
    input:
        video=take_film(rules.sources_link.output.video),
        probe=rules.sources_probe.output.probe,
        observations=rules.flexpatch_truth.output.observations,
        samples=rules.flexpatch_samples.output.samples,
    output:
        sheets=report(
            directory("results/flexpatch/sheets/{video}"),
            patterns=["{shows}.png"],
            caption="captions/flexpatch_preview.rst",
            category="flexpatch",
            subcategory="{video}",
            labels={"shows": "{shows}"},
        ),
        posters="results/flexpatch/posters/{video}.npz",
    log:
        "logs/flexpatch_preview/{video}.log",
    wildcard_constraints:
        video=only(FLEXPATCH_DEMOS),
    conda:
        "../envs/flexpatch.yaml"
    resources:
        mem_mb=per_attempt(2000),
        runtime=per_attempt(60),
    params:
        code=code_of("flexpatch_preview"),
        settings={},
    script:
        "../scripts/flexpatch_preview.py"


rule flexpatch_gallery:
    """Samples of demo scenes can be looked through and filtered in gallery/index.html."""
    input:
        rows=of_buckets(rules.flexpatch_rows.output.rows),
        posters=of_each(rules.flexpatch_preview.output.posters, FLEXPATCH_DEMOS),
    output:
        gallery=directory("results/flexpatch/gallery"),
    log:
        "logs/flexpatch_gallery.log",
    localrule: True
    conda:
        "../envs/flexpatch.yaml"
    params:
        code=code_of("flexpatch_gallery"),
        settings={},
    script:
        "../scripts/flexpatch_gallery.py"


rule flexpatch_run:
    """The boxes that FlexPatch finds in each frame of a video are in the format of MOT Challenge; a film shows how."""
    input:
        video=take_film(rules.sources_link.output.video),
        probe=rules.sources_probe.output.probe,
        weights=rules.flexpatch_truth.input.weights,
        models=[
            {"pretrained": FLEXPATCH_PRETRAINED, "trained": rules.flexpatch_train.output.card}[model]
            for model in [FLEXPATCH["runtime"]["model"]]
            if model != "none"
        ],
    output:
        boxes="results/flexpatch/boxes/{video}.txt",
        record="results/flexpatch/boxes/{video}.json",
        film=report(
            "results/flexpatch/films/{video}.mp4",
            caption="captions/flexpatch_run.rst",
            category="flexpatch",
            subcategory="{video}",
            labels={"shows": "film"},
        ),
    log:
        "logs/flexpatch_run/{video}.log",
    benchmark:
        "benchmarks/flexpatch_run/{video}.tsv"
    conda:
        "../envs/runtime.yaml"
    resources:
        mem_mb=megabytes_of("flexpatch_run"),
        runtime=minutes_of("flexpatch_run"),
        gpu=FLEXPATCH_GPUS,
    params:
        code=code_of("flexpatch_run"),
        settings=lambda wildcards: flexpatch_settings.run_settings(FLEXPATCH, wildcards.video in FLEXPATCH_DEMOS),
    script:
        "../scripts/flexpatch_run.py"


rule flexpatch_rate:
    """FlexPatch and its baselines are rated on sequences of a video; the costs are this machine's."""
    input:
        video=take_film(rules.sources_link.output.video),
        probe=rules.sources_probe.output.probe,
        observations=rules.flexpatch_truth.output.observations,
        weights=rules.flexpatch_truth.input.weights,
        pretrained=FLEXPATCH_PRETRAINED,
        trained=rules.flexpatch_train.output.card,
    output:
        record="results/flexpatch/rated/{video}.json",
        costs="results/flexpatch/rated/{video}.costs.json",
    log:
        "logs/flexpatch_rate/{video}.log",
    benchmark:
        "benchmarks/flexpatch_rate/{video}.tsv"
    conda:
        "../envs/runtime.yaml"
    resources:
        mem_mb=megabytes_of("flexpatch_rate"),
        runtime=minutes_of("flexpatch_rate"),
        gpu=FLEXPATCH_GPUS,
    params:
        code=code_of("flexpatch_rate"),
        settings=flexpatch_settings.rate_settings(FLEXPATCH),
    script:
        "../scripts/flexpatch_rate.py"


rule flexpatch_evaluate:
    """Precision, delay and cost of FlexPatch and its baselines are in evaluation.json, a table and a chart."""
    input:
        records=of_each(rules.flexpatch_rate.output.record, FLEXPATCH_VIDEOS),
    output:
        evaluation="results/flexpatch/evaluation.json",
        table=report(
            "results/flexpatch/evaluation.txt",
            caption="captions/flexpatch_evaluate.rst",
            category="flexpatch",
            subcategory="runtime",
            labels={"shows": "evaluation"},
        ),
        chart=report(
            "results/flexpatch/evaluation.png",
            caption="captions/flexpatch_evaluate.rst",
            category="flexpatch",
            subcategory="runtime",
            labels={"shows": "precision against cost"},
        ),
    log:
        "logs/flexpatch_evaluate.log",
    conda:
        "../envs/runtime.yaml"
    resources:
        mem_mb=per_attempt(3000),
        runtime=per_attempt(120),
    params:
        code=code_of("flexpatch_evaluate"),
        settings={"seed": config["seed"]},
    script:
        "../scripts/flexpatch_evaluate.py"


rule flexpatch_summary:
    """The outcome of each video, and of each track in it, is in outcomes.tsv."""
    input:
        outcomes=of_buckets(rules.flexpatch_rows.output.outcomes),
    output:
        outcomes="results/flexpatch/outcomes.tsv",
    log:
        "logs/flexpatch_summary.log",
    localrule: True
    conda:
        "../envs/flexpatch.yaml"
    params:
        code=code_of("flexpatch_summary"),
        settings={},
    script:
        "../scripts/flexpatch_summary.py"


rule flexpatch_contract:
    """Samples, model, boxes and evaluation keep their promises, which contract.json lists."""
    input:
        data=rules.flexpatch_gather.output.data,
        side=rules.flexpatch_gather.output.side,
        accounts=of_buckets(rules.flexpatch_rows.output.accounts),
        model=rules.flexpatch_train.output.model,
        card=rules.flexpatch_train.output.card,
        summary=rules.flexpatch_train.output.summary,
        boxes=of_each(rules.flexpatch_run.output.boxes, FLEXPATCH_VIDEOS),
        runs=of_each(rules.flexpatch_run.output.record, FLEXPATCH_VIDEOS),
        rated=rules.flexpatch_evaluate.input.records,
        evaluation=rules.flexpatch_evaluate.output.evaluation,
        crashed=crashes_of("flexpatch"),
    output:
        contract="results/flexpatch/contract.json",
    log:
        "logs/flexpatch_contract.log",
    conda:
        "../envs/flexpatch.yaml"
    resources:
        mem_mb=per_attempt(2000),
        runtime=per_attempt(120),
    params:
        code=code_of("flexpatch_contract"),
        settings=rules.flexpatch_samples.params.settings,
    script:
        "../scripts/flexpatch_contract.py"


rule flexpatch_card:
    """The samples have a card for programs and one for people: content, losses, licences, limits."""
    input:
        rows=of_buckets(rules.flexpatch_rows.output.rows),
        side=rules.flexpatch_gather.output.side,
        training=rules.flexpatch_train.output.summary,
        sources=rules.sources_summary.output.outcomes,
        summary=rules.sources_summary.output.table,
        outcomes=rules.flexpatch_summary.output.outcomes,
        pictures=lambda wildcards: [
            *of_each(rules.flexpatch_preview.output.sheets, FLEXPATCH_DEMOS[:1])(wildcards),
            rules.flexpatch_train.output.picture,
            rules.flexpatch_train.output.histograms,
        ],
    output:
        croissant="results/flexpatch/card/croissant.json",
        index="results/flexpatch/card/index.parquet",
        sources="results/flexpatch/card/sources.parquet",
        pictures=directory("results/flexpatch/card/pictures"),
        readme="results/flexpatch/card/README.md",
        tile="results/flexpatch/card/tile.json",
        page=report(
            "results/flexpatch/card/README.html",
            caption="captions/flexpatch_card.rst",
            category="flexpatch",
            subcategory="dataset",
            labels={"shows": "card"},
        ),
    log:
        "logs/flexpatch_card.log",
    conda:
        "../envs/cards.yaml"
    resources:
        mem_mb=per_attempt(2000),
        runtime=per_attempt(60),
    params:
        code=code_of("flexpatch_card"),
        settings={"chosen": {"flexpatch": FLEXPATCH}, "citation": CITATION},
    script:
        "../scripts/flexpatch_card.py"


include: "flexpatch_exports.smk"


rule flexpatch:
    """Samples and their model are there, checked, described, shown, and rated at run time."""
    input:
        *if_used(
            "flexpatch",
            of_buckets(rules.flexpatch_rows.output),
            rules.flexpatch_tables.output.folder,
            rules.flexpatch_gather.output,
            rules.flexpatch_train.output,
            all_of(rules.flexpatch_preview.output, FLEXPATCH_DEMOS),
            rules.flexpatch_gallery.output,
            all_of(rules.flexpatch_run.output, FLEXPATCH_VIDEOS),
            all_of(rules.flexpatch_rate.output, FLEXPATCH_VIDEOS),
            rules.flexpatch_evaluate.output,
            rules.flexpatch_summary.output,
            rules.flexpatch_contract.output,
            rules.flexpatch_card.output,
            emptied=(
                of_buckets(rules.flexpatch_rows.output),
                rules.flexpatch_tables.output.folder,
                rules.flexpatch_gather.output,
            ),
        ),
