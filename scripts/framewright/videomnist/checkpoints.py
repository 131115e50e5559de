"""One file for each trained model: a dict that `torch.load(path, weights_only=True)` reads."""

import io
from collections.abc import Mapping
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import torch

from framewright.errors import UserError
from framewright.videomnist.gpt import Gpt, GptConfig
from framewright.videomnist.vqvae import Vqvae, VqvaeConfig

Weights = Mapping[str, torch.Tensor]


def write_vqvae(path: Path, config: VqvaeConfig, weights: Weights, about: Mapping[str, float]) -> None:
    """Write a VQ-VAE, and figures about it."""
    _write(path, {"model": "vqvae", "config": asdict(config), "weights": dict(weights), "about": dict(about)})


def write_gpt(
    path: Path, config: GptConfig, weights: Weights, vectors: torch.Tensor, about: Mapping[str, float]
) -> None:
    """Write a VideoGPT with its codes' vectors, and figures about it."""
    kept = {"model": "videogpt", "config": asdict(config), "weights": dict(weights), "vectors": vectors}
    _write(path, kept | {"about": dict(about)})


def read_vqvae(path: str | Path) -> tuple[Vqvae, dict[str, float]]:
    """A VQ-VAE ready to encode and decode, and the figures about it."""
    kept = _read(path, "vqvae")
    model = Vqvae(VqvaeConfig(**_tuples(kept["config"])))
    model.load_state_dict(kept["weights"])
    return model.eval().requires_grad_(False), kept["about"]


def read_gpt(path: str | Path) -> tuple[Gpt, dict[str, float]]:
    """A VideoGPT ready to be sampled from, and the figures about it."""
    kept = _read(path, "videogpt")
    model = Gpt(GptConfig(**_tuples(kept["config"])), kept["vectors"])
    model.load_state_dict(kept["weights"])
    return model.eval().requires_grad_(False), kept["about"]


def _tuples(config: dict[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in config.items()}


def _write(path: Path, kept: dict[str, Any]) -> None:
    packed = io.BytesIO()  # PyTorch writes the file's name into what it saves to a path
    torch.save(kept, packed)
    path.write_bytes(packed.getbuffer())


def _read(path: str | Path, model: str) -> dict[str, Any]:
    try:
        kept = torch.load(path, map_location="cpu", weights_only=True)
        known = {"vqvae": VqvaeConfig, "videogpt": GptConfig}[kept["model"]]
        whole = {field.name for field in fields(known)} == set(kept["config"])
    except Exception as error:  # a damaged file makes PyTorch raise whatever it stumbles over
        raise UserError(f"{path}: is no model of ours ({' '.join(str(error).split())[:80]})") from error
    if kept["model"] != model:
        raise UserError(f"{path}: holds a {kept['model']}; a {model} is wanted here")
    if not whole:
        raise UserError(f"{path}: was trained by another version of this workflow; train it anew")
    return kept
