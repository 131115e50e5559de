"""Follow the objects of a video, and write a row for each track in each frame: its features, and its overlap."""

from framewright.flexpatch.samples.collect import sample_video
from framewright.flexpatch.samples.columns import write_samples
from framewright.flexpatch.samples.observations import read_observations
from framewright.flexpatch.samples.options import Sampling
from framewright.study import job
from framewright.study.definition import compute_definition
from framewright.study.record import write_record
from framewright.video.probe import read_probe

log = job.start(snakemake)
inputs, outputs, settings = snakemake.input, snakemake.output, snakemake.params.settings

samples, record = sample_video(
    inputs.video,
    snakemake.wildcards.video,
    read_observations(inputs.observations),
    read_probe(inputs.probe).use,
    Sampling(**settings["sampling"]),
    settings["features"],
    job.start_progress(),
)
with job.whole(outputs.samples) as path:
    write_samples(path, samples)
with job.whole(outputs.record) as path:
    write_record(path, record | {"settings": compute_definition(settings)})
log.info("%d samples: %s", record["samples"], record["labels"])
