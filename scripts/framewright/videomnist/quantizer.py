"""Two quantizers of latents: a codebook learnt by moving averages, and finite scalar quantization without a codebook.

Both take latents z (B, D, t, h, w) float and return a `Quantized`; `vectors(codes)` looks up what a decoder gets.
"""

import math
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import nn

LEVELS = {64: (8, 8), 512: (8, 8, 8), 2048: (8, 8, 8, 4), 4096: (8, 8, 8, 8)}  # of fsq, by the number of codes
DECAY, SMOOTHING, COMMITMENT = 0.99, 1e-7, 0.25  # VideoGPT's
COMPARED = 512  # latents at a time: their distances to some thousand codes stay in a processor's cache


class Quantized(NamedTuple):
    """`vectors` (B, D, t, h, w) with straight-through gradients, `codes` (B, t, h, w) int64, and a loss to add."""

    vectors: torch.Tensor
    codes: torch.Tensor
    loss: torch.Tensor


class VectorQuantizer(nn.Module):
    """The nearest vector of a codebook, which follows the latents by moving averages of counts and sums.

    The first training batch gives the first codebook. A code whose average count falls below 1 restarts at a latent of
    the current batch. Random choices come from torch's generator. Names of buffers are VideoGPT's.
    """

    embeddings: torch.Tensor
    N: torch.Tensor
    z_avg: torch.Tensor

    def __init__(self, n_codes: int, dim: int, follows: bool = True) -> None:
        super().__init__()
        self.n_codes, self.dim, self.follows = n_codes, dim, follows
        self.register_buffer("embeddings", torch.randn(n_codes, dim))
        self.register_buffer("N", torch.zeros(n_codes))  # moving average of each code's count; all 0 before any batch
        self.register_buffer("z_avg", self.embeddings.clone())  # moving average of the sum of its latents

    def forward(self, z: torch.Tensor) -> Quantized:
        """Quantize latents; in training, move the codebook towards them."""
        flat = z.movedim(1, -1).flatten(end_dim=-2).float()  # (B*t*h*w, D)
        if self.training and self.follows and not self.N.any():
            self._begin(flat.detach())
        flat_codes = _nearest(flat, self.embeddings) if self.follows else self._nearest_of_clusters(flat)
        codes = flat_codes.view(z.shape[0], *z.shape[2:])
        vectors = self.vectors(codes)  # looked up before the codebook moves
        if self.training and self.follows:
            self._follow(flat.detach(), flat_codes)
        loss = COMMITMENT * F.mse_loss(z, vectors.detach())
        return Quantized(z + (vectors - z).detach(), codes, loss)

    def vectors(self, codes: torch.Tensor) -> torch.Tensor:
        """(B, D, t, h, w): the codebook's vectors of codes (B, t, h, w)."""
        return F.embedding(codes, self.embeddings).movedim(-1, 1)

    @torch.no_grad()
    def load_clusters(self, latents: torch.Tensor, rounds: tuple[int, int]) -> None:
        """Take the clusters of latents (n, D) as codes, the vector 0 being the first.

        The first `rounds` of the search look at a third of the latents, the last ones at all.
        """
        latents = latents[torch.randperm(len(latents))]
        count = self.n_codes - 1
        centres = latents[:count] if len(latents) >= count else self._some(latents)[:count]
        few = latents[: max(count, len(latents) // 3)]
        for part in [few] * rounds[0] + [latents] * rounds[1]:  # Lloyd's
            nearest = _nearest(part, centres)
            counts = torch.bincount(nearest, minlength=count)[:, None]
            sums = torch.zeros_like(centres).index_add_(0, nearest, part)
            lost = part[torch.randperm(len(part))[:count]] if len(part) >= count else centres
            centres = torch.where(counts > 0, sums / counts.clamp(min=1), lost)
        self.embeddings.copy_(torch.cat([torch.zeros_like(centres[:1]), centres]))
        self.N.fill_(1)

    def _nearest_of_clusters(self, flat: torch.Tensor) -> torch.Tensor:
        """The nearest codes where code 0 is the vector 0: most patches are empty, and need not be compared."""
        codes = torch.zeros(len(flat), dtype=torch.int64, device=flat.device)
        there = flat.any(1)
        codes[there] = _nearest(flat[there], self.embeddings)
        return codes

    @torch.no_grad()
    def _begin(self, flat: torch.Tensor) -> None:
        some = self._some(flat)
        self.embeddings.copy_(some)
        self.z_avg.copy_(some)
        self.N.fill_(1)

    @torch.no_grad()
    def _follow(self, flat: torch.Tensor, codes: torch.Tensor) -> None:
        counts = torch.bincount(codes, minlength=self.n_codes).to(flat)
        sums = torch.zeros_like(self.z_avg).index_add_(0, codes, flat)
        self.N.mul_(DECAY).add_(counts, alpha=1 - DECAY)
        self.z_avg.mul_(DECAY).add_(sums, alpha=1 - DECAY)
        total = self.N.sum()
        weights = (self.N + SMOOTHING) / (total + self.n_codes * SMOOTHING) * total
        used = (self.N >= 1)[:, None]
        self.embeddings.copy_(torch.where(used, self.z_avg / weights[:, None], self._some(flat)))

    def _some(self, flat: torch.Tensor) -> torch.Tensor:
        """(n_codes, D): latents in random order, repeated with a little noise where there are too few."""
        if len(flat) < self.n_codes:
            flat = flat.repeat(-(-self.n_codes // len(flat)), 1)
            flat = flat + torch.randn_like(flat) * 0.01 / math.sqrt(self.dim)
        return flat[torch.randperm(len(flat), device=flat.device)[: self.n_codes]]


def _nearest(rows: torch.Tensor, centres: torch.Tensor) -> torch.Tensor:
    """(n,) int64: of each row (n, D) the nearest of the centres (m, D)."""
    half, across = (centres**2).sum(1) / 2, centres.T.contiguous()
    size = max(1, len(rows)) if rows.is_cuda else COMPARED
    return torch.cat([torch.addmm(half, part, across, alpha=-1).argmin(1) for part in rows.split(size)])


class FiniteScalarQuantizer(nn.Module):
    """Each of a few dimensions is rounded to one of its levels; the code is their number in a mixed radix.

    There is nothing to learn here and no loss to add. Vectors lie between -1 and 1.
    """

    basis: torch.Tensor
    levels: torch.Tensor

    def __init__(self, levels: tuple[int, ...]) -> None:
        super().__init__()
        self.n_codes, self.dim = math.prod(levels), len(levels)
        basis = [math.prod(levels[:place]) for place in range(len(levels))]
        self.register_buffer("levels", torch.tensor(levels), persistent=False)
        self.register_buffer("basis", torch.tensor(basis), persistent=False)

    def forward(self, z: torch.Tensor) -> Quantized:
        """Quantize latents of as many dimensions as there are levels."""
        z = z.movedim(1, -1).float()
        half = (self.levels - 1) * (1 + 1e-3) / 2
        offset = (self.levels % 2 == 0) / 2
        bounded = torch.tanh(z + torch.atanh(offset / half)) * half - offset
        whole = bounded + (bounded.round() - bounded).detach()
        width = self.levels // 2
        codes = ((whole.detach() + width).round().long() * self.basis).sum(-1)
        return Quantized((whole / width).movedim(-1, 1), codes, whole.new_zeros(()))

    def vectors(self, codes: torch.Tensor) -> torch.Tensor:
        """(B, D, t, h, w): the vectors of codes (B, t, h, w)."""
        digits = codes[..., None] // self.basis % self.levels
        width = self.levels // 2
        return ((digits - width) / width).movedim(-1, 1)
