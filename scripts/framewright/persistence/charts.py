"""The evaluation to look at: accuracy by frames seen as curves, and where the attention lies as pictures."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch

from framewright.persistence.dataset import PersistenceClips
from framewright.persistence.models import TrainedModel
from framewright.persistence.store import Clips
from framewright.persistence.strips import MARK, STILL, add_border
from framewright.report.gif import enlarge
from framewright.report.page import render_page, render_table
from framewright.report.palette import BLUE, GREEN, GREY, INK, ORANGE, PURPLE, RED
from framewright.report.picture import contact_sheet, draw_notice, write_png
from framewright.report.style import LETTERS, name_axes, new_figure, write_figure

LINES = {  # name in the figures: name in the chart, colour, style
    "bound": ("best possible (Bayes)", INK, "-"),
    "model": ("model", BLUE, "-"),
    "colour": ("coloured pixels", RED, "--"),
    "area": ("lit pixels", ORANGE, ":"),
    "blobs": ("number of blobs", GREEN, "-."),
    "one_frame": ("all three of a frame", PURPLE, (0, (3, 1, 1, 1))),
    "constant": ("always the same", GREY, (0, (5, 1))),
}
IDENTITIES = "best with identities known"  # what the bound is called where there are companions
SHOWN = 3  # clips in the attention's picture
EACH = 12  # frames of each
LONGEST = 12  # characters below a frame


def write_curves(path: str | Path, arms: Mapping[str, Mapping[str, Any]]) -> None:
    """Write a chart as PNG: for each arm, the share of clips judged rightly by the number of frames seen."""
    figure, panels = new_figure(620 * len(arms), 480, 1, len(arms))
    for panel, (name, found) in zip(panels, arms.items(), strict=True):
        clip, frames = found["clip"], np.arange(1, len(found["clip"]["bound"]) + 1)
        for key, (words, colour, dashes) in LINES.items():
            if key in clip:
                label = IDENTITIES if key == "bound" and found["crowded"] else words
                width = 2 if key == "model" else 1.5
                curve = np.array(clip[key] if key == "bound" else clip[key]["curve"])
                panel.plot(frames, curve, linestyle=dashes, color=colour, label=label, linewidth=width)
        if "model" in clip:
            curve, early = np.array(clip["model"]["curve"]), clip["model"]["early_exit"]
            error = 2 * np.sqrt(curve * (1 - curve) / found["clips"]["test"])
            panel.fill_between(frames, curve - error, np.minimum(curve + error, 1), color=LINES["model"][1], alpha=0.13)
            panel.plot(early["mean_frames"], early["accuracy"], "o", color=LINES["model"][1], label="model, early exit")
        name_axes(panel, f"arm {name}", "frames seen", "share of clips judged rightly")
        panel.set(xlim=(1, frames[-1]), ylim=(0.4, 1.02))
        panel.legend(loc="lower right", fontsize=LETTERS["tick"], framealpha=0.9)
    write_figure(path, figure)


def write_attention(
    path: str | Path, arms: Mapping[str, Clips], models: Mapping[str, Mapping[str, TrainedModel]]
) -> None:
    """Write a picture as PNG: frames of a few test clips of each arm that has an attention model, and below each where
    the attention lies, bright on dark.

    Frames with a transient have a bright border. Below the first frame of a clip stand its arm and its number.
    """
    pictures, labels = [], []
    for name, trained in models.items():
        if "attention" not in trained:
            continue
        data = PersistenceClips(arms[name], "test")
        for position in range(min(SHOWN, len(data))):
            item, number = data[position], arms[name].numbers[data.places[position]]
            with torch.no_grad():
                attention = trained["attention"].model(item["video"][None])["attention"][0].numpy()
            shows = item["clean"].numpy() < 0.5
            times = _choose_frames(shows)
            for time in times:
                frame = enlarge(np.moveaxis(item["video"][time].numpy(), 0, -1), 2)
                both = np.vstack([frame, _draw_heat(attention[time], frame.shape[0])])
                pictures.append(add_border(both, MARK if shows[time] else STILL))
                labels.append(f"frame {time}")
            labels[-len(times)] = f"{name} {number}"[:LONGEST]
    write_png(
        path, contact_sheet(pictures, labels, EACH, 1680) if pictures else draw_notice("No attention model was trained")
    )


def _choose_frames(shows: np.ndarray) -> list[int]:
    """Frames to show: half of them with transients, where there are as many, in order."""
    marked = np.flatnonzero(shows)[: EACH // 2]
    rest = np.flatnonzero(~shows)
    rest = rest[np.linspace(0, len(rest) - 1, min(EACH - len(marked), len(rest))).astype(int)]
    return sorted({*marked.tolist(), *rest.tolist()})


def _draw_heat(attention: np.ndarray, size: int) -> np.ndarray:
    """(size, size, 3) uint8 RGB of one frame's weights, the largest white."""
    grey = np.round(255 * np.sqrt(attention / max(attention.max(), 1e-9))).astype(np.uint8)
    large = cv2.resize(grey, (size, size), interpolation=cv2.INTER_NEAREST)
    return cv2.cvtColor(cv2.applyColorMap(large, cv2.COLORMAP_INFERNO), cv2.COLOR_BGR2RGB)


def make_evaluation_page(arms: Mapping[str, Mapping[str, Any]], sure: float) -> str:
    """The figures of all arms as a page of the report."""
    parts = ["# Persistence: what the models are worth", "", TEXT.format(sure=sure)]
    for name, found in arms.items():
        number, clip = found["clips"]["test"], found["clip"]
        parts += [
            "",
            f"## Arm {name}: {number} clips of sources that no model saw",
            "",
            *_list_wins(found),
            "Single frames, a transient or none:",
        ]
        parts += ["", _make_scores_table(found["frames"])]
        parts += ["", "Whole clips, persistent or not:", ""]
        whole = {key: figures for key, figures in clip.items() if "accuracy" in figures} if clip else {}
        early = {f"{key}, early exit": clip[key]["early_exit"] for key in ("model", "oracle") if key in clip}
        parts += [_make_scores_table(whole | early)]
        if early:
            parts += ["", *(_make_exit_line(key, figures) for key, figures in early.items())]
        parts += _list_more(found)
    return render_page("Persistence: evaluation", "\n".join(parts))


TEXT = """Sources were split by a hash of their number. Figures are of test clips alone, thresholds and temperatures of
others. *Constant* always gives the more frequent answer. *Colour* counts coloured pixels, *area* lit ones, *blobs* what
hangs together. *One frame* knows all three of a frame. The *identity oracle* knows which sphere is which, and calls one
that is briefly in view a transient. The clip's *oracle* knows of each transient that has begun, and how they are drawn:
nobody can know more. In arms with companions it knows what pixels tell only later, so that it is an upper limit: best
baseline and oracle are a bracket. An early exit decides at the first frame after which one answer's probability is at
least {sure:g}, and is scored on that decision."""

FIGURES = ("accuracy", "balanced_accuracy", "f1", "precision", "recall", "recall_of_the_other", "calibration_error")


def _make_scores_table(rows: Mapping[str, Mapping[str, Any]]) -> str:
    header = ["by", *(name.replace("_", " ") for name in FIGURES)]
    return render_table(
        header,
        [
            [name, *(f"{figures[key]:.3f}" if key in figures else "" for key in FIGURES)]
            for name, figures in rows.items()
        ],
    )


def _make_exit_line(name: str, figures: Mapping[str, Any]) -> str:
    seen = f"{figures['mean_frames']:.1f} frames seen on average, {figures['share_of_frames']:.0%} of the clip"
    before_end, by_frame_4 = figures["decided_before_the_end"], figures["decided_by_frame_4"]
    when = f"{before_end:.0%} decided before its end, {by_frame_4:.0%} by frame 4"
    return f"{name.capitalize()}: {seen}; {when}.\n"


def _list_more(found: Mapping[str, Any]) -> list[str]:
    lines = []
    if beats := found.get("beats_the_bound"):
        lines += ["", f"**The model beats the bound after {beats} frames: something is wrong.**"]
    if figures := found.get("multitask"):
        error, middle = figures["position_error"], figures["position_error_of_the_middle"]
        lines += ["", "Multi-task model:", "", _make_scores_table({"frames": figures["frames"]}), ""]
        lines += [f"Kind of path: {_describe_kinds(figures['kind'])}.", ""]
        lines += [
            "Position, root mean square error in half pictures: "
            + "; ".join(f"{axis} {error[axis]:.3f} (always the middle: {middle[axis]:.3f})" for axis in error)
            + "."
        ]
    if figures := found.get("objects"):
        lines += ["", "Spheres one by one, persistent or not, by their tracklets:", ""]
        lines += [_make_scores_table(figures)]
    if figures := found.get("attention"):
        lines += ["", "Attention model:", "", f"Kind of path: {_describe_kinds(figures['kind'])}.", ""]
        shares = [
            f"{figures[key]:.2%} on the {words}, {figures[f'{key}_if_even']:.2%} if it were even"
            for key, words in (("share_on_transients", "transients"), ("share_on_the_sphere", "sphere"))
        ]
        lines += [f"Of the attention in frames with transients, {'; '.join(shares)}."]
    return lines


def _list_wins(found: Mapping[str, Any]) -> list[str]:
    """Where learning was not worth it, in bold."""
    wins = found.get("baseline_wins", [])
    return [f"**A baseline is as good as the model here. {'; '.join(wins)}.**", ""] if wins else []


def _describe_kinds(figures: Mapping[str, Any]) -> str:
    each = ", ".join(f"{name} {recall:.2f}" for name, recall in figures["recall"].items())
    return f"{figures['accuracy']:.3f} right, balanced {figures['balanced_accuracy']:.3f} ({each})"
