"""Moving digits: load videos, look at them, learn to predict the last frame for a few steps.

python docs/first_steps/videomnist.py results
"""

import sys
from pathlib import Path

from torch import nn, optim
from torch.utils.data import DataLoader
from torchvision.utils import save_image

from framewright.datasets import MovingDigits

results = Path(sys.argv[1] if len(sys.argv) > 1 else "results") / "videomnist"
videos = MovingDigits(results / "videomnist-videogpt.h5", "train", length=8, seed=0, range=(0, 1))
print(f"{len(videos)} videos; one is {tuple(videos[0]['video'].shape)}")
loader = DataLoader(videos, batch_size=8, shuffle=True)
batch = next(iter(loader))["video"]
save_image(batch.flatten(0, 1), "first_steps_videomnist.png", nrow=8)  # a row is a video

model = nn.Sequential(nn.Conv2d(21, 32, 5, padding=2), nn.ReLU(), nn.Conv2d(32, 3, 5, padding=2))
optimizer = optim.AdamW(model.parameters(), 1e-3)
for step, batch in enumerate(loader):
    video = batch["video"]  # (B, 8, 3, H, W)
    loss = nn.functional.mse_loss(model(video[:, :7].flatten(1, 2)), video[:, 7])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    print(f"step {step}: loss {loss.item():.4f}")
    if step == 2:
        break
