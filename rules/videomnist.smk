# Moving digits: videos of handwritten digits in motion, for VideoGPT.
# requires: MNIST's files from a folder or address, or nothing: scikit-learn brings digits of its own
# yields:   results/videomnist/{videomnist.h5, videomnist-videogpt.h5, samples/, classes/, card/, gallery/, contract.json},
#           results/videomnist/{converted.h5, converted-videogpt.h5} from a class folder of other videos
#
# A video is a function of the seed, its split and its number, and a shard holds so many of them. Growing the set draws
# new ones; the packed videos are then put together anew, without unpacking.

from framewright.videomnist import class_folders as videomnist_class_folders
from framewright.videomnist import digit_files as videomnist_digit_files
from framewright.videomnist import settings as videomnist_settings

VIDEOMNIST = config["videomnist"]
VIDEOMNIST_SHARDS = videomnist_settings.count_shards(VIDEOMNIST)
VIDEOMNIST_DEFINITIONS = {
    "videomnist": videomnist_settings.define_videos(VIDEOMNIST, config["seed"], code_of("videomnist_shard")),
    "converted": videomnist_settings.define_films(
        VIDEOMNIST, config["sources"]["probe"], code_of("videomnist_convert")
    ),
}
VIDEOMNIST_FOLDERS = videomnist_class_folders.find_class_folders(VIDEOMNIST["convert"])


rule videomnist_download:
    """One of MNIST's files is here, and has the sha256 that it should have."""
    output:
        file="results/videomnist/mnist/{file}",
    log:
        "logs/videomnist_download/{file}.log",
    wildcard_constraints:
        file="[a-z0-9-]+-ubyte.gz",
    localrule: FETCHES_ON_HEAD
    conda:
        "../envs/fetch.yaml"
    resources:
        mem_mb=per_attempt(1000),
        runtime=per_attempt(120),
        downloads=1,
        attempts=config["sources"]["attempts"],
        timeout_seconds=config["sources"]["timeout_seconds"],
        max_bytes=100_000_000,
    params:
        settings=lambda wildcards: {
            "address": VIDEOMNIST["digits"],
            "sha256": VIDEOMNIST["sha256"].get(wildcards.file),
        },
    script:
        "../scripts/videomnist_download.py"


rule videomnist_digits:
    """The digits to set in motion are in one file, split into train and test; what can't be used is named."""
    input:
        files=videomnist_digit_files.find_files(VIDEOMNIST["digits"]),
        fetched=expand(
            rules.videomnist_download.output.file, file=videomnist_digit_files.files_to_fetch(VIDEOMNIST["digits"])
        ),
    output:
        digits="results/videomnist/digits.npz",
        pictures="results/videomnist/pictures.tsv",
    log:
        "logs/videomnist_digits.log",
    conda:
        "../envs/digits.yaml"
    resources:
        mem_mb=per_attempt(1500),
        runtime=per_attempt(30),
    params:
        code=code_of("videomnist_digits"),
        settings={"digits": VIDEOMNIST["digits"], "glyph": videomnist_settings.glyph_settings(VIDEOMNIST)},
    script:
        "../scripts/videomnist_digits.py"


rule videomnist_shard:
    """The videos of one shard are drawn, measured and packed in both layouts; once merged, its record alone stays."""
    input:
        digits=rules.videomnist_digits.output.digits,
    output:
        shard=temp("results/videomnist/shards/{split}-{shard}.h5"),
        record="results/videomnist/records/{split}-{shard}.h5",
    log:
        "logs/videomnist_shard/{split}-{shard}.log",
    benchmark:
        "benchmarks/videomnist_shard/{split}-{shard}.tsv"
    wildcard_constraints:
        split="train|test",
        shard=r"\d+",
    conda:
        "../envs/digits.yaml"
    resources:
        mem_mb=per_attempt(1500),
        runtime=per_attempt(60),
    params:
        code=code_of("videomnist_shard"),
        settings=lambda wildcards: videomnist_settings.shard_settings(
            VIDEOMNIST, config["seed"], code_of("videomnist_shard"), wildcards.split, wildcards.shard
        ),
    script:
        "../scripts/videomnist_shard.py"


rule videomnist_convert:
    """The films of one class folder are cut into clips, in both layouts; the outcomes say what became of each film."""
    input:
        videos=lambda wildcards: videomnist_class_folders.find_videos(VIDEOMNIST_FOLDERS[wildcards.part]),
    output:
        part="results/videomnist/converted/{part}.h5",
        outcomes="results/videomnist/converted/{part}.tsv",
    log:
        "logs/videomnist_convert/{part}.log",
    benchmark:
        "benchmarks/videomnist_convert/{part}.tsv"
    wildcard_constraints:
        part=r"(train|test)-\d+",
    conda:
        "../envs/digits.yaml"
    resources:
        mem_mb=per_attempt(2000),
        runtime=per_attempt(240),
    params:
        code=code_of("videomnist_convert"),
        settings=lambda wildcards: {
            "label": int(wildcards.part.split("-")[1]),
            "frames": VIDEOMNIST["sequence_length"],
            "size": VIDEOMNIST["image_size"],
            "limits": config["sources"]["probe"],
            "definition": VIDEOMNIST_DEFINITIONS["converted"],
        },
    script:
        "../scripts/videomnist_convert.py"


VIDEOMNIST_PARTS = {
    "videomnist": {
        split: expand(rules.videomnist_shard.output.shard, split=split, shard=numbers)
        for split, numbers in VIDEOMNIST_SHARDS.items()
    },
    "converted": {
        split: expand(
            rules.videomnist_convert.output.part,
            part=[part for part in VIDEOMNIST_FOLDERS if part.startswith(f"{split}-")],
        )
        for split in VIDEOMNIST_SHARDS
    },
}

VIDEOMNIST_RECORDS = {
    split: expand(rules.videomnist_shard.output.record, split=split, shard=numbers)
    for split, numbers in VIDEOMNIST_SHARDS.items()
}


rule videomnist_merge:
    """All videos are in <set>.h5 as documented, and in <set>-videogpt.h5 as VideoGPT's loader wants them."""
    input:
        train=lambda wildcards: VIDEOMNIST_PARTS[wildcards.set]["train"],
        test=lambda wildcards: VIDEOMNIST_PARTS[wildcards.set]["test"],
    output:
        documented="results/videomnist/{set}.h5",
        videogpt="results/videomnist/{set}-videogpt.h5",
    log:
        "logs/videomnist_merge/{set}.log",
    benchmark:
        "benchmarks/videomnist_merge/{set}.tsv"
    wildcard_constraints:
        set="|".join(VIDEOMNIST_PARTS),
    conda:
        "../envs/digits.yaml"
    resources:
        mem_mb=per_attempt(2000),
        runtime=per_attempt(240),
    params:
        code=code_of("videomnist_merge"),
        settings=lambda wildcards: videomnist_settings.merge_settings(
            wildcards.set, VIDEOMNIST, config["seed"], VIDEOMNIST_DEFINITIONS[wildcards.set]
        ),
    script:
        "../scripts/videomnist_merge.py"


rule videomnist_contract:
    """The files keep what they promise of every frame, which contract.json says with its figures."""
    input:
        train=VIDEOMNIST_RECORDS["train"],
        test=VIDEOMNIST_RECORDS["test"],
        documented=expand(rules.videomnist_merge.output.documented, set="videomnist")[0],
        videogpt=expand(rules.videomnist_merge.output.videogpt, set="videomnist")[0],
        digits=rules.videomnist_digits.output.digits,
    output:
        contract="results/videomnist/contract.json",
    log:
        "logs/videomnist_contract.log",
    conda:
        "../envs/digits.yaml"
    resources:
        mem_mb=per_attempt(2000),
        runtime=per_attempt(120),
    params:
        code=code_of("videomnist_contract"),
        settings={"clip": videomnist_settings.clip_settings(VIDEOMNIST)},
    script:
        "../scripts/videomnist_contract.py"


rule videomnist_samples:
    """Videos, comparisons, a montage and figures of the moving digits are there to look at."""
    input:
        dataset=rules.videomnist_contract.input.documented,
    output:
        samples=report(
            directory("results/videomnist/samples"),
            patterns=["{name,[^/]+}.png", "{name,[^/]+}.txt"],
            caption="captions/videomnist_samples.rst",
            category="videomnist",
            subcategory="dataset",
            labels={"shows": "{name}"},
        ),
    log:
        "logs/videomnist_samples.log",
    benchmark:
        "benchmarks/videomnist_samples.tsv"
    conda:
        "../envs/digits.yaml"
    resources:
        mem_mb=per_attempt(2000),
        runtime=per_attempt(60),
    params:
        code=code_of("videomnist_samples"),
        settings=VIDEOMNIST["samples"],
    script:
        "../scripts/videomnist_samples.py"


rule videomnist_classes:
    """The videos of a split are in one folder for each digit, as VideoGPT reads them to know the class."""
    input:
        dataset=rules.videomnist_contract.input.videogpt,
    output:
        classes=directory("results/videomnist/classes/{split}"),
    log:
        "logs/videomnist_classes/{split}.log",
    benchmark:
        "benchmarks/videomnist_classes/{split}.tsv"
    wildcard_constraints:
        split="train|test",
    conda:
        "../envs/digits.yaml"
    resources:
        mem_mb=per_attempt(2000),
        runtime=per_attempt(60),
    params:
        code=code_of("videomnist_classes"),
        settings={"fps": VIDEOMNIST["samples"]["fps"]},
    script:
        "../scripts/videomnist_classes.py"


rule videomnist_summary:
    """What became of each picture of a digit, each video and each converted film stands in outcomes.tsv."""
    input:
        pictures=rules.videomnist_digits.output.pictures,
        shards=[path for records in VIDEOMNIST_RECORDS.values() for path in records],
        films=expand(rules.videomnist_convert.output.outcomes, part=VIDEOMNIST_FOLDERS),
    output:
        outcomes="results/videomnist/outcomes.tsv",
    log:
        "logs/videomnist_summary.log",
    localrule: True
    conda:
        "../envs/digits.yaml"
    params:
        code=code_of("videomnist_summary"),
        settings={"videos": {split: 10 * count for split, count in VIDEOMNIST["videos_per_digit"].items()}},
    script:
        "../scripts/videomnist_summary.py"


rule videomnist_rows:
    """Each moving digit and each converted film stands in a row, which all that serves them reads."""
    input:
        train=VIDEOMNIST_RECORDS["train"],
        test=VIDEOMNIST_RECORDS["test"],
        films=rules.videomnist_summary.input.films,
    output:
        rows="results/videomnist/rows/all.parquet",
    log:
        "logs/videomnist_rows.log",
    localrule: True
    conda:
        "../envs/digits.yaml"
    params:
        code=code_of("videomnist_rows"),
        settings={"motion_types": VIDEOMNIST["motion_types"]},
    script:
        "../scripts/videomnist_rows.py"


rule videomnist_card:
    """The moving digits have a card for programs and one for people, with the figures of their contract."""
    input:
        rows=rules.videomnist_rows.output.rows,
        contract=rules.videomnist_contract.output.contract,
        outcomes=rules.videomnist_summary.output.outcomes,
        pictures=[rules.videomnist_samples.output.samples],
    output:
        croissant="results/videomnist/card/croissant.json",
        index="results/videomnist/card/index.parquet",
        pictures=directory("results/videomnist/card/pictures"),
        readme="results/videomnist/card/README.md",
        tile="results/videomnist/card/tile.json",
        page=report(
            "results/videomnist/card/README.html",
            caption="captions/videomnist_card.rst",
            category="videomnist",
            subcategory="dataset",
            labels={"shows": "card"},
        ),
    log:
        "logs/videomnist_card.log",
    conda:
        "../envs/digits.yaml"
    resources:
        mem_mb=per_attempt(2000),
        runtime=per_attempt(60),
    params:
        code=code_of("videomnist_card"),
        settings={
            "chosen": {"seed": config["seed"], "videomnist": VIDEOMNIST},
            "citation": CITATION,
            "digits": VIDEOMNIST["digits"],
            "digits_per_video": VIDEOMNIST["digits_per_video"],
        },
    script:
        "../scripts/videomnist_card.py"


include: "videomnist_models.smk"


rule videomnist_gallery:
    """Moving digits can be looked through, filtered and played in gallery/index.html."""
    input:
        rows=rules.videomnist_rows.output.rows,
        dataset=rules.videomnist_samples.input.dataset,
        generated=rules.videomnist_generate.output.generated if VIDEOMNIST_TRAINING["enabled"] else [],
    output:
        gallery=directory("results/videomnist/gallery"),
    log:
        "logs/videomnist_gallery.log",
    conda:
        "../envs/digits.yaml"
    resources:
        mem_mb=per_attempt(2000),
        runtime=per_attempt(60),
    params:
        code=code_of("videomnist_gallery"),
        settings=videomnist_settings.compose_gallery(VIDEOMNIST, config["seed"]),
    script:
        "../scripts/videomnist_gallery.py"


rule videomnist:
    """The moving digits are there in both layouts, checked, described, and to look at; and so are converted films."""
    input:
        expand(rules.videomnist_merge.output, set=videomnist_settings.name_sets(VIDEOMNIST)),
        expand(rules.videomnist_classes.output, split=VIDEOMNIST_SHARDS if VIDEOMNIST["class_folders"] else []),
        rules.videomnist_samples.output,
        rules.videomnist_contract.output,
        rules.videomnist_rows.output.rows,
        rules.videomnist_summary.output,
        rules.videomnist_card.output,
        rules.videomnist_gallery.output,
        rules.videomnist_vqvae.output if VIDEOMNIST_TRAINING["enabled"] else [],
        rules.videomnist_gpt.output if VIDEOMNIST_TRAINING["enabled"] else [],
        rules.videomnist_generate.output if VIDEOMNIST_TRAINING["enabled"] else [],
        rules.videomnist_judge.output if VIDEOMNIST_TRAINING["enabled"] else [],
