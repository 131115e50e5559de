"""Tracks: load clips, look at them, learn their classes for a few steps.

python docs/first_steps/tracks.py results
"""

import sys
from pathlib import Path

import torch
from torch import nn
from torch.utils.data import DataLoader
from torchvision.utils import save_image

from framewright.datasets import TrackClips

results = Path(sys.argv[1] if len(sys.argv) > 1 else "results") / "tracks"
clips = TrackClips(results, frames=8, size=(64, 64), seed=0)
names = sorted({clips[index]["name"] for index in range(len(clips))})
print(f"{len(clips)} clips of {len(names)} classes: {', '.join(names)}")


def collate(items: list[dict]) -> tuple[torch.Tensor, torch.Tensor]:
    """Videos as floats from 0 to 1, and the places of their classes in `names`."""
    videos = torch.stack([item["video"] for item in items]).float() / 255
    return videos, torch.tensor([names.index(item["name"]) for item in items])


loader = DataLoader(clips, batch_size=4, shuffle=True, collate_fn=collate)
videos, labels = next(iter(loader))
save_image(videos[:, ::2].flatten(0, 1), "first_steps_tracks.png", nrow=4)  # a row is a clip

model = nn.Sequential(
    nn.Conv3d(3, 16, 3, 2), nn.ReLU(), nn.AdaptiveAvgPool3d(1), nn.Flatten(), nn.Linear(16, len(names))
)
optimizer = torch.optim.AdamW(model.parameters(), 1e-3)
for step, (videos, labels) in enumerate(loader):
    loss = nn.functional.cross_entropy(model(videos.transpose(1, 2)), labels)  # (B, C, T, H, W)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    print(f"step {step}: loss {loss.item():.3f}")
    if step == 2:
        break
