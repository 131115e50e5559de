"""Check what the moving digits promise; a broken promise fails the build."""

from pathlib import Path

from framewright.study import job
from framewright.study.contract import hold, write_contract
from framewright.videomnist.clip_spec import ClipSpec
from framewright.videomnist.contract import check_files, read_records
from framewright.videomnist.digits import read_digits

log = job.start(snakemake)
inputs, outputs, settings = snakemake.input, snakemake.output, snakemake.params.settings

made = {"train": read_records(inputs.train), "test": read_records(inputs.test)}
digits, spec = read_digits(inputs.digits), ClipSpec(**settings["clip"])

findings = hold(check_files(Path(inputs.documented), Path(inputs.videogpt), made, digits, spec), log)
with job.whole(outputs.contract) as path:
    write_contract(path, findings)
