"""What the models are worth on clips of sources that they never saw, beside what needs no learning and what can be.

Nothing here is a confidence that nobody checked: chances are calibrated on val, and their error is measured on test.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch

from framewright.persistence.attention import on_transients
from framewright.persistence.baselines import BASELINES, find_threshold
from framewright.persistence.bound import Oracle, compute_bayes_bound
from framewright.persistence.dataset import PersistenceClips, mark_cells
from framewright.persistence.models import TrainedModel
from framewright.persistence.paths import CLASSES
from framewright.persistence.scores import compute_sigmoid, score_answers, score_kinds
from framewright.persistence.specs import Variant
from framewright.persistence.store import Clips
from framewright.persistence.tracklets import TrackletClips
from framewright.persistence.training import run_eye

RIVALS = (*BASELINES, "lifetime")  # answers that need no training
SURE = 4.0  # standard errors by which nobody beats the bound by chance
CPU = torch.device("cpu")


def evaluate(
    clips: Clips,
    variant: Variant,
    audit: Mapping[str, Any],
    models: Mapping[str, TrainedModel],
    others: Mapping[str, TrainedModel],
    sure: float,
    seed: int,
) -> dict[str, Any]:
    """All figures of one arm, which JSON can hold.

    `audit` has those of its baselines. `models` are those of this arm by their tasks, `others` the persistence
    classifiers of other arms by the arms' names. `sure` is how sure a decision before the end must be.
    """
    train, test = PersistenceClips(clips, "train"), PersistenceClips(clips, "test")
    asked = _read_truth(test)
    found: dict[str, Any] = {
        "clips": {"train": len(train), "test": len(test)},
        "crowded": variant.max_companions > 0,
        "frames": dict(audit["frames"]) | {"identity oracle": audit["oracle"]},
        "clip": dict(audit["clip"]) | _compute_bounds(test, variant, asked["persistent"], sure, seed),
    }
    for task, trained in models.items():
        if task == "objects":
            found["objects"] = _score_objects(clips, trained)
            continue
        seen, labels = run_eye(trained.model, test, CPU)
        with torch.no_grad():
            outputs = trained.model.conclude(seen, test.frames)
        if task == "persistence":
            found["frames"]["model"], found["clip"]["model"] = _score_persistence(outputs, trained, asked, sure)
            found["beats_the_bound"] = find_beaten(found["clip"]["model"]["curve"], found["clip"]["bound"], len(test))
        elif task == "multitask":
            found["multitask"] = _score_multitask(outputs, labels, trained, _compute_middle(train))
        else:
            found["attention"] = _score_attention(outputs, labels, test)
    for name, trained in others.items():
        outputs = run_eye(trained.model, test, CPU)[0]
        found["frames"][f"model of {name}"] = _score_frames(outputs, trained, asked["shows"])
    return found | {"baseline_wins": find_wins(found)}


def find_wins(found: Mapping[str, Any]) -> list[str]:
    """Where a baseline is at least as good as what was trained, in words; empty where learning was worth it."""
    wins = []
    for part, what in (("frames", "frames"), ("clip", "clips"), ("objects", "spheres")):
        figures = found.get(part, {})
        if "model" not in figures:
            continue
        model = figures["model"]["balanced_accuracy"]
        rivals = {name: figures[name]["balanced_accuracy"] for name in RIVALS if name in figures}
        best = max(rivals, key=lambda name: rivals[name])
        if rivals[best] >= model:
            wins.append(f"{what}: {best} reaches {rivals[best]:.3f} balanced, the model {model:.3f}")
    return wins


def exit_early(chances: np.ndarray, sure: float) -> tuple[np.ndarray, np.ndarray]:
    """(clips,) answers of (clips, T) chances, and the number of frames seen for each.

    Each is decided at the first frame after which one answer's chance is at least `sure`, or at the last one.
    """
    confident = np.maximum(chances, 1 - chances) >= sure
    confident[:, -1] = True
    place = confident.argmax(axis=1)
    return chances[np.arange(len(chances)), place] > 0.5, place + 1


def decide(trained: TrainedModel, video: np.ndarray, sure: float) -> tuple[bool, int]:
    """Whether a (T, 3, H, W) uint8 video is persistent, and after how many frames that was decided.

    What `exit_early` does, on one clip that comes in frame by frame: none is looked at after the decision.
    """
    seen = []
    for number in range(1, len(video) + 1):
        with torch.no_grad():
            seen.append(trained.model.see(torch.from_numpy(video[None, number - 1 : number].copy()))["clean"])
            logit = trained.model.conclude({"clean": torch.cat(seen, dim=1)}, len(video))["persistent"][0, -1]
        chance = float(compute_sigmoid(logit.numpy() / trained.temperatures["persistent"]))
        if max(chance, 1 - chance) >= sure:
            break
    return chance > 0.5, number


def find_beaten(curve: list[float], bound: list[float], number: int) -> list[int]:
    """After how many frames accuracies over `number` clips exceed the bound by more than chance can: never, rightly."""
    error = np.sqrt(np.array(bound) * (1 - np.array(bound)) / number)
    return (np.flatnonzero(np.array(curve) > np.array(bound) + SURE * error + 1e-9) + 1).tolist()


def _read_truth(data: PersistenceClips) -> dict[str, np.ndarray]:
    """By clip and frame, whether transients show; by clip, whether it is persistent."""
    metadata = [data.clips.metadata(place) for place in data.places]
    return {
        "shows": np.array([clip["frame_labels"] for clip in metadata]) == 0,
        "persistent": np.array([clip["persistent"] for clip in metadata], bool),
    }


def _score_objects(clips: Clips, trained: TrainedModel) -> dict[str, Any]:
    """The tracklet model on spheres of unseen sources, beside a constant answer, their colour and their lifetime."""
    known, asked = TrackletClips(clips, "train"), TrackletClips(clips, "test")
    truth = {data: data.persistent.numpy() > 0.5 for data in (known, asked)}
    seen, _ = run_eye(trained.model, asked, CPU)
    with torch.no_grad():
        logits = trained.model.conclude(seen, asked.frames)["persistent"][:, 0].numpy()
    chances = compute_sigmoid(logits / trained.temperatures["persistent"])
    measures = {data: {"lifetime": np.array(data.lengths), "colour": -data.measure_colour()} for data in (known, asked)}
    found = {"constant": score_answers(np.full(len(asked), truth[known].mean() > 0.5), truth[asked])}
    for name, measure in measures[known].items():
        threshold = find_threshold(measure, truth[known])
        found[name] = score_answers(measures[asked][name] > threshold, truth[asked])
    return found | {"model": score_answers(chances > 0.5, truth[asked], chances)}


def _compute_bounds(
    data: PersistenceClips, variant: Variant, persistent: np.ndarray, sure: float, seed: int
) -> dict[str, Any]:
    """The bound by frames seen, and what who knows all transients so far would say of these very clips."""
    details = [data.clips.metadata(place)["transient_details"] for place in data.places]
    there = np.arange(max(map(len, details))) < np.array([[len(one)] for one in details])
    firsts, durations = np.zeros(there.shape, int), np.ones(there.shape, int)
    firsts[there] = [one["start_frame"] for clip_details in details for one in clip_details]
    durations[there] = [one["duration"] for clip_details in details for one in clip_details]
    oracle = Oracle(variant, data[0]["video"].shape[0])
    judged = oracle.judge(firsts, durations, there)
    bound = compute_bayes_bound(oracle, np.random.default_rng([seed, len(CLASSES)]))
    knowing = {"curve": _compute_curve(judged > 0.5, persistent), "early_exit": _score_exit(judged, persistent, sure)}
    return {"bound": bound.round(6).tolist(), "oracle": knowing}


def _score_persistence(
    outputs: dict[str, torch.Tensor], trained: TrainedModel, asked: dict[str, np.ndarray], sure: float
) -> tuple[dict[str, Any], dict[str, Any]]:
    chances = compute_sigmoid(outputs["persistent"].numpy() / trained.temperatures["persistent"])
    curve = {"curve": _compute_curve(chances > 0.5, asked["persistent"])}
    whole = score_answers(chances[:, -1] > 0.5, asked["persistent"], chances[:, -1])
    early = {"early_exit": _score_exit(chances, asked["persistent"], sure)}
    return _score_frames(outputs, trained, asked["shows"]), whole | curve | early


def _score_frames(outputs: dict[str, torch.Tensor], trained: TrainedModel, shows: np.ndarray) -> dict[str, Any]:
    chances = compute_sigmoid(-outputs["clean"].numpy() / trained.temperatures["clean"])
    return score_answers(chances > 0.5, shows, chances)


def _score_exit(chances: np.ndarray, persistent: np.ndarray, sure: float) -> dict[str, Any]:
    answers, frames = exit_early(chances, sure)
    length = chances.shape[1]
    called = chances[np.arange(len(chances)), frames - 1]
    return score_answers(answers, persistent, called) | {
        "mean_frames": round(float(frames.mean()), 4),
        "share_of_frames": round(float(frames.mean() / length), 6),
        "decided_before_the_end": round(float(np.mean(frames < length)), 6),
        "decided_by_frame_4": round(float(np.mean(frames <= 4)), 6),
    }


def _score_multitask(
    outputs: dict[str, torch.Tensor], labels: dict[str, torch.Tensor], trained: TrainedModel, middle: np.ndarray
) -> dict[str, Any]:
    clean, true = labels["clean"].numpy() > 0.5, labels["positions"].numpy()
    known = clean & ~np.isnan(true).any(axis=2)
    off, constant = outputs["positions"].numpy() - true, middle - true
    return {
        "frames": _score_frames(outputs, trained, ~clean),
        "kind": score_kinds(outputs["kind"].argmax(dim=1).numpy(), labels["kind"].numpy(), CLASSES),
        "position_error": _compute_rms(off[known]),
        "position_error_of_the_middle": _compute_rms(constant[known]),
    }


def _score_attention(
    outputs: dict[str, torch.Tensor], labels: dict[str, torch.Tensor], data: PersistenceClips
) -> dict[str, Any]:
    shows = labels["clean"].numpy() < 0.5
    attention, cells = outputs["attention"], labels["cells"]
    frames, size = data[0]["video"].shape[0], data[0]["video"].shape[-1]
    discs = [data.clips.metadata(place)["pixels"] for place in data.places]
    spheres = torch.from_numpy(
        np.stack(
            [mark_cells([{"start_frame": 0, "pixels": [[circle] for circle in disc]}], frames, size) for disc in discs]
        )
    )
    apart = spheres * (1 - cells)  # what is the sphere's alone
    places = {"transients": cells, "sphere": apart}
    shares = {name: on_transients(attention, mask).numpy()[shows].mean() for name, mask in places.items()}
    even = {name: mask.mean(dim=(2, 3)).numpy()[shows].mean() for name, mask in places.items()}
    dense = {name: shares[name] / max(even[name], 1e-9) for name in places}
    return {
        "kind": score_kinds(outputs["kind"].argmax(dim=1).numpy(), labels["kind"].numpy(), CLASSES),
        "share_on_transients": round(float(shares["transients"]), 6),
        "share_on_the_sphere": round(float(shares["sphere"]), 6),
        "share_on_transients_if_even": round(float(even["transients"]), 6),
        "share_on_the_sphere_if_even": round(float(even["sphere"]), 6),
        "sphere_to_transients_by_area": round(float(dense["sphere"] / max(dense["transients"], 1e-9)), 3),
    }


def _compute_middle(data: PersistenceClips) -> np.ndarray:
    """(3,) the mean position of the real sphere."""
    return np.nanmean([data[position]["positions"].numpy() for position in range(len(data))], axis=(0, 1))


def _compute_rms(off: np.ndarray) -> dict[str, float]:
    """Root mean squares of (n, 3) errors by axis."""
    if not len(off):
        return {}
    return {axis: round(float(np.sqrt(np.mean(off[:, place] ** 2))), 6) for place, axis in enumerate("xyz")}


def _compute_curve(answers: np.ndarray, persistent: np.ndarray) -> list[float]:
    """The share of right answers after each frame."""
    return (answers == persistent[:, None]).mean(axis=0).round(6).tolist()
