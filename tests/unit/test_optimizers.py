"""Our optimizers do what PyTorch's do, to the bit, and import no compiler."""

import subprocess
import sys

import pytest
import torch

from framewright.optimizers import Adam, AdamW

PROGRAM = """
import sys, torch
from framewright.optimizers import AdamW
from framewright.study.job import compute_on_one_thread
compute_on_one_thread()
assert torch.are_deterministic_algorithms_enabled()
layer = torch.nn.Linear(3, 2)
optimizer = AdamW(layer.parameters(), 0.1)
schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.1, total_steps=3)
optimizer.zero_grad()
layer(torch.ones(1, 3)).sum().backward()
optimizer.step()
schedule.step()
optimizer.load_state_dict(optimizer.state_dict())
assert "torch._dynamo" not in sys.modules, "the compiler was imported"
"""


def learn(kind: type, **settings: object) -> tuple[list[torch.Tensor], dict]:
    torch.manual_seed(0)
    layer = torch.nn.Linear(5, 3)
    optimizer = kind(layer.parameters(), 0.05, **settings)
    for step in range(7):
        optimizer.zero_grad()
        torch.tanh(layer(torch.full((2, 5), step / 7))).square().sum().backward()
        optimizer.step()
    return [parameter.detach() for parameter in layer.parameters()], optimizer.state_dict()


@pytest.mark.parametrize(
    ("ours", "theirs", "settings"),
    [
        (Adam, torch.optim.Adam, {}),
        (AdamW, torch.optim.AdamW, {}),
        (AdamW, torch.optim.AdamW, {"betas": (0.9, 0.95), "weight_decay": 0.3}),
    ],
)
def test_they_learn_as_pytorch_s_do(ours, theirs, settings):
    (mine, state), (other, known) = learn(ours, **settings), learn(theirs, **settings)
    assert all(torch.equal(a, b) for a, b in zip(mine, other, strict=True))
    assert state["param_groups"] == known["param_groups"]
    assert all(torch.equal(state["state"][0][key], known["state"][0][key]) for key in known["state"][0])


@pytest.mark.slow
def test_a_job_that_trains_imports_no_compiler():
    subprocess.run([sys.executable, "-c", PROGRAM], check=True)
