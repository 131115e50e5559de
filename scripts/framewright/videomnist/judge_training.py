"""Train the judge on real clips, independently of every model that it judges."""

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F

from framewright.optimizers import AdamW
from framewright.study.progress import Progress, report_nothing
from framewright.videomnist.judge_network import JudgeConfig, JudgeNetwork, describe_track, follow
from framewright.videomnist.model_clips import ClipBatches

SHOWN = 3  # frames of a clip that a step looks at
STEPS, BATCH, RATE = 1500, 64, 4e-3  # of the digit's part; after 600 it was right in 97 % of real clips, now in 99 %
PATH_STEPS, PATH_BATCH, PATH_RATE = 1500, 256, 3e-3


@dataclass(frozen=True)
class Tracked:
    """What the judge sees of clips: tracks (n, T, 4) float, cuts (n, T, CUT, CUT) uint8, and what is true of them."""

    track: torch.Tensor
    cuts: torch.Tensor
    digits: torch.Tensor
    motions: torch.Tensor
    speeds: torch.Tensor

    def __len__(self) -> int:
        return len(self.track)


def track_clips(
    clips: ClipBatches, motions: np.ndarray, speeds: np.ndarray, most: int, progress: Progress = report_nothing
) -> Tracked:
    """Follow the digits of the first clips, at most so many, with what is known of them."""
    tracks, cuts, digits = [], [], []
    for part in progress(clips.parts(most), unit="parts of the judge's clips"):
        batch = clips.take(part)
        track, cut = follow(batch["video"][:, 0] + 0.5)
        tracks.append(track)
        cuts.append((cut.clamp(0, 1) * 255).round().to(torch.uint8))
        digits.append(batch["label"])
    count = sum(map(len, digits))
    truth = (torch.from_numpy(motions[:count]), torch.from_numpy(speeds[:count]).float())
    return Tracked(torch.cat(tracks), torch.cat(cuts), torch.cat(digits), *truth)


def train_judge(clips: Tracked, motions: int, seed: int, progress: Progress = report_nothing) -> JudgeNetwork:
    """A judge of these clips, ready to be asked."""
    torch.manual_seed(seed)
    net = JudgeNetwork(JudgeConfig(clips.track.shape[1], motions))
    rng = np.random.default_rng([seed, len(clips)])
    _train_digits(net, clips, rng, progress)
    _train_paths(net, clips, rng, progress)
    return net.eval().requires_grad_(False)


def _train_digits(net: JudgeNetwork, clips: Tracked, rng: np.random.Generator, progress: Progress) -> None:
    optimizer = AdamW([*net.shape.parameters(), *net.digit.parameters()], RATE)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=STEPS)
    for _ in progress(range(STEPS), unit="steps of the judge of digits"):
        places = torch.from_numpy(rng.integers(0, len(clips), BATCH))
        frames = torch.from_numpy(rng.integers(0, clips.cuts.shape[1], (BATCH, SHOWN)))
        cuts = clips.cuts[places[:, None], frames].float() / 255
        error = F.cross_entropy(net.digit(net.describe_shape(cuts)), clips.digits[places].repeat_interleave(SHOWN))
        optimizer.zero_grad()
        error.backward()
        optimizer.step()
        schedule.step()


def _train_paths(net: JudgeNetwork, clips: Tracked, rng: np.random.Generator, progress: Progress) -> None:
    parts = [*net.path.parameters(), *net.motion.parameters(), *net.speed.parameters()]
    optimizer = AdamW(parts, PATH_RATE)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, PATH_RATE, total_steps=PATH_STEPS)
    for _ in progress(range(PATH_STEPS), unit="steps of the judge of paths"):
        places = torch.from_numpy(rng.integers(0, len(clips), PATH_BATCH))
        # Mirrored and turned by quarters, a path is one that is as likely.
        track = clips.track[places].clone()
        track[..., :2] *= torch.from_numpy(rng.choice([-1.0, 1.0], (PATH_BATCH, 1, 2))).float()
        turned = torch.from_numpy(rng.random(PATH_BATCH) < 0.5)
        track[turned, :, :2] = track[turned, :, :2].flip(-1)
        path = net.path(describe_track(track).flatten(1))
        error = F.cross_entropy(net.motion(path), clips.motions[places])
        error = error + F.mse_loss(net.speed(path)[:, 0], clips.speeds[places])
        optimizer.zero_grad()
        error.backward()
        optimizer.step()
        schedule.step()
