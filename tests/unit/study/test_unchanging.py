"""What is known of a study is a value: nobody changes it afterwards, and equal ones are equal."""

import dataclasses

import pytest

from framewright.study import contract, declared, forecast, leftovers, lock, usage
from framewright.study.bucket_jobs import lease, phases, run, stamps
from framewright.study.cluster import efficiency, queue
from framewright.study.monitor import load, snapshot

VALUES = [
    *(lease.Holder, phases.Step, run.Phase, run.Means, stamps.Crash, stamps.Stamp, efficiency.Efficiency),
    *(queue.Queued, contract.Finding, contract.Part, declared.Declared, forecast.Work, forecast.Row, leftovers.Made),
    *(lock.Holder, load.Process, load.Rates, snapshot.Part, snapshot.Working, snapshot.Failure, snapshot.Snapshot),
    usage.Usage,
]


@pytest.mark.parametrize("kind", VALUES, ids=lambda kind: f"{kind.__module__.rpartition('.')[2]}.{kind.__name__}")
def test_a_value_is_not_changed(kind):
    fields = dataclasses.fields(kind)
    made = kind(*(f"{number}" for number, _ in enumerate(fields)))
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(made, fields[0].name, "another")
    assert made == dataclasses.replace(made)
