"""PyTorch's Adam and AdamW without its compiler, which they import when one is made: seconds, and 200 MB, for nothing.

Nothing here is compiled, so the methods are those that PyTorch has below the hooks of its compiler.
"""

from collections.abc import Callable
from typing import Any

import torch
from torch.optim import Optimizer


def _inner(method: Callable[..., Any]) -> Callable[..., Any]:
    """The method below its hook; itself where another release of PyTorch has no hook there."""
    return getattr(method, "__wrapped__", method)


class Eager(Optimizer):
    """An optimizer that asks no compiler."""

    add_param_group = _inner(Optimizer.add_param_group)
    zero_grad = _inner(Optimizer.zero_grad)
    state_dict = _inner(Optimizer.state_dict)
    load_state_dict = _inner(Optimizer.load_state_dict)


class Adam(Eager, torch.optim.Adam):
    """`torch.optim.Adam`, to the bit."""

    step = torch.no_grad()(_inner(torch.optim.Adam.step))


class AdamW(Eager, torch.optim.AdamW):
    """`torch.optim.AdamW`, to the bit."""

    step = torch.no_grad()(_inner(torch.optim.AdamW.step))
