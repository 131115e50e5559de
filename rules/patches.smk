# Patches: super-resolution training pairs, cut out of films by category.
# requires: the sources, and for each film its shares of the categories, from the video table
# yields:   results/patches/dataset/<category's path>/Learn/<format's folder>/{GT,LR_5frames,LR_7frames,LR}/,
#           metadata.parquet beside each GT, a README.md in each Learn,
#           results/patches/{wanted.tsv, manifest.tsv, outcomes.tsv, contract.json}, results/patches/{preview,card,gallery}/
#
# A film is cut in parts, each a job with a folder of its own; how many there are follows from the configuration and the
# film's row alone. patches_tree gives all files their places in the dataset as second names: nothing is copied.

from framewright.patches import formats as patches_formats, settings as patches_settings, splits as patches_splits

PATCHES = config["patches"]
PATCHES_CATEGORIES = patches_settings.read_categories(PATCHES)
PATCHES_FILMS = {row.video: row for row in videos.values() if "patches" in row.pipelines}
PATCHES_SERVED = [video for video, row in PATCHES_FILMS.items() if row.training]
PATCHES_SHARES = {video: row.categories for video, row in PATCHES_FILMS.items()}
PATCHES_WINDOWS = patches_settings.count_windows(PATCHES, PATCHES_SHARES)
PATCHES_PARTS = patches_settings.list_parts(PATCHES, PATCHES_WINDOWS)
PATCHES_SPLITS = patches_settings.choose_splits(PATCHES, PATCHES_FILMS)
PATCHES_SHOWN = [video for video, row in PATCHES_FILMS.items() if video in DRAWN or patches_settings.shows_all(PATCHES)]
PATCHES_HELD_OUT = patches_splits.list_held_out(PATCHES_SPLITS)
PATCHES_BY_HAND = patches_formats.list_by_hand(PATCHES_CATEGORIES, PATCHES_HELD_OUT)
PATCHES_FOLDERS = patches_formats.list_folders(PATCHES_CATEGORIES, PATCHES_HELD_OUT)
PATCHES_DATASET = "results/patches/dataset"


rule patches_wanted:
    """How many windows each film is to give to each category is written down, for those who watch the run."""
    output:
        wanted="results/patches/wanted.tsv",
    log:
        "logs/patches_wanted.log",
    priority: 1
    localrule: True
    conda:
        "../envs/patches.yaml"
    params:
        code=code_of("patches_wanted"),
        settings=patches_settings.compose_wanted(PATCHES, PATCHES_WINDOWS),
    script:
        "../scripts/patches_wanted.py"


rule patches_plan:
    """Which windows of a film are cut is known, and so are its picture's edges, its colours and its quality."""
    input:
        video=take_film(rules.sources_link.output.video),
        probe=rules.sources_probe.output.probe,
    output:
        plan="results/patches/plans/{video}/plan.json",
        frames="results/patches/plans/{video}/frames.npz",
    log:
        "logs/patches_plan/{video}.log",
    benchmark:
        "benchmarks/patches_plan/{video}.tsv"
    conda:
        "../envs/patches.yaml"
    resources:
        runtime=minutes_of("patches_plan"),
        mem_mb=megabytes_of("patches_plan"),
    params:
        code=code_of("patches_plan"),
        settings=lambda wildcards: patches_settings.compose_plan(
            PATCHES,
            PATCHES_WINDOWS[wildcards.video],
            PATCHES_SPLITS[wildcards.video],
            config["seed"],
        ),
    script:
        "../scripts/patches_plan.py"


rule patches_editions:
    """Pairs of films that show the same are in editions.tsv; none of them is half trained with and half held out."""
    input:
        plans=of_each(rules.patches_plan.output.plan, PATCHES_FILMS),
    output:
        editions="results/patches/editions.tsv",
    log:
        "logs/patches_editions.log",
    localrule: True
    conda:
        "../envs/patches.yaml"
    params:
        code=code_of("patches_editions"),
        settings={},
    script:
        "../scripts/patches_editions.py"


rule patches_cut:
    """A part of a film is cut into patches, each checked, its row in patches.tsv and every attempt in attempts.tsv."""
    input:
        video=take_film(rules.sources_link.output.video),
        probe=rules.sources_probe.output.probe,
        plan=rules.patches_plan.output.plan,
        frames=rules.patches_plan.output.frames,
        editions=ancient(str(rules.patches_editions.output.editions)),  # waits for it; another film changes nothing here
    output:
        folder=directory("results/patches/parts/{video}/{part}"),
    log:
        "logs/patches_cut/{video}/{part}.log",
    benchmark:
        "benchmarks/patches_cut/{video}/{part}.tsv"
    wildcard_constraints:
        part=r"\d+",
    conda:
        "../envs/patches.yaml"
    resources:
        mem_mb=megabytes_of("patches_cut"),
        runtime=minutes_of("patches_cut", units=PATCHES["windows_per_part"]),
    params:
        code=code_of("patches_cut"),
        settings=lambda wildcards: patches_settings.compose_cut(
            PATCHES, config["seed"], gallery=wildcards.video in PATCHES_SHOWN
        ),
    script:
        "../scripts/patches_cut.py"


rule patches_rows:
    """The patches of a bucket of films stand in rows, which all else reads; beside them what became of each film."""
    input:
        plans=of_bucket(rules.patches_plan.output.plan, PATCHES_FILMS),
        parts=of_parts(rules.patches_cut.output.folder, PATCHES_PARTS, in_bucket),
        declared=rules.sources_declared.output.table,
    output:
        rows="results/patches/rows/{bucket}.parquet",
        accounts="results/patches/rows/{bucket}-accounts.jsonl",
        outcomes="results/patches/rows/{bucket}-outcomes.tsv",
    log:
        "logs/patches_rows/{bucket}.log",
    localrule: True
    conda:
        "../envs/patches.yaml"
    params:
        code=code_of("patches_rows"),
        settings={"definition": patches_settings.define_patches(PATCHES, config["seed"])},
    script:
        "../scripts/patches_rows.py"


rule patches_tree:
    """All patches are in the documented folders, with a table of each, and manifest.tsv has what rebuilds each."""
    input:
        rows=of_buckets(rules.patches_rows.output.rows),
        parts=of_parts(rules.patches_cut.output.folder, PATCHES_PARTS, lambda wildcards: PATCHES_SERVED),
    output:
        folders=[directory(f"{PATCHES_DATASET}/{folder}") for folder in PATCHES_FOLDERS],
        readmes=[f"{PATCHES_DATASET}/{category.root}/README.md" for category in PATCHES_CATEGORIES.values()],
        manifest="results/patches/manifest.tsv",
    log:
        "logs/patches_tree.log",
    localrule: True
    conda:
        "../envs/patches.yaml"
    params:
        code=code_of("patches_tree"),
        settings={
            "folders": PATCHES_FOLDERS,
            "roots": [category.root for category in PATCHES_CATEGORIES.values()],
            "categories": list(PATCHES_CATEGORIES),
            "by_hand": [f"{PATCHES_DATASET}/{folder}" for folder in PATCHES_BY_HAND],
        },
    script:
        "../scripts/patches_tree.py"


rule patches_summary:
    """What became of each film, of each place that was tried and of each patch that was wanted is in outcomes.tsv."""
    input:
        outcomes=of_buckets(rules.patches_rows.output.outcomes),
    output:
        outcomes="results/patches/outcomes.tsv",
    log:
        "logs/patches_summary.log",
    localrule: True
    conda:
        "../envs/patches.yaml"
    params:
        code=code_of("patches_summary"),
        settings={},
    script:
        "../scripts/patches_summary.py"


rule patches_preview:
    """Sheets show pairs of each category, rejected windows, bright films before and after: of what may be shown."""
    input:
        folders=rules.patches_tree.output.folders,
        manifest=rules.patches_tree.output.manifest,
        parts=of_parts(rules.patches_cut.output.folder, PATCHES_PARTS, lambda wildcards: PATCHES_SHOWN),
        videos=of_each(rules.sources_link.output.video, PATCHES_SHOWN, ancient),
        plans=of_each(rules.patches_plan.output.plan, PATCHES_SHOWN),
        frames=of_each(rules.patches_plan.output.frames, PATCHES_SHOWN),
    output:
        sheets=report(
            directory("results/patches/preview"),
            patterns=["{shows}.png"],
            caption="captions/patches_preview.rst",
            category="patches",
            subcategory="sheets",
            labels={"video": "all", "shows": "{shows}"},
        ),
    log:
        "logs/patches_preview.log",
    conda:
        "../envs/patches.yaml"
    resources:
        mem_mb=per_attempt(2000),
        runtime=per_attempt(60),
    params:
        code=code_of("patches_preview"),
        settings={"categories": list(PATCHES_CATEGORIES), "videos": PATCHES_SHOWN},
    script:
        "../scripts/patches_preview.py"


rule patches_card:
    """The patches have a card for programs and one for people: what they are, what was lost, licences, limits."""
    input:
        rows=of_buckets(rules.patches_rows.output.rows),
        sources=rules.sources_summary.output.outcomes,
        summary=rules.sources_summary.output.table,
        outcomes=rules.patches_summary.output.outcomes,
        manifest=rules.patches_tree.output.manifest,
        pictures=[rules.patches_preview.output.sheets],
    output:
        croissant="results/patches/card/croissant.json",
        index="results/patches/card/index.parquet",
        sources="results/patches/card/sources.parquet",
        pictures=directory("results/patches/card/pictures"),
        readme="results/patches/card/README.md",
        tile="results/patches/card/tile.json",
        page=report(
            "results/patches/card/README.html",
            caption="captions/patches_card.rst",
            category="patches",
            subcategory="dataset",
            labels={"video": "all", "shows": "card"},
        ),
    log:
        "logs/patches_card.log",
    localrule: True
    conda:
        "../envs/cards.yaml"
    params:
        code=code_of("patches_card"),
        settings={"chosen": {"patches": PATCHES}, "citation": CITATION, "shown": PATCHES_SHOWN},
    script:
        "../scripts/patches_card.py"


rule patches_contract:
    """The patches keep what they promise, which contract.json says."""
    input:
        folders=rules.patches_tree.output.folders,
        manifest=rules.patches_tree.output.manifest,
        accounts=of_buckets(rules.patches_rows.output.accounts),
        outcomes=rules.patches_summary.output.outcomes,
        crashed=crashes_of("patches"),
    output:
        contract="results/patches/contract.json",
    log:
        "logs/patches_contract.log",
    localrule: True
    conda:
        "../envs/patches.yaml"
    params:
        code=code_of("patches_contract"),
        settings=patches_settings.compose_contract(PATCHES, PATCHES_SHARES) | {"folders": PATCHES_FOLDERS},
    script:
        "../scripts/patches_contract.py"


rule patches_val:
    """Pictures that a person put into Val/GT have small copies beside them, and training has not seen them."""
    input:
        manifest=rules.patches_tree.output.manifest,
        pictures=lambda wildcards: sorted(
            str(path)
            for folder in PATCHES_BY_HAND
            for path in Path(PATCHES_DATASET, folder).glob("*.png")
            if "{" not in path.name
        ),
    output:
        folders=[
            directory(f"{PATCHES_DATASET}/{folder}") for folder in patches_formats.list_stacks_by_hand(PATCHES_BY_HAND)
        ],
        contract="results/patches/val.json",
    log:
        "logs/patches_val.log",
    localrule: True
    conda:
        "../envs/patches.yaml"
    params:
        code=code_of("patches_val"),
        settings=patches_settings.compose_val(PATCHES, by_hand=bool(PATCHES_BY_HAND)),
    script:
        "../scripts/patches_val.py"


rule patches_forecast:
    """How many patches, images, gigabytes and hours the table of videos will take is said. It makes nothing."""
    log:
        "logs/patches_forecast.log",
    localrule: True
    conda:
        "../envs/patches.yaml"
    threads: 1024  # as many as this run was given: that is what it tells
    params:
        code=code_of("patches_forecast"),
        settings=patches_settings.compose_wanted(PATCHES, PATCHES_WINDOWS)
        | {"probes": {video: rules.sources_probe.output.probe.format(video=video) for video in PATCHES_FILMS}},
    script:
        "../scripts/patches_forecast.py"


rule patches_gallery:
    """Patches of films that may be shown can be looked through in gallery/index.html, rejected places as well."""
    input:
        rows=of_buckets(rules.patches_rows.output.rows),
        parts=of_parts(rules.patches_cut.output.folder, PATCHES_PARTS, lambda wildcards: PATCHES_SHOWN),
    output:
        gallery=directory("results/patches/gallery"),
    log:
        "logs/patches_gallery.log",
    localrule: True
    conda:
        "../envs/patches.yaml"
    params:
        code=code_of("patches_gallery"),
        settings=patches_settings.compose_gallery(PATCHES, PATCHES_SHOWN, config["seed"]),
    script:
        "../scripts/patches_gallery.py"


include: "patches_exports.smk"


rule patches:
    """The dataset of patches is there, checked and described."""
    input:
        *if_used(
            "patches",
            rules.patches_wanted.output,
            of_buckets(rules.patches_rows.output),
            rules.patches_tree.output,
            rules.patches_editions.output,
            rules.patches_summary.output,
            rules.patches_preview.output,
            rules.patches_val.output,
            rules.patches_card.output,
            rules.patches_gallery.output,
            rules.patches_contract.output.contract,
            *(name for format in PATCHES_EXPORTS for name in PATCHES_EXPORTED[format]),
            emptied=(of_buckets(rules.patches_rows.output), rules.patches_tree.output),
        ),
