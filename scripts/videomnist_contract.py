"""Check what the moving digits promise; a broken promise fails the build."""

from pathlib import Path

from framewright.study import job
from framewright.study.contract import hold, write_contract
from framewright.videomnist.contract import contract, read_made
from framewright.videomnist.digits import read_digits
from framewright.videomnist.render import Look

log = job.start(snakemake)
given = snakemake.input

made = {"train": read_made(given.train), "test": read_made(given.test)}
digits, look = read_digits(given.digits), Look(**snakemake.params.look)

findings = hold(contract(Path(given.documented), Path(given.videogpt), made, digits, look), log)
with job.whole(snakemake.output.contract) as path:
    write_contract(path, findings)
