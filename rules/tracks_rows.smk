# Tracks, fifth stage: clips are measured; all that is known of tracks stands in rows.
# requires: tracks_objects.smk, tracks_clips.smk
# yields:   results/tracks/posters/<video>.npz, results/tracks/{tracks_motion,tracks_embeddings,tracks_quality}/<dataset>/<video>.npz,
#           results/tracks/rows/<bucket>{.parquet, .pieces, -accounts.jsonl, -outcomes.tsv, -promises.json}


rule tracks_metrics:
    """The clips of a video are measured in one decode: motion, embeddings and quality, by track id."""
    input:
        clips=rules.tracks_extract.output.clips,
        record=rules.tracks_extract.output.record,
        meta=rules.tracks_follow.output.meta,
        detections=rules.tracks_detect.output.detections,
        motion=TRACKS.motion_files(),
        embedding=TRACKS.embedding_files(),
    output:
        motion=f"results/tracks/tracks_motion/{TRACKS.dataset}/{{video}}.npz",
        embeddings=f"results/tracks/tracks_embeddings/{TRACKS.dataset}/{{video}}.npz",
        quality=f"results/tracks/tracks_quality/{TRACKS.dataset}/{{video}}.npz",
        posters="results/tracks/posters/{video}.npz",
    log:
        "logs/tracks_metrics/{video}.log",
    benchmark:
        "benchmarks/tracks_metrics/{video}.tsv"
    conda:
        "../envs/curation.yaml"
    resources:
        mem_mb=per_attempt(1500),
        runtime=minutes_of("tracks_metrics"),
    params:
        code=code_of("tracks_metrics"),
        settings=TRACKS.choose("metrics"),
    script:
        "../scripts/tracks_metrics.py"


rule tracks_rows:
    """The tracks of a bucket of videos stand in rows, which all else reads; beside them what became of each video."""
    input:
        probes=of_bucket(rules.sources_probe.output.probe, TRACKS_VIDEOS),
        segments=of_bucket(rules.tracks_segment.output.record, TRACKS_VIDEOS),
        texts=of_bucket(rules.tracks_segment.output.text, TRACKS_VIDEOS),
        privacy=of_bucket(rules.tracks_deface.output.record, TRACKS_VIDEOS),
        audits=of_bucket(rules.tracks_audit.output.audit, TRACKS_VIDEOS),
        searches=of_bucket(rules.tracks_follow.output.record, TRACKS_VIDEOS),
        metas=of_bucket(rules.tracks_follow.output.meta, TRACKS_VIDEOS),
        clips=of_bucket(rules.tracks_extract.output.record, TRACKS_VIDEOS),
        motions=of_bucket(rules.tracks_metrics.output.motion, TRACKS_VIDEOS),
        embeddings=of_bucket(rules.tracks_metrics.output.embeddings, TRACKS_VIDEOS),
        qualities=of_bucket(rules.tracks_metrics.output.quality, TRACKS_VIDEOS),
        declared=rules.sources_declared.output.table,
    output:
        rows="results/tracks/rows/{bucket}.parquet",
        lines="results/tracks/rows/{bucket}.pieces",
        accounts="results/tracks/rows/{bucket}-accounts.jsonl",
        outcomes="results/tracks/rows/{bucket}-outcomes.tsv",
        promises="results/tracks/rows/{bucket}-promises.json",
    log:
        "logs/tracks_rows/{bucket}.log",
    localrule: True
    conda:
        "../envs/curation.yaml"
    params:
        code=code_of("tracks_rows"),
        settings=TRACKS.choose("lengths", "clips") | {"dataset": TRACKS.dataset, "definition": TRACKS.define_tracks()},
    script:
        "../scripts/tracks_rows.py"
