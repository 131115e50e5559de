# Tracks, seventh stage: the documented trees, with tables that other tools open.
# requires: tracks_rows.smk, tracks_curation.smk
# yields:   results/tracks/tracks_meta/<dataset>/<xx>/, results/tracks/tracks_mp4/<dataset>/{<xx>/, metadata.parquet},
#           results/tracks/schemas/<dataset>-{2024-06,2025}.jsonl.gz


rule tracks_tree:
    """Tracks and clips stand in the trees that TrackVerse documents, hard-linked, and in its other two schemas."""
    input:
        rows=of_buckets(rules.tracks_rows.output.rows),
        accounts=of_buckets(rules.tracks_rows.output.accounts),
        splits=rules.tracks_duplicates.output.splits,
    output:
        meta=directory(f"results/tracks/tracks_meta/{TRACKS.dataset}"),
        clips=directory(f"results/tracks/tracks_mp4/{TRACKS.dataset}"),
        frames=f"results/tracks/schemas/{TRACKS.dataset}-2024-06.jsonl.gz",
        release=f"results/tracks/schemas/{TRACKS.dataset}-2025.jsonl.gz",
    log:
        "logs/tracks_tree.log",
    localrule: True
    conda:
        "../envs/curation.yaml"
    params:
        code=code_of("tracks_tree"),
        # The rows hold digests of all that is linked: they change when a file does.
        settings={
            "metas": str(rules.tracks_follow.output.meta),
            "folders": str(rules.tracks_extract.output.clips),
            "dataset": TRACKS.dataset,
        },
    script:
        "../scripts/tracks_tree.py"
