"""Cut one part of a film into patches: a folder of them as they lie in the dataset, their rows and all attempts."""

from framewright.patches.attempts import write_attempts
from framewright.patches.cut import cut_or_nothing, settings_of
from framewright.patches.manifest import write_patches
from framewright.patches.record import read_frames, read_plan
from framewright.study import job

log = job.start(snakemake)
given = snakemake.params

record, film, parts = read_plan(snakemake.input.plan)
with job.whole(snakemake.output.folder) as folder:
    folder.mkdir()
    patches, attempts = cut_or_nothing(
        snakemake.input.video,
        film,
        read_frames(snakemake.input.frames),
        parts[int(snakemake.wildcards.part)],
        settings_of(given.settings, given.seed, given.gallery),
        folder,
    )
    write_patches(folder / "patches.tsv", patches)
    write_attempts(folder / "attempts.tsv", attempts)
log.info("%d patches of %d attempts", len(patches), len(attempts))
