# Flexpatch: objects followed cheaply, and a tree that says which of them a detector must look at again.
# requires: the sources, and weights that find objects (those of the demo come with the workflow)
# yields:   results/flexpatch/truth/<video>.{npz,json}, results/flexpatch/samples/<video>.{csv,json},
#           results/flexpatch/{training_data.csv, training_data.json, flexpatch_model.joblib, flexpatch_model.json,
#           training_summary.json, training_summary.txt, tree.svg, features.png, agreement.{tsv,html}, outcomes.tsv,
#           contract.json, evaluation.json, evaluation.txt, evaluation.png}, results/flexpatch/card/,
#           results/flexpatch/boxes/<video>.{txt,json}, results/flexpatch/films/<video>.mp4,
#           results/flexpatch/rated/<video>{,-costs}.json

FLEX = config["flexpatch"]
FLEXED = {row.video: row for row in videos.values() if "flexpatch" in row.pipelines}
FLEXED_SHOWN = [video for video, row in FLEXED.items() if row.kind == "demo"]
FLEX_TRUE = videos_with_truth()


rule flexpatch_truth:
    """What a detector finds in each frame of a video, and where each object really is; the JSON says how they fit."""
    input:
        video=rules.sources_link.output.video,
        probe=rules.sources_probe.output.probe,
        truth=lambda wildcards: expand(
            rules.sources_render.output.truth, video=[video for video in FLEX_TRUE if video == wildcards.video]
        ),
        weights=FLEX["detector"]["weights"] or DEMO_DETECTOR,
    output:
        known="results/flexpatch/truth/{video}.npz",
        record="results/flexpatch/truth/{video}.json",
    log:
        "logs/flexpatch_truth/{video}.log",
    benchmark:
        "benchmarks/flexpatch_truth/{video}.tsv"
    conda:
        "../envs/detector.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 3000 * attempt,
        gpu=int(FLEX["detector"]["device"] != "cpu"),
    params:
        code=code_of("flexpatch_truth"),
        settings={key: FLEX[key] for key in ("truth", "frames", "detector")},
    script:
        "../scripts/flexpatch_truth.py"


rule flexpatch_samples:
    """A row for each object followed in each frame of a video: five features, and how urgently it must be looked at."""
    input:
        video=rules.sources_link.output.video,
        probe=rules.sources_probe.output.probe,
        known=rules.flexpatch_truth.output.known,
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
        mem_mb=lambda wildcards, attempt: 1500 * attempt,
    params:
        code=code_of("flexpatch_samples"),
        features=FLEX["features"],
        sampling={
            "every": FLEX["refresh"],
            "max_age": FLEX["max_age"],
            "high": FLEX["iou_threshold_high"],
            "medium": FLEX["iou_threshold_medium"],
        },
    script:
        "../scripts/flexpatch_samples.py"


rule flexpatch_gather:
    """All samples are in training_data.csv, as documented; beside it, what they are, and how detectors fit annotations."""
    input:
        samples=expand(rules.flexpatch_samples.output.samples, video=FLEXED),
        records=expand(rules.flexpatch_samples.output.record, video=FLEXED),
        truths=expand(rules.flexpatch_truth.output.record, video=FLEXED),
    output:
        data="results/flexpatch/training_data.csv",
        side="results/flexpatch/training_data.json",
        agreement="results/flexpatch/agreement.tsv",
        page=report(
            "results/flexpatch/agreement.html",
            caption="captions/flexpatch_gather.rst",
            category="Flexpatch",
            labels={"video": "all", "shows": "detector against annotations"},
        ),
    log:
        "logs/flexpatch_gather.log",
    localrule: True
    conda:
        "../envs/flexpatch.yaml"
    params:
        code=code_of("flexpatch_gather"),
        features=FLEX["features"],
    script:
        "../scripts/flexpatch_gather.py"


rule flexpatch_train:
    """The tree is trained, rated on what it has not seen, compared with other ways, and written down to be read."""
    input:
        data=rules.flexpatch_gather.output.data,
        side=rules.flexpatch_gather.output.side,
    output:
        model="results/flexpatch/flexpatch_model.joblib",
        card="results/flexpatch/flexpatch_model.json",
        summary="results/flexpatch/training_summary.json",
        story=report(
            "results/flexpatch/training_summary.txt",
            caption="captions/flexpatch_train.rst",
            category="Flexpatch",
            labels={"shows": "training"},
        ),
        picture=report(
            "results/flexpatch/tree.svg",
            caption="captions/flexpatch_train.rst",
            category="Flexpatch",
            labels={"shows": "tree"},
        ),
        histograms=report(
            "results/flexpatch/features.png",
            caption="captions/flexpatch_train.rst",
            category="Flexpatch",
            labels={"shows": "features"},
        ),
    log:
        "logs/flexpatch_train.log",
    benchmark:
        "benchmarks/flexpatch_train.tsv"
    conda:
        "../envs/flexpatch.yaml"
    params:
        code=code_of("flexpatch_train"),
        model=FLEX["model"],
        split=FLEX["split"],
        splits={video: row.split for video, row in FLEXED.items() if row.split},
    script:
        "../scripts/flexpatch_train.py"


rule flexpatch_preview:
    """A sheet shows objects of a scene as they are followed, with the labels of their samples. Of demo scenes alone."""
    input:
        video=rules.sources_link.output.video,
        probe=rules.sources_probe.output.probe,
        known=rules.flexpatch_truth.output.known,
        samples=rules.flexpatch_samples.output.samples,
    output:
        sheet=report(
            "results/flexpatch/samples/{video}.png",
            caption="captions/flexpatch_preview.rst",
            category="Flexpatch",
            labels={"shows": "samples of {video}"},
        ),
    log:
        "logs/flexpatch_preview/{video}.log",
    wildcard_constraints:
        video=only(FLEXED_SHOWN),
    conda:
        "../envs/flexpatch.yaml"
    params:
        code=code_of("flexpatch_preview"),
    script:
        "../scripts/flexpatch_preview.py"


rule flexpatch_run:
    """Where everything is in each frame of a video by FlexPatch, in the format of MOT Challenge, and a film of how."""
    input:
        video=rules.sources_link.output.video,
        probe=rules.sources_probe.output.probe,
        weights=rules.flexpatch_truth.input.weights,
        model=rules.flexpatch_train.output.card,
    output:
        boxes="results/flexpatch/boxes/{video}.txt",
        record="results/flexpatch/boxes/{video}.json",
        film=report(
            "results/flexpatch/films/{video}.mp4",
            caption="captions/flexpatch_run.rst",
            category="Flexpatch",
            labels={"shows": "film of {video}"},
        ),
    log:
        "logs/flexpatch_run/{video}.log",
    benchmark:
        "benchmarks/flexpatch_run/{video}.tsv"
    conda:
        "../envs/runtime.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 2000 * attempt,
        gpu=int(FLEX["detector"]["device"] != "cpu"),
    params:
        code=code_of("flexpatch_run"),
        frames=FLEX["frames"],
        detector=FLEX["detector"],
        runtime=FLEX["runtime"],
        recognisable=lambda wildcards: FLEX["show"] == "all" or wildcards.video in FLEXED_SHOWN,
    script:
        "../scripts/flexpatch_run.py"


rule flexpatch_rate:
    """How good FlexPatch is on sequences of a video, beside whole frames; the costs say what that took this machine."""
    input:
        video=rules.sources_link.output.video,
        probe=rules.sources_probe.output.probe,
        known=rules.flexpatch_truth.output.known,
        weights=rules.flexpatch_truth.input.weights,
        model=rules.flexpatch_train.output.card,
    output:
        record="results/flexpatch/rated/{video}.json",
        costs="results/flexpatch/rated/{video}-costs.json",
    log:
        "logs/flexpatch_rate/{video}.log",
    benchmark:
        "benchmarks/flexpatch_rate/{video}.tsv"
    conda:
        "../envs/runtime.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 3000 * attempt,
        gpu=int(FLEX["detector"]["device"] != "cpu"),
    params:
        code=code_of("flexpatch_rate"),
        detector=FLEX["detector"],
        runtime=FLEX["runtime"],
        evaluate=FLEX["evaluate"],
    script:
        "../scripts/flexpatch_rate.py"


rule flexpatch_evaluate:
    """Precision, delay and cost of FlexPatch on all videos are in evaluation.json, a table and a chart, beside others."""
    input:
        records=expand(rules.flexpatch_rate.output.record, video=FLEXED),
    output:
        evaluation="results/flexpatch/evaluation.json",
        table=report(
            "results/flexpatch/evaluation.txt",
            caption="captions/flexpatch_evaluate.rst",
            category="Flexpatch",
            labels={"shows": "evaluation"},
        ),
        chart=report(
            "results/flexpatch/evaluation.png",
            caption="captions/flexpatch_evaluate.rst",
            category="Flexpatch",
            labels={"shows": "precision against cost"},
        ),
    log:
        "logs/flexpatch_evaluate.log",
    conda:
        "../envs/runtime.yaml"
    params:
        code=code_of("flexpatch_evaluate"),
        seed=config["seed"],
    script:
        "../scripts/flexpatch_evaluate.py"


rule flexpatch_summary:
    """What became of each video, and of each object that was followed in it, is in outcomes.tsv."""
    input:
        truths=rules.flexpatch_gather.input.truths,
        records=rules.flexpatch_gather.input.records,
    output:
        outcomes="results/flexpatch/outcomes.tsv",
    log:
        "logs/flexpatch_summary.log",
    localrule: True
    conda:
        "../envs/flexpatch.yaml"
    params:
        code=code_of("flexpatch_summary"),
    script:
        "../scripts/flexpatch_summary.py"


rule flexpatch_contract:
    """Samples, model, boxes and evaluation keep what they promise, which contract.json says."""
    input:
        data=rules.flexpatch_gather.output.data,
        side=rules.flexpatch_gather.output.side,
        samples=rules.flexpatch_gather.input.samples,
        records=rules.flexpatch_gather.input.records,
        model=rules.flexpatch_train.output.model,
        card=rules.flexpatch_train.output.card,
        summary=rules.flexpatch_train.output.summary,
        boxes=expand(rules.flexpatch_run.output.boxes, video=FLEXED),
        runs=expand(rules.flexpatch_run.output.record, video=FLEXED),
        rated=rules.flexpatch_evaluate.input.records,
        evaluation=rules.flexpatch_evaluate.output.evaluation,
    output:
        contract="results/flexpatch/contract.json",
    log:
        "logs/flexpatch_contract.log",
    retries: 0
    conda:
        "../envs/flexpatch.yaml"
    params:
        code=code_of("flexpatch_contract"),
        sampling=rules.flexpatch_samples.params.sampling,
    script:
        "../scripts/flexpatch_contract.py"


rule flexpatch_card:
    """The samples have a card for programs and one for people: what they are, what was lost, licences, limits."""
    input:
        data=rules.flexpatch_gather.output.data,
        side=rules.flexpatch_gather.output.side,
        training=rules.flexpatch_train.output.summary,
        sources=rules.sources_summary.output.outcomes,
        summary=rules.sources_summary.output.table,
        outcomes=rules.flexpatch_summary.output.outcomes,
    output:
        croissant="results/flexpatch/card/croissant.json",
        index="results/flexpatch/card/index.parquet",
        readme="results/flexpatch/card/README.md",
        page=report(
            "results/flexpatch/card/README.html",
            caption="captions/flexpatch_card.rst",
            category="Flexpatch",
            labels={"shows": "card"},
        ),
    log:
        "logs/flexpatch_card.log",
    conda:
        "../envs/cards.yaml"
    params:
        code=code_of("flexpatch_card"),
        settings={"chosen": {"flexpatch": FLEX}, "citation": CITATION},
    script:
        "../scripts/flexpatch_card.py"


rule flexpatch:
    """Samples and the model trained on them are there, checked, described, to look at, and rated at work."""
    input:
        rules.flexpatch_gather.output,
        rules.flexpatch_train.output,
        expand(rules.flexpatch_preview.output, video=FLEXED_SHOWN),
        expand(rules.flexpatch_run.output, video=FLEXED),
        expand(rules.flexpatch_rate.output, video=FLEXED),
        rules.flexpatch_evaluate.output,
        rules.flexpatch_summary.output,
        rules.flexpatch_contract.output,
        rules.flexpatch_card.output,
