"""VideoGPT: a causal transformer that predicts a video's codes one by one, over the raster frame by frame, row by row.

    model = Gpt(GptConfig(shape=(4, 8, 8), n_codes=512, code_dim=256, classes=10), vectors)
    logits = model(codes, labels)   # (B, L) int64, (B,) int64 -> (B, L, n_codes); row p has seen codes 0 to p - 1 alone
    cache = model.start(B)          # one code after the other: the same logits, each for the price of one
    logits = model.step(None, labels, cache)     # (B, n_codes) of the first
    logits = model.step(chosen, labels, cache)   # of the next

With the defaults it is VideoGPT's. `positions="rope"` also turns queries and keys by their place on each axis, and
norms them. With `neighbours=True` each place also reads the vectors of the known codes around it, and the likelihood of
a code depends on its vector, so that similar codes are learnt together.
"""

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.checkpoint import checkpoint

from framewright.videomnist.frame_encoder import WIDTH, FrameEncoder

NO_CLASS = -1  # the label of a video whose class is not told
TURNS = 100.0  # rotary frequencies go from 1 to 1 / TURNS radians a place


@dataclass(frozen=True)
class GptConfig:
    """Sizes of the transformer, and what it is told beside the codes."""

    shape: tuple[int, int, int]  # of the raster: frames, height, width
    n_codes: int
    code_dim: int  # of a code's vector
    hidden_dim: int = 576
    heads: int = 4
    layers: int = 8
    dropout: float = 0.2
    attn_dropout: float = 0.3
    positions: str = "axial"  # or rope
    neighbours: bool = False
    classes: int = 0  # 0: none is told
    cond_frames: int = 0  # the first frames, told as pictures through a residual network and cross attention
    size: int = 64  # pixels a side of these frames

    @property
    def length(self) -> int:
        """Codes of a video."""
        return math.prod(self.shape)


class Cache:
    """Keys and values of all layers so far, for a batch: 2 x layers x (B, heads, L, d)."""

    def __init__(self, config: GptConfig, batch: int, like: torch.Tensor) -> None:
        size = (config.layers, batch, config.heads, config.length, config.hidden_dim // config.heads)
        self.keys, self.values = like.new_zeros(size), like.new_zeros(size)
        self.codes = torch.full((batch, config.length), -1, device=like.device)
        self.length = 0
        self.memory: torch.Tensor | None = None  # (B, n, WIDTH): what is known of the given frames


class Gpt(nn.Module):
    """The transformer; `vectors` (n_codes, code_dim) are the codes' vectors, which are not learnt here."""

    vectors: torch.Tensor
    around: torch.Tensor

    def __init__(self, config: GptConfig, vectors: torch.Tensor) -> None:
        super().__init__()
        self.config = config
        self.register_buffer("vectors", vectors, persistent=False)
        if config.cond_frames:
            side = config.size // 4
            self.resnet = FrameEncoder()
            self.cond_pos_embd = AxialEmbedding((config.cond_frames, side, side), WIDTH)
        self.fc_in = nn.Linear(config.code_dim, config.hidden_dim, bias=False)
        nn.init.normal_(self.fc_in.weight, std=0.02)
        if config.neighbours:
            around = list_neighbours(config.shape)
            self.register_buffer("around", around, persistent=False)
            self.surroundings = nn.Linear(around.shape[1] * config.code_dim, config.hidden_dim, bias=False)
            nn.init.normal_(self.surroundings.weight, std=0.02)
            self.likeness = nn.Linear(config.hidden_dim, config.code_dim + 1)
            nn.init.zeros_(self.likeness.weight)
            nn.init.zeros_(self.likeness.bias)
        self.attn_stack = AttentionStack(config)
        self.norm = ConditionalNorm(config)
        self.fc_out = nn.Linear(config.hidden_dim, config.n_codes, bias=False)
        nn.init.zeros_(self.fc_out.weight)  # so that the first loss is ln(n_codes)

    def forward(
        self, codes: torch.Tensor, labels: torch.Tensor | None = None, frames: torch.Tensor | None = None
    ) -> torch.Tensor:
        """Logits (B, L, n_codes) of all codes (B, L); `frames` (B, 3, cond_frames, S, S) from -0.5 to 0.5."""
        label = self._class(labels)
        shifted = self.attn_stack.right_shift(self._embedded(codes))
        h = self.attn_stack(shifted + self._surrounded(codes), label, self._memory(frames))
        return self._logits(h, label)

    def start(self, batch: int, frames: torch.Tensor | None = None) -> Cache:
        """An empty cache for `step`."""
        cache = Cache(self.config, batch, self.fc_in.weight.detach())
        cache.memory = self._memory(frames)
        return cache

    def step(self, last: torch.Tensor | None, labels: torch.Tensor | None, cache: Cache) -> torch.Tensor:
        """Logits (B, n_codes) of the next code after `last` (B,), or of the first; the cache grows by one place."""
        label = self._class(labels)
        if last is None:
            h = self.attn_stack.right_shift.sos.expand(len(cache.codes), 1, -1)
        else:
            cache.codes[:, cache.length - 1] = last
            h = self._embedded(last[:, None])
        place = slice(cache.length, cache.length + 1)
        h = self.attn_stack.step(h + self._surrounded(cache.codes, place), label, cache)
        return self._logits(h, label)[:, 0]

    def _embedded(self, codes: torch.Tensor) -> torch.Tensor:
        return self.fc_in(F.embedding(codes, self.vectors))

    def _surrounded(self, codes: torch.Tensor, places: slice = slice(None)) -> torch.Tensor | float:
        """(B, places, hidden): what the known codes around each place say."""
        if not self.config.neighbours:
            return 0.0
        around = self.around[places]  # (places, n), -1 for what is outside
        vectors = F.embedding(codes.clamp(min=0), self.vectors)[:, around.clamp(min=0)]  # (B, places, n, code_dim)
        return self.surroundings((vectors * (around >= 0)[..., None]).flatten(2))

    def _logits(self, h: torch.Tensor, label: torch.Tensor | None) -> torch.Tensor:
        h = self.norm(h, label)
        if not self.config.neighbours:
            return self.fc_out(h)
        square = (self.vectors**2).mean(1, keepdim=True)
        return self.fc_out(h) + self.likeness(h) @ torch.cat([self.vectors, square], 1).T

    def _class(self, labels: torch.Tensor | None) -> torch.Tensor | None:
        """(B, classes): one-hot, all zero where the class is not told."""
        if not self.config.classes or labels is None:
            return None
        return F.one_hot(labels + 1, self.config.classes + 1)[:, 1:].to(self.fc_in.weight)

    def _memory(self, frames: torch.Tensor | None) -> torch.Tensor | None:
        return None if frames is None else self.cond_pos_embd(self.resnet(frames))


class AttentionStack(nn.Module):
    """Positions and blocks. (B, L, hidden) -> (B, L, hidden), each place knowing what is before it."""

    turn: torch.Tensor

    def __init__(self, config: GptConfig) -> None:
        super().__init__()
        self.config = config
        self.right_shift = RightShift(config.hidden_dim)
        self.pos_embd = AxialEmbedding(config.shape, config.hidden_dim)
        self.attn_nets = nn.ModuleList(AttentionBlock(config) for _ in range(config.layers))
        turn = compute_rotation(config.shape, config.hidden_dim // config.heads) if config.positions == "rope" else None
        self.register_buffer("turn", turn, persistent=False)

    def forward(self, h: torch.Tensor, label: torch.Tensor | None, memory: torch.Tensor | None) -> torch.Tensor:
        h = self.pos_embd(h)
        for block in self.attn_nets:
            if self.training and self.config.dropout:  # the origin's: compute again rather than keep
                h = checkpoint(block, h, label, memory, self.turn, use_reentrant=False)
            else:
                h = block(h, label, memory, self.turn)
        return h

    def step(self, h: torch.Tensor, label: torch.Tensor | None, cache: Cache) -> torch.Tensor:
        """(B, 1, hidden) of the place that comes next -> (B, 1, hidden)."""
        place = slice(cache.length, cache.length + 1)
        h = h + self.pos_embd.flat()[place]
        turn = None if self.turn is None else self.turn[:, place]
        for layer, block in enumerate(self.attn_nets):
            h = block(h, label, cache.memory, turn, cache, layer)
        cache.length += 1
        return h


class AttentionBlock(nn.Module):
    """Causal attention, attention to the given frames where there are any, and two linear layers; norms come first."""

    def __init__(self, config: GptConfig) -> None:
        super().__init__()
        hidden = config.hidden_dim
        self.pre_attn_norm = ConditionalNorm(config)
        self.attn = CausalAttention(config)
        if config.cond_frames:
            self.pre_enc_norm = ConditionalNorm(config)
            self.enc_attn = CrossAttention(config)
        self.pre_fc_norm = ConditionalNorm(config)
        self.fc_block = nn.Sequential(nn.Linear(hidden, 4 * hidden), QuickGelu(), nn.Linear(4 * hidden, hidden))
        self.dropout = nn.Dropout(config.dropout)

    def forward(
        self,
        h: torch.Tensor,
        label: torch.Tensor | None,
        memory: torch.Tensor | None,
        turn: torch.Tensor | None,
        cache: Cache | None = None,
        layer: int = 0,
    ) -> torch.Tensor:
        h = h + self.dropout(self.attn(self.pre_attn_norm(h, label), turn, cache, layer))
        if memory is not None:
            h = h + self.dropout(self.enc_attn(self.pre_enc_norm(h, label), memory))
        return h + self.dropout(self.fc_block(self.pre_fc_norm(h, label)))


class CausalAttention(nn.Module):
    """Each place attends to itself and to those before it. (B, L, hidden) -> the same."""

    def __init__(self, config: GptConfig) -> None:
        super().__init__()
        self.config = config
        hidden = config.hidden_dim
        self.w_qs, self.w_ks, self.w_vs = (nn.Linear(hidden, hidden, bias=False) for _ in range(3))
        self.fc = nn.Linear(hidden, hidden)
        for layer in (self.w_qs, self.w_ks, self.w_vs):
            nn.init.normal_(layer.weight, std=hidden**-0.5)
        nn.init.normal_(self.fc.weight, std=(hidden * config.layers) ** -0.5)

    def forward(
        self, h: torch.Tensor, turn: torch.Tensor | None = None, cache: Cache | None = None, layer: int = 0
    ) -> torch.Tensor:
        q, k, v = (each(h).unflatten(-1, (self.config.heads, -1)).transpose(1, 2) for each in self._projections())
        if turn is not None:  # (B, heads, L, d): unit length, then turned by its place
            q, k = (rotate_pairs(F.rms_norm(each, each.shape[-1:]), turn) for each in (q, k))
        if cache is not None:
            end = cache.length + 1
            cache.keys[layer, :, :, cache.length : end], cache.values[layer, :, :, cache.length : end] = k, v
            k, v = cache.keys[layer, :, :, :end], cache.values[layer, :, :, :end]
        drop = self.config.attn_dropout if self.training else 0.0
        mixed = F.scaled_dot_product_attention(q, k, v, dropout_p=drop, is_causal=cache is None)
        return self.fc(mixed.transpose(1, 2).flatten(-2))

    def _projections(self) -> tuple[nn.Linear, nn.Linear, nn.Linear]:
        return self.w_qs, self.w_ks, self.w_vs


class CrossAttention(nn.Module):
    """Each place attends to everything that is known of the given frames. (B, L, hidden), (B, n, WIDTH) -> as h."""

    def __init__(self, config: GptConfig) -> None:
        super().__init__()
        self.heads, hidden = config.heads, config.hidden_dim
        self.w_qs = nn.Linear(hidden, hidden, bias=False)
        self.w_ks = nn.Linear(WIDTH, hidden, bias=False)
        self.w_vs = nn.Linear(WIDTH, WIDTH // self.heads * self.heads, bias=False)
        self.fc = nn.Linear(WIDTH // self.heads * self.heads, hidden)
        nn.init.normal_(self.w_qs.weight, std=hidden**-0.5)
        for layer in (self.w_ks, self.w_vs):
            nn.init.normal_(layer.weight, std=WIDTH**-0.5)
        nn.init.normal_(self.fc.weight, std=(hidden * config.layers) ** -0.5)

    def forward(self, h: torch.Tensor, memory: torch.Tensor) -> torch.Tensor:
        pairs = ((self.w_qs, h), (self.w_ks, memory), (self.w_vs, memory))
        q, k, v = (layer(of).unflatten(-1, (self.heads, -1)).transpose(1, 2) for layer, of in pairs)
        return self.fc(F.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(-2))


class ConditionalNorm(nn.Module):
    """A layer norm whose gain and bias depend on the class where one is told. (B, L, hidden) -> the same."""

    def __init__(self, config: GptConfig) -> None:
        super().__init__()
        hidden, self.classes = config.hidden_dim, config.classes
        if self.classes:
            self.w = nn.Linear(self.classes, hidden, bias=False)
            self.wb = nn.Linear(self.classes, hidden, bias=False)
            if config.positions == "rope":
                nn.init.zeros_(self.w.weight)
            else:
                nn.init.constant_(self.w.weight, self.classes**-0.5)
        else:
            self.g, self.b = nn.Parameter(torch.ones(hidden)), nn.Parameter(torch.zeros(hidden))

    def forward(self, h: torch.Tensor, label: torch.Tensor | None) -> torch.Tensor:
        if not self.classes:
            return F.layer_norm(h, h.shape[-1:], self.g, self.b)
        h = F.layer_norm(h, h.shape[-1:])
        if label is None:
            return h
        return h * (1 + self.w(label)[:, None]) + self.wb(label)[:, None]


class RightShift(nn.Module):
    """Puts a learnt start before the first place and drops the last. (B, L, hidden) -> the same."""

    def __init__(self, hidden: int) -> None:
        super().__init__()
        self.sos = nn.Parameter(0.02 * torch.randn(hidden))

    def forward(self, h: torch.Tensor) -> torch.Tensor:
        return torch.cat([self.sos.expand(len(h), 1, -1), h[:, :-1]], 1)


class AxialEmbedding(nn.Module):
    """Adds to each place an embedding of which a part stands for each axis. (B, L, dim) -> the same."""

    def __init__(self, shape: tuple[int, int, int], dim: int) -> None:
        super().__init__()
        self.shape = shape
        parts = [dim // 3 + (dim % 3 > axis) for axis in range(3)]
        sizes = zip(shape, parts, strict=True)
        self.emb = nn.ParameterDict(
            {f"d_{axis}": nn.Parameter(0.01 * torch.randn(*size)) for axis, size in enumerate(sizes)}
        )

    def flat(self) -> torch.Tensor:
        """(L, dim): of all places, in their order."""
        time, high, wide = (self.emb[f"d_{axis}"] for axis in range(3))
        parts = (time[:, None, None], high[None, :, None], wide[None, None, :])
        return torch.cat([part.expand(*self.shape, -1) for part in parts], -1).flatten(end_dim=-2)

    def forward(self, h: torch.Tensor) -> torch.Tensor:
        return h + self.flat()


class QuickGelu(nn.Module):
    """x * sigmoid(1.702 x)."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * torch.sigmoid(1.702 * x)


def list_neighbours(shape: tuple[int, int, int]) -> torch.Tensor:
    """(L, 22) int64: of each place the 4 around it that come before, and 9 in each of the two frames before.

    -1 stands for what is outside the raster.
    """
    _, high, wide = shape
    steps = [(0, -1, -1), (0, -1, 0), (0, -1, 1), (0, 0, -1)]
    steps += [(-back, down, across) for back in (1, 2) for down in (-1, 0, 1) for across in (-1, 0, 1)]
    places = torch.stack(torch.meshgrid(*map(torch.arange, shape), indexing="ij"), -1).flatten(end_dim=-2)  # (L, 3)
    t, y, x = (places[:, None] + torch.tensor(steps)).unbind(-1)
    inside = (t >= 0) & (y >= 0) & (y < high) & (x >= 0) & (x < wide)
    return torch.where(inside, (t * high + y) * wide + x, -1)


def compute_rotation(shape: tuple[int, int, int], dim: int) -> torch.Tensor:
    """(2, L, dim // 2) cosines and sines: each axis turns a third of the pairs of a head's dimensions."""
    pairs = dim // 2
    parts = [pairs // 3 + (pairs % 3 > 2 - axis) for axis in range(3)]
    places = torch.stack(torch.meshgrid(*map(torch.arange, shape), indexing="ij"), -1).flatten(end_dim=-2)  # (L, 3)
    angles = [
        places[:, axis, None] * TURNS ** -(torch.arange(part) / max(part, 1))  # (L, part)
        for axis, part in enumerate(parts)
    ]
    angle = torch.cat(angles, 1)
    return torch.stack([angle.cos(), angle.sin()])


def rotate_pairs(x: torch.Tensor, turn: torch.Tensor) -> torch.Tensor:
    """(..., L, d) with the pairs (i, i + d / 2) of its dimensions turned by their angles."""
    one, other = x.chunk(2, -1)
    cos, sin = turn.to(x)
    return torch.cat([one * cos - other * sin, one * sin + other * cos], -1)
