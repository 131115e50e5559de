"""A VQ-VAE of videos: an encoder to a small raster of latents, a quantizer, and a decoder. Training is another module.

    model = Vqvae(VqvaeConfig(frames=16, size=64))
    codes = model.encode(video)     # (B, C, T, H, W) float from -0.5 to 0.5 -> (B, t, h, w) int64
    video = model.decode(codes)     # and back; values are not squashed

With `stem="strided"` it is VideoGPT's: strided convolutions of width 4, and a latent knows all frames. With
`stem="patch"` one convolution cuts the video into patches: all other work is done on the raster of latents. With `vq`
as well, encoder and codebook are not learnt by descent: `fit` finds the patches' principal components and their
clusters, and only the decoder is trained. A latent then knows its patch alone: codes of the first frames do not
tell what follows.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import nn

from framewright.videomnist.quantizer import LEVELS, FiniteScalarQuantizer, Quantized, VectorQuantizer

HEADS = 2  # of the axial attention
AXES = {"t": 1, "h": 2, "w": 3}  # places in (B, t, h, w, n)
BLACK = -0.5
FAINT = 0.1  # of white: a patch without a brighter pixel counts as empty when clusters are sought
ROUNDS = (4, 2)  # of the search for clusters: in a third of the patches, then in all


@dataclass(frozen=True)
class VqvaeConfig:
    """Sizes of a VQ-VAE; the defaults are those that VideoGPT documents for moving digits, but for the stem."""

    frames: int = 16
    size: int = 64
    channels: int = 3
    embedding_dim: int = 256
    n_codes: int = 512
    n_hiddens: int = 128
    n_res_layers: int = 2
    downsample: tuple[int, int, int] = (2, 4, 4)  # frames, height, width
    quantizer: str = "vq"  # or fsq
    stem: str = "strided"  # or patch

    @property
    def latent_shape(self) -> tuple[int, int, int]:
        """The raster of latents: frames, height, width."""
        time, high, wide = self.downsample
        return self.frames // time, self.size // high, self.size // wide

    @property
    def fitted(self) -> bool:
        """Whether encoder and codebook are found by `Vqvae.fit` rather than learnt by descent."""
        return self.stem == "patch" and self.quantizer == "vq"

    @property
    def dim(self) -> int:
        """Dimensions of a code's vector."""
        return len(LEVELS[self.n_codes]) if self.quantizer == "fsq" else self.embedding_dim


class Vqvae(nn.Module):
    """Encoder, quantizer and decoder. Names of parameters are VideoGPT's, where it has the same."""

    def __init__(self, config: VqvaeConfig) -> None:
        super().__init__()
        self.config = config
        self.encoder = PatchEncoder(config) if config.fitted else Encoder(config)
        self.pre_vq_conv = nn.Identity() if config.fitted else SameConv(config.n_hiddens, config.dim, (1, 1, 1))
        self.codebook: VectorQuantizer | FiniteScalarQuantizer
        if config.quantizer == "fsq":
            self.codebook = FiniteScalarQuantizer(LEVELS[config.n_codes])
        else:
            self.codebook = VectorQuantizer(config.n_codes, config.dim, follows=not config.fitted)
        self.post_vq_conv = nn.Identity() if config.fitted else SameConv(config.dim, config.n_hiddens, (1, 1, 1))
        self.decoder = PatchDecoder(config) if config.fitted else Decoder(config)

    @torch.no_grad()
    def fit(self, videos: Iterable[torch.Tensor]) -> None:
        """Set encoder and codebook from parts of videos (B, C, T, H, W): principal components, and their clusters."""
        if not isinstance(self.encoder, PatchEncoder) or not isinstance(self.decoder, PatchDecoder):
            return
        if not isinstance(self.codebook, VectorQuantizer):
            return
        parts = (self.encoder.cut(video).flatten(end_dim=-2) for video in videos)  # each (n, values of a patch)
        bright = torch.cat([part[part.amax(1) > FAINT] for part in parts])
        components = principal_components(bright, self.config.dim)  # (values, dim)
        self.encoder.components.copy_(components)
        self.decoder.project(components)
        self.codebook.load_clusters(bright @ components, ROUNDS)

    def quantize(self, video: torch.Tensor) -> Quantized:
        """(B, C, T, H, W) -> the quantized latents on the raster (t, h, w)."""
        return self.codebook(self.pre_vq_conv(self.encoder(video)))

    def encode(self, video: torch.Tensor) -> torch.Tensor:
        """(B, C, T, H, W) -> codes (B, t, h, w) int64."""
        return self.quantize(video).codes

    def decode(self, codes: torch.Tensor) -> torch.Tensor:
        """Codes (B, t, h, w) -> (B, C, T, H, W)."""
        return self.decoder(self.post_vq_conv(self.codebook.vectors(codes)))

    def forward(self, video: torch.Tensor) -> tuple[torch.Tensor, Quantized]:
        """The reconstruction (B, C, T, H, W), and what it was decoded from."""
        quantized = self.quantize(video)
        return self.decoder(self.post_vq_conv(quantized.vectors)), quantized


class Encoder(nn.Module):
    """(B, C, T, H, W) -> (B, n_hiddens, t, h, w)."""

    def __init__(self, config: VqvaeConfig) -> None:
        super().__init__()
        width, patch = config.n_hiddens, config.stem == "patch"
        if patch:
            self.convs = nn.ModuleList([SameConv(config.channels, width, config.downsample, config.downsample)])
        else:
            strides = plan_strides(config.downsample)
            inputs = [config.channels] + [width] * (len(strides) - 1)
            pairs = zip(inputs, strides, strict=True)
            self.convs = nn.ModuleList(SameConv(count, width, (4, 4, 4), stride) for count, stride in pairs)
        reach = (1, 3, 3) if patch else (3, 3, 3)
        self.conv_last = SameConv(width, width, reach)
        self.res_stack = residual_stack(width, config.n_res_layers, reach, ("w", "h") if patch else ("w", "h", "t"))

    def forward(self, video: torch.Tensor) -> torch.Tensor:
        h = video
        for conv in self.convs:
            h = F.relu(conv(h))
        return self.res_stack(self.conv_last(h))


class Decoder(nn.Module):
    """(B, n_hiddens, t, h, w) -> (B, C, T, H, W)."""

    def __init__(self, config: VqvaeConfig) -> None:
        super().__init__()
        width = config.n_hiddens
        self.res_stack = residual_stack(width, config.n_res_layers, (3, 3, 3), ("w", "h", "t"))
        self.convts: nn.ModuleList
        if config.stem == "patch":
            grow = SameConv(width, 2 * width, (1, 1, 1))
            patches = SameConvTranspose(2 * width, config.channels, config.downsample, config.downsample)
            self.convts = nn.ModuleList([grow, patches])
        else:
            strides = plan_strides(config.downsample)
            outputs = [width] * (len(strides) - 1) + [config.channels]
            pairs = zip(outputs, strides, strict=True)
            self.convts = nn.ModuleList(SameConvTranspose(width, count, (4, 4, 4), stride) for count, stride in pairs)

    def forward(self, h: torch.Tensor) -> torch.Tensor:
        h = self.res_stack(h)
        for place, convt in enumerate(self.convts):
            h = convt(F.relu(h) if place else h)
        return h


class PatchEncoder(nn.Module):
    """Cuts a video into patches and projects each: (B, C, T, H, W) -> (B, dim, t, h, w). An empty patch gives 0."""

    components: torch.Tensor

    def __init__(self, config: VqvaeConfig) -> None:
        super().__init__()
        self.downsample = config.downsample
        values = config.channels * math.prod(config.downsample)
        self.register_buffer("components", torch.randn(values, config.dim) * values**-0.5)

    def cut(self, video: torch.Tensor) -> torch.Tensor:
        """(B, t, h, w, C * values of a patch) of videos, black being 0."""
        batch, channels = video.shape[:2]
        sides = zip(video.shape[2:], self.downsample, strict=True)
        (t, a), (h, b), (w, c) = ((size // step, step) for size, step in sides)
        parts = video.reshape(batch, channels, t, a, h, b, w, c).permute(0, 2, 4, 6, 1, 3, 5, 7)
        return parts.flatten(4) - BLACK

    def forward(self, video: torch.Tensor) -> torch.Tensor:
        return (self.cut(video) @ self.components).movedim(-1, 1)


class PatchDecoder(nn.Module):
    """(B, dim, t, h, w) -> (B, C, T, H, W): each vector's patch, and what its surroundings add to it."""

    def __init__(self, config: VqvaeConfig) -> None:
        super().__init__()
        width = config.n_hiddens
        self.to_patch = nn.ConvTranspose3d(config.dim, config.channels, config.downsample, config.downsample)
        self.widen = SameConv(config.dim, width, (3, 3, 3))
        self.res_stack = residual_stack(width, config.n_res_layers, (3, 3, 3), ("w", "h", "t"))
        self.grow = SameConv(width, 2 * width, (1, 1, 1))
        self.add = nn.ConvTranspose3d(2 * width, config.channels, config.downsample, config.downsample)
        for parameter in self.add.parameters():
            nn.init.zeros_(parameter)

    def project(self, components: torch.Tensor) -> None:
        """Let a vector's patch be the sum of these components (values, dim)."""
        weight, bias = self.to_patch.parameters()
        weight.copy_(components.T.view_as(weight))
        bias.fill_(BLACK)

    def forward(self, vectors: torch.Tensor) -> torch.Tensor:
        around = F.relu(self.grow(self.res_stack(self.widen(vectors))))
        # Patches do not overlap: products of matrices do what both transposed convolutions stand for, in less time.
        (one, bias), (other, more) = self.to_patch.parameters(), self.add.parameters()
        flat = vectors.movedim(1, -1) @ one.flatten(1) + around.movedim(1, -1) @ other.flatten(1)  # (B, t, h, w, n)
        parts = flat.unflatten(-1, one.shape[1:]).permute(0, 4, 1, 5, 2, 6, 3, 7)
        batch, channels, t, a, h, b, w, c = parts.shape
        return parts.reshape(batch, channels, t * a, h * b, w * c) + (bias + more).view(-1, 1, 1, 1)


def principal_components(rows: torch.Tensor, count: int) -> torch.Tensor:
    """(values, count): orthonormal directions along which rows (n, values) are largest, 0 included in them.

    There are no more than values: columns beyond them are 0.
    """
    square = (rows.T @ rows).double() / len(rows)
    found = torch.linalg.eigh(square).eigenvectors.flip(1)[:, :count].to(rows)
    return F.pad(found, (0, count - found.shape[1]))


def plan_strides(downsample: tuple[int, int, int]) -> list[tuple[int, int, int]]:
    """The strides of convolutions one after the other: each halves the axes that still need it."""
    left = [int(math.log2(factor)) for factor in downsample]
    return [
        (1 + (left[0] > done), 1 + (left[1] > done), 1 + (left[2] > done))  # 2 on an axis that is not there yet
        for done in range(max(left))
    ]


def residual_stack(width: int, layers: int, reach: tuple[int, int, int], axes: tuple[str, ...]) -> nn.Sequential:
    """Blocks one after the other; the last two modules are a norm and an activation."""
    blocks = [AttentionResidualBlock(width, reach, axes) for _ in range(layers)]
    return nn.Sequential(*blocks, nn.BatchNorm3d(width), nn.ReLU())


class AttentionResidualBlock(nn.Module):
    """Two convolutions and axial attention, added to what came in. (B, n, t, h, w) -> the same."""

    def __init__(self, width: int, reach: tuple[int, int, int], axes: tuple[str, ...]) -> None:
        super().__init__()
        self.block = nn.Sequential(
            nn.BatchNorm3d(width),
            nn.ReLU(),
            SameConv(width, width // 2, reach, bias=False),
            nn.BatchNorm3d(width // 2),
            nn.ReLU(),
            SameConv(width // 2, width, (1, 1, 1), bias=False),
            nn.BatchNorm3d(width),
            nn.ReLU(),
            AxialAttention(width, axes),
        )

    def forward(self, h: torch.Tensor) -> torch.Tensor:
        return h + self.block(h)


class AxialAttention(nn.Module):
    """The sum of an attention along each axis. (B, n, t, h, w) -> the same."""

    def __init__(self, width: int, axes: tuple[str, ...]) -> None:
        super().__init__()
        self.axes = axes
        for axis in axes:
            self.add_module(f"attn_{axis}", LineAttention(width))

    def forward(self, h: torch.Tensor) -> torch.Tensor:
        h = h.movedim(1, -1)  # (B, t, h, w, n)
        total = torch.zeros_like(h)
        for axis in self.axes:
            lines = h.movedim(AXES[axis], -2)  # (..., length, n)
            total = total + self.get_submodule(f"attn_{axis}")(lines).movedim(-2, AXES[axis])
        return total.movedim(-1, 1)


class LineAttention(nn.Module):
    """Attention of all places of a line to each other, in both directions. (..., length, n) -> the same."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.w_qs, self.w_ks, self.w_vs = (nn.Linear(width, width, bias=False) for _ in range(3))
        self.fc = nn.Linear(width, width)
        for layer in (self.w_qs, self.w_ks, self.w_vs, self.fc):
            nn.init.normal_(layer.weight, std=width**-0.5)

    def forward(self, h: torch.Tensor) -> torch.Tensor:
        lines = h.flatten(end_dim=-3)  # (N, length, n)
        q, k, v = (
            layer(lines).unflatten(-1, (HEADS, -1)).transpose(1, 2) for layer in (self.w_qs, self.w_ks, self.w_vs)
        )
        mixed = F.scaled_dot_product_attention(q, k, v)  # (N, heads, length, n / heads)
        return self.fc(mixed.transpose(1, 2).flatten(-2)).view_as(h)


class SameConv(nn.Module):
    """A 3-D convolution whose output is its input's size divided by the stride; an odd margin has more in front."""

    def __init__(
        self,
        inputs: int,
        outputs: int,
        kernel: tuple[int, int, int],
        stride: tuple[int, int, int] = (1, 1, 1),
        bias: bool = True,
    ) -> None:
        super().__init__()
        self.margin = compute_padding(kernel, stride)
        self.conv = nn.Conv3d(inputs, outputs, kernel, stride, bias=bias)

    def forward(self, h: torch.Tensor) -> torch.Tensor:
        return self.conv(F.pad(h, self.margin))


class SameConvTranspose(nn.Module):
    """The reverse: its output is its input's size times the stride."""

    def __init__(self, inputs: int, outputs: int, kernel: tuple[int, int, int], stride: tuple[int, int, int]) -> None:
        super().__init__()
        self.margin = compute_padding(kernel, stride)
        # Where nothing overlaps, nothing is cut.
        cut = (0, 0, 0) if kernel == stride else (kernel[0] - 1, kernel[1] - 1, kernel[2] - 1)
        self.convt = nn.ConvTranspose3d(inputs, outputs, kernel, stride, cut)

    def forward(self, h: torch.Tensor) -> torch.Tensor:
        return self.convt(F.pad(h, self.margin))


def compute_padding(kernel: tuple[int, int, int], stride: tuple[int, int, int]) -> list[int]:
    """What F.pad adds on each side of an axis, from the last axis to the first."""
    spare = [side - step for side, step in zip(kernel, stride, strict=True)]
    return [side for room in reversed(spare) for side in (room - room // 2, room // 2)]
