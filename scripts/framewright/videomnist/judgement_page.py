"""The judgement to look at: a page with each figure, its interval and its meaning, and a chart of distances."""

from pathlib import Path
from typing import Any

from framewright.report.page import render_page, render_table
from framewright.report.palette import BLUE, GREEN, RED
from framewright.report.style import LETTERS, name_axes, new_figure, write_figure

AGREEMENT_GATE = {"reconstructions_digit": 0.9, "samples_digit": 0.6}
Found = dict[str, Any]


def judgement_page(found: Found) -> str:
    """All figures as a page of the report."""
    return render_page("Moving digits: what the models are worth", "\n\n".join(_parts(found)) + "\n")


def write_distances(path: Path, found: Found) -> None:
    """Write a chart as PNG: the distances beside floor and controls, and how they depend on the number of videos."""
    distance = found["distance"]
    figure, (bars, curve) = new_figure(1280, 480, 1, 2)
    rows = [("data against data", distance["floor"]), ("reconstructions", distance["reconstructions"])]
    rows += [("samples", distance["samples"])]
    rows += [(control["name"], control) for control in distance["controls"]]
    places = range(len(rows))
    colours = [GREEN, BLUE, BLUE] + [RED] * len(distance["controls"])
    values, spreads = [row["value"] for _, row in rows], [row["spread"] for _, row in rows]
    bars.barh(places, values, xerr=spreads, color=colours)
    bars.set_yticks(places, [name for name, _ in rows])
    bars.set_xscale("symlog", linthresh=0.01)
    bars.invert_yaxis()
    name_axes(bars, f"distance to the data, n = {distance['n']}", "MMD² in the judge's features", "")
    for name, colour, dashes in (("floor", GREEN, "--"), ("samples", BLUE, "-")):
        points = distance["size_curve"][name]
        sizes = [int(size) for size in points]
        curve.errorbar(
            sizes,
            [point["mean"] for point in points.values()],
            [point["spread"] for point in points.values()],
            label="data against data" if name == "floor" else "samples",
            color=colour,
            linestyle=dashes,
            marker="o",
        )
    name_axes(curve, "by the number of videos", "videos on each side", "MMD²")
    curve.legend(fontsize=LETTERS["tick"])
    write_figure(path, figure)


def compose_verdict(found: Found) -> str:
    """Whether the gate is met, in a sentence."""
    lines = []
    for key, least in AGREEMENT_GATE.items():
        figure = found["agreement"][key]
        name = key.removesuffix("_digit").replace("_", " ")
        if figure is not None:
            word = "meets" if figure["value"] >= least else "misses"
            lines.append(f"Agreement of {name} is {figure['value']:.1%} and {word} the aim of {least:.0%}.")
    if found["agreement"]["samples_digit"] is None:
        lines.append("The model is told no class, so samples have none to agree with.")
    elif found["agreement"]["samples_digit"]["value"] < AGREEMENT_GATE["samples_digit"]:
        lines.append("At this budget look at the predicted continuations rather than at new digits.")
    return " ".join(lines)


def _parts(found: Found) -> list[str]:
    distance, judge, again = found["distance"], found["judge"], found["reconstruction"]
    trust = (
        "Every control exceeds its floor by three times the spread over draws, so that the distance can be trusted."
        if distance["trusted"]
        else "**The distance failed: a control does not exceed its floor by three times the spread. It is no result.**"
    )
    agreement = [("Judge, real test clips: digit", judge["digit"], "The best that can be expected below.")]
    if "motion" in judge:
        agreement.append(("Judge, real test clips: motion", judge["motion"], "Of the motion that drew the clip."))
    agreement.append(("Reconstructions: digit", found["agreement"]["reconstructions_digit"], "Of the clip's label."))
    if "reconstructions_motion" in found["agreement"]:
        agreement.append(
            ("Reconstructions: motion", found["agreement"]["reconstructions_motion"], "Of the clip's motion.")
        )
    if found["agreement"]["samples_digit"]:
        agreement.append(("Samples: digit", found["agreement"]["samples_digit"], "Of the digit that was asked for."))
    quality = [
        ("MSE / variance", again["mse_over_variance"], "Squared error by the pixels' variance; 1 is grey everywhere."),
        ("MSE", again["mse"], "Squared error, white being 1."),
        ("PSNR, dB", again["psnr"], "Higher is better."),
        ("SSIM", again["ssim"], "At most 1."),
        ("Bits per dimension", found["bits_per_dimension"], "What VideoGPT needs for a pixel of real codes."),
    ]
    ahead = found["prediction"]
    meanings = {
        "predicted": "One prediction of each clip, not the best of several.",
        "last frame repeated": "What needs no model.",
        "decoded": "The codes of the real frames: the best that can be expected.",
    }
    continued = [
        (f"{way}: {name}", figures[key], meanings[way])
        for way, figures in ahead["ways"].items()
        for key, name in (("psnr", "PSNR, dB"), ("ssim", "SSIM"), ("mse", "MSE"))
    ]
    paths = []
    for name, path in found["path"].items():
        paths.append((f"{name}: step", path["step"], "Pixels a frame that the centre of mass moves."))
        paths.append((f"{name}: change of step", path["change_of_step"], "Pixels; lower is smoother."))
    near = found["nearest"]
    neighbours = [
        ("Samples", near["samples"], "Root mean squared difference to the nearest training clip, 0 to 255."),
        ("Held-out clips", near["held_out"], "The same of real clips; samples that come much nearer are copies."),
    ]
    shares = found["motion_shares"]
    return [
        "# Moving digits: what the models are worth",
        compose_verdict(found),
        f"Figures are of {found['clips']['test']} test clips and {found['samples']} samples. Brackets hold the mean of "
        "95 % of resampled sets. The judge is a small network that was trained on real clips alone.",
        "## Agreement with an independent judge",
        _rows(agreement, percent=True),
        "What the judge calls the motion of each:",
        render_table(
            ("Judged motion", *found["motions"]),
            [(name, *(f"{each:.0%}" for each in share.values())) for name, share in shares.items()],
        ),
        "## Quality",
        _rows(quality),
        f"{again['codes']:,.0f} of {again['n_codes']:,} codes are in use over the test clips (perplexity "
        f"{again['perplexity']:,.0f}). A code costs VideoGPT {found['bits_per_dimension']['bits_a_code']:.2f} bits.",
        "## Continuations",
        f"{ahead['given']} frames are given and {ahead['predicted']} predicted, of {ahead['clips']} test clips.",
        _rows(continued),
        "## Paths",
        _rows(paths),
        "## Distance to the data",
        f"Squared MMD with Gaussian kernels over {distance['features']}; {distance['n']} videos on each side. "
        f"It is not FVD. {trust}",
        render_table(("Videos", "Distance", "Spread", "Control"), _distance_rows(distance)),
        "## Nearest training clips",
        _rows(neighbours),
    ]


def _distance_rows(distance: Found) -> list[tuple[str, str, str, str]]:
    names = {
        "floor": "data against data: the floor",
        "reconstructions": "reconstructions",
        "samples": "samples",
        "floor_by_class": "data against data, by class: the floor",
        "samples_by_class": "samples, by class",
    }
    rows = [
        (label, f"{distance[key]['value']:.3f}", f"{distance[key]['spread']:.3f}", "") for key, label in names.items()
    ]
    for control in distance["controls"]:
        word = "seen" if control["passes"] else "NOT SEEN"
        rows.append((f"control: {control['name']}", f"{control['value']:.3f}", f"{control['spread']:.3f}", word))
    return rows


def _rows(figures: list[tuple[str, Found, str]], percent: bool = False) -> str:
    def shown(number: float) -> str:
        return f"{number:.1%}" if percent else f"{number:.4g}"

    rows = [
        (name, shown(figure["value"]), f"[{shown(figure['low'])}, {shown(figure['high'])}]", meaning)
        for name, figure, meaning in figures
    ]
    return render_table(("", "Value", "Interval", "Meaning"), rows)
