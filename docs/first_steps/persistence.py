"""Persistence: load clips, look at one, learn to find frames with transients for a few steps.

python docs/first_steps/persistence.py results
"""

import sys
from pathlib import Path

from torch import nn, optim
from torch.utils.data import DataLoader
from torchvision.utils import save_image

from framewright.datasets import PersistenceClips

results = Path(sys.argv[1] if len(sys.argv) > 1 else "results") / "persistence"
clips = PersistenceClips(results / "dataset", "train", range=(0, 1))
clip = clips[0]
transient = int((clip["clean"] == 0).sum())
print(f"{len(clips)} clips; one is {tuple(clip['video'].shape)}, and {transient} of its frames show transients")
save_image(clip["video"], "first_steps_persistence.png", nrow=8)

model = nn.Sequential(nn.Conv2d(3, 16, 5, 2), nn.ReLU(), nn.AdaptiveMaxPool2d(1), nn.Flatten(), nn.Linear(16, 1))
optimizer = optim.AdamW(model.parameters(), 1e-3)
for step, batch in enumerate(DataLoader(clips, batch_size=4, shuffle=True)):
    frames, clean = batch["video"].flatten(0, 1), batch["clean"].flatten()
    loss = nn.functional.binary_cross_entropy_with_logits(model(frames)[:, 0], clean)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    print(f"step {step}: loss {loss.item():.4f}")
    if step == 2:
        break
