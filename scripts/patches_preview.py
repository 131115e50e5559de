"""Show patches to people: pairs of each category, rejected windows, and HDR films before and after."""

from pathlib import Path

from framewright.patches.manifest import read_patches
from framewright.patches.preview import draw_bright, draw_pairs, draw_rejects
from framewright.patches.record import read_frames, read_plan
from framewright.report.picture import write_sheets
from framewright.study import job

log = job.start(snakemake)
inputs, outputs, settings = snakemake.input, snakemake.output, snakemake.params.settings

dataset = Path(inputs.manifest).parent / "dataset"
shown = [patch for patch in read_patches(inputs.manifest) if patch.video in settings["videos"]]
sheets = {
    f"pairs-{category}": draw_pairs(dataset, [patch for patch in shown if patch.category == category])
    for category in settings["categories"]
}
films = zip(
    inputs.videos, (read_plan(plan).film for plan in inputs.plans), map(read_frames, inputs.frames), strict=True
)
bright = draw_bright((video, film, frames) for video, film, frames in films if film and film.view.tone)
with job.whole(outputs.sheets) as folder:
    write_sheets(folder, sheets | {"rejected": draw_rejects(inputs.parts), "bright": bright})
log.info("%d patches may be shown", len(shown))
