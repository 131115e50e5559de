"""Cut one part of a film into patches: a folder of them as they lie in the dataset, their rows and all attempts."""

from framewright.patches.attempts import write_attempts
from framewright.patches.cut import cut_part, load_settings
from framewright.patches.manifest import write_patches
from framewright.patches.record import DEFINITION, read_frames, read_plan
from framewright.study import job
from framewright.study.record import write_record

log = job.start(snakemake)
inputs, outputs, settings = snakemake.input, snakemake.output, snakemake.params.settings

plan = read_plan(inputs.plan)
with job.whole(outputs.folder) as folder:
    folder.mkdir()
    patches, attempts = cut_part(
        inputs.video,
        plan.film,
        read_frames(inputs.frames),
        plan.parts[int(snakemake.wildcards.part)],
        load_settings(settings),
        folder,
        job.start_progress(),
    )
    write_patches(folder / "patches.tsv", patches)
    write_attempts(folder / "attempts.tsv", attempts)
    write_record(folder / DEFINITION, {"definition": settings["definition"]})
log.info("%d patches of %d attempts", len(patches), len(attempts))
