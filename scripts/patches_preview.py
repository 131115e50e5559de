"""Show patches to people: pairs of each category, rejected windows, and bright films before and after."""

from pathlib import Path

from framewright.patches.manifest import read_patches
from framewright.patches.preview import bright, pairs, rejects
from framewright.patches.record import read_frames, read_plan
from framewright.report.picture import write_png
from framewright.study import job

log = job.start(snakemake)
given, files = snakemake.params, snakemake.input

dataset = Path(files.manifest).parent / "dataset"
shown = [patch for patch in read_patches(files.manifest) if patch.video in given.videos]
for category, sheet in zip(given.categories, snakemake.output.sheets, strict=True):
    with job.whole(sheet) as path:
        write_png(path, pairs(dataset, [patch for patch in shown if patch.category == category]))
with job.whole(snakemake.output.rejects) as path:
    write_png(path, rejects(files.parts))
films = zip(files.videos, (read_plan(plan)[1] for plan in files.plans), map(read_frames, files.frames), strict=True)
with job.whole(snakemake.output.bright) as path:
    write_png(path, bright(film for film in films if film[1] and film[1].view.tone))
log.info("%d patches may be shown", len(shown))
