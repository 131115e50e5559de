"""Patches: load pairs, look at one, learn to enlarge for a few steps.

python docs/first_steps/patches.py results
"""

import sys
from pathlib import Path

import torch
from torch import nn
from torch.utils.data import DataLoader
from torchvision.utils import save_image

from framewright.datasets import PatchPairs

results = Path(sys.argv[1] if len(sys.argv) > 1 else "results") / "patches/dataset"
folders = [path.parent for path in results.glob("*/*/Learn/Patches/GT")]
folder = max(folders, key=lambda of: len([*(of / "GT").iterdir()]))
pairs = PatchPairs(folder, frames=5, range=(0, 1))
pair = pairs[0]
print(f"{len(pairs)} pairs in {folder}; sharp {tuple(pair['gt'].shape)}, small {tuple(pair['lr_stack'].shape)}")
enlarged = nn.functional.interpolate(pair["lr_stack"][2:3], scale_factor=3, mode="bicubic").clamp(0, 1)
save_image(torch.cat([enlarged, pair["gt"][None]]), "first_steps_patches.png")  # the middle frame, and the truth

model = nn.Sequential(nn.Conv2d(15, 32, 3, padding=1), nn.ReLU(), nn.Conv2d(32, 27, 3, padding=1), nn.PixelShuffle(3))
optimizer = torch.optim.AdamW(model.parameters(), 1e-3)
loader = DataLoader(pairs, batch_size=2, shuffle=True)
for step, batch in enumerate(loader):
    small = batch["lr_stack"]
    base = nn.functional.interpolate(small[:, 2], scale_factor=3, mode="bicubic")
    loss = nn.functional.l1_loss(base + model(small.flatten(1, 2)), batch["gt"])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    print(f"step {step}: loss {loss.item():.4f}")
    if step == 2:
        break
