"""Rate FlexPatch and its baselines on sequences of a video."""

from framewright.flexpatch.evaluation.evaluate import rate_video
from framewright.flexpatch.evaluation.options import read_plan
from framewright.flexpatch.samples.observations import read_observations
from framewright.flexpatch.samples.options import DetectorSettings
from framewright.flexpatch.samples.truth import build_detector
from framewright.study import job
from framewright.study.record import write_record
from framewright.video.probe import read_probe

log = job.start(snakemake)
inputs, outputs, settings = snakemake.input, snakemake.output, snakemake.params.settings

record, costs = rate_video(
    inputs.video,
    snakemake.wildcards.video,
    read_probe(inputs.probe).use,
    read_observations(inputs.observations),
    build_detector(DetectorSettings(**settings["detector"]), inputs.weights),
    read_plan(settings["plan"]),
    {"pretrained": inputs.pretrained, "trained": inputs.trained, "none": None},
    job.start_progress(),
)
with job.whole(outputs.costs) as path:
    write_record(path, costs)
with job.whole(outputs.record) as path:
    write_record(path, record)
log.info("%d sequences", len(record["sequences"]))
