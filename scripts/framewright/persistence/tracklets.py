"""Tracklets: blobs of light linked from frame to frame, from pixels alone, and which of them are persistent spheres."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np
import torch

from framewright.errors import UserError
from framewright.persistence.baselines import LIT
from framewright.persistence.objects import list_objects
from framewright.persistence.store import Clips

SIDE = 12  # pixels of the square around a blob that the model sees
CHANNELS = 6  # red, green, blue; whether there is a blob; how far across and down it is
REACH = 9.0  # pixels at a side of 64 that a blob may be from where its tracklet is expected
MAX_GAP = 2  # frames that a tracklet may be without a blob, as when spheres cross


@dataclass
class Tracklet:
    """Blobs that follow one another: their frames, and x, y of their middles in pixels."""

    frames: list[int] = field(default_factory=list)
    places: list[tuple[float, float]] = field(default_factory=list)

    def expect(self, time: int) -> tuple[float, float]:
        """Where its blob should be in a frame: on from its last step, or where it was."""
        (x, y), last = self.places[-1], self.frames[-1]
        if len(self.places) < 2:
            return x, y
        before, earlier = self.places[-2], self.frames[-2]
        steps = (time - last) / max(last - earlier, 1)
        return x + (x - before[0]) * steps, y + (y - before[1]) * steps


def find_blobs(frame: np.ndarray) -> np.ndarray:
    """(n, 2) x, y of the middles of connected lit pixels of a (3, H, W) uint8 frame."""
    lit = (frame.max(axis=0) > LIT).astype(np.uint8)
    _, _, _, middles = cv2.connectedComponentsWithStats(lit)
    return middles[1:]


def link_blobs(video: np.ndarray) -> list[Tracklet]:
    """The tracklets of a (T, 3, H, W) uint8 video, in the order in which they begin.

    In each frame the closest pairs of an expected place and a blob are linked first; what is left begins a tracklet.
    """
    reach = REACH * video.shape[-1] / 64
    found: list[Tracklet] = []
    for time, frame in enumerate(video):
        blobs = [(float(x), float(y)) for x, y in find_blobs(frame)]
        alive = [one for one in found if time - one.frames[-1] <= MAX_GAP + 1]
        pairs = []
        for place, one in enumerate(alive):
            x, y = one.expect(time)
            pairs += [(float(np.hypot(x - u, y - v)), place, number) for number, (u, v) in enumerate(blobs)]
        used: set[int] = set()
        linked: set[int] = set()
        for distance, place, number in sorted(pairs):
            if distance <= reach and place not in used and number not in linked:
                used.add(place)
                linked.add(number)
                alive[place].frames.append(time)
                alive[place].places.append(blobs[number])
        found += [Tracklet([time], [blob]) for number, blob in enumerate(blobs) if number not in linked]
    return found


def label_tracklet(tracklet: Tracklet, metadata: Mapping[str, Any]) -> bool:
    """Whether most of its blobs lie in boxes of spheres that persist; where boxes overlap, these count."""
    boxes: dict[int, list[tuple[bool, list[float]]]] = {}
    for one in list_objects(metadata):
        for time, box in zip(one.frames, one.boxes, strict=True):
            boxes.setdefault(time, []).append((one.persistent, box))
    votes = []
    for time, (x, y) in zip(tracklet.frames, tracklet.places, strict=True):
        near = [(_distance(box, x, y), not persistent) for persistent, box in boxes.get(time, [])]
        if near:
            votes.append(not min(near)[1])
    return bool(votes) and float(np.mean(votes)) >= 0.5


def crop_tracklet(video: np.ndarray, tracklet: Tracklet) -> np.ndarray:
    """(T, CHANNELS, SIDE, SIDE) uint8: what is around its blob in each frame, nothing where it has none."""
    half, size = SIDE // 2, video.shape[-1]
    crops = np.zeros((len(video), CHANNELS, SIDE, SIDE), np.uint8)
    for time, (x, y) in zip(tracklet.frames, tracklet.places, strict=True):
        padded = np.pad(video[time], ((0, 0), (half, half), (half, half)))
        left, top = round(x), round(y)
        crops[time, :3] = padded[:, top : top + SIDE, left : left + SIDE]
        crops[time, 3] = 255
        crops[time, 4], crops[time, 5] = round(255 * x / size), round(255 * y / size)
    return crops


class TrackletClips:
    """The tracklets of the clips of one split, all in memory: a few thousand crops of some kilobytes.

    An item has `video` (T, CHANNELS, SIDE, SIDE) uint8 and `persistent`, 1.0 for a sphere that persists.
    """

    def __init__(self, clips: Clips, split: str) -> None:
        self.clips, self.lengths, crops, labels = clips, [], [], []
        self.places: list[int] = []  # the clip of each tracklet
        digest = hashlib.sha256()
        for position, _ in enumerate(clips.numbers):
            metadata = clips.metadata(position)
            if metadata["split"] != split:
                continue
            video = clips.video(position)
            digest.update(json.dumps(metadata).encode())
            for one in link_blobs(video):
                crops.append(crop_tracklet(video, one))
                labels.append(float(label_tracklet(one, metadata)))
                self.lengths.append(len(one.frames))
                self.places.append(position)
        if len(set(labels)) < 2:
            raise UserError(f"all spheres in {split} are of one class; raise persistence.samples, or train no models")
        self.video, self.persistent = torch.from_numpy(np.stack(crops)), torch.tensor(labels)
        self.digest, self.frames = digest.hexdigest(), self.video.shape[1]

    def __len__(self) -> int:
        return len(self.persistent)

    def batch(self, positions: list[int]) -> dict[str, torch.Tensor]:
        """Several items in one, stacked."""
        return {"video": self.video[positions], "persistent": self.persistent[positions]}

    def measure_colour(self) -> np.ndarray:
        """(n,) by how many 255ths the channels of each tracklet's pixels differ, at most."""
        colours = self.video[:, :, :3]
        spread = colours.amax(dim=2).short() - colours.amin(dim=2).short()
        return np.asarray(spread.flatten(1).amax(dim=1).numpy())

    def augment(self, batch: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        """The same tracklets seen in a mirror, left and right exchanged."""
        video = batch["video"].flip(4)
        video[:, :, 4] = torch.where(video[:, :, 3] > 0, 255 - video[:, :, 4], 0)
        return batch | {"video": video}


def _distance(box: list[float], x: float, y: float) -> float:
    """Pixels between a point and the middle of a box."""
    return float(np.hypot((box[0] + box[2]) / 2 - 0.5 - x, (box[1] + box[3]) / 2 - 0.5 - y))
