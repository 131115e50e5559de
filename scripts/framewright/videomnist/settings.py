"""What the section `videomnist` of the configuration means: its faults, and the settings of each rule.

Only rule files and the check of the configuration import this module. Light: no arrays here.
"""

import json
import math
from dataclasses import asdict
from pathlib import Path
from typing import Any

from framewright.study.definition import compute_definition
from framewright.videomnist.class_folders import VIDEO_SUFFIXES, find_class_folders, find_videos
from framewright.videomnist.clip_spec import SPLITS, ClipSpec, GlyphSpec
from framewright.videomnist.digit_files import EMBEDDED, is_address

Section = dict[str, Any]

PRESETS: dict[str, dict[str, dict[str, Any]]] = {
    "framewright": {  # learns in minutes on one core
        "vqvae": {
            "embedding_dim": 64,
            "n_codes": 4096,
            "n_hiddens": 128,
            "n_res_layers": 0,
            "downsample": [2, 16, 16],
            "quantizer": "vq",
            "batch_size": 8,
            "learning_rate": 0.001,
            "max_steps": 100,  # further ones lower the squared error, and blur digits until they are mistaken
        },
        "videogpt": {
            "hidden_dim": 128,
            "heads": 4,
            "layers": 4,
            "dropout": 0.0,
            "attn_dropout": 0.0,
            "positions": "rope",
            "batch_size": 8,
            "learning_rate": 0.002,
            "max_steps": 350,
        },
    },
    "videogpt": {  # as VideoGPT has it: for a GPU
        "vqvae": {
            "embedding_dim": 256,
            "n_codes": 2048,
            "n_hiddens": 240,
            "n_res_layers": 4,
            "downsample": [4, 4, 4],
            "quantizer": "vq",
            "batch_size": 32,
            "learning_rate": 0.0003,
            "max_steps": 200_000,
        },
        "videogpt": {
            "hidden_dim": 576,
            "heads": 4,
            "layers": 8,
            "dropout": 0.2,
            "attn_dropout": 0.3,
            "positions": "axial",
            "batch_size": 8,
            "learning_rate": 0.0003,
            "max_steps": 200_000,
        },
    },
}
LEVELS = (64, 512, 2048, 4096)  # numbers of codes of fsq: as in `quantizer.LEVELS`
VALIDATIONS = 10  # of a training, at even distances; after each a killed run can go on


def find_faults(section: Section) -> list[str]:
    """A line for each fault that the schema can't see."""
    lines, where = [], "paths are relative to the working directory"
    source, speed, folder = section["digits"], section["speed"], section["convert"]
    if source != EMBEDDED and not is_address(source) and not _is_folder(source):
        remedy = f"must be {EMBEDDED}, a folder with MNIST's files, or its http(s) address; {where}"
        lines.append(f"config: videomnist.digits = {json.dumps(source)}: {remedy}")
    if speed[0] > speed[1]:
        lines.append(f"config: videomnist.speed = {json.dumps(speed)}: must go from the slower to the faster")
    for split in SPLITS if folder else ():
        if not any(find_videos(path) for path in find_class_folders(folder).values() if path.parent.name == split):
            line = f"no videos in {split}/<class>/ (one of {', '.join(VIDEO_SUFFIXES)}); VideoGPT wants both splits"
            lines.append(f"config: videomnist.convert = {json.dumps(folder)}: {line}")
    return lines + model_faults(section)


def glyph_settings(section: Section) -> dict[str, Any]:
    """How pictures of digits are prepared, for `clip_spec.GlyphSpec`."""
    return asdict(
        GlyphSpec(size=section["image_size"], growth=section["max_growth"], max_enlargement=section["max_enlargement"])
    )


def clip_settings(section: Section) -> dict[str, Any]:
    """What all videos have in common, for `clip_spec.ClipSpec`."""
    spec = ClipSpec(
        **glyph_settings(section),
        frames=section["sequence_length"] + 1,  # VideoGPT's loader wants one more than it returns
        motions=section["motion_types"],
        speed=section["speed"],
        rotation=section["max_rotation"],
        digits=section["digits_per_video"],
    )
    return asdict(spec)


def define_videos(section: Section, seed: int, code: str) -> str:
    """A digest of all that decides what videos are like: shards with another one are not put together."""
    return compute_definition({"clip": clip_settings(section), "digits": section["digits"], "seed": seed, "code": code})


def define_films(section: Section, limits: dict[str, Any], code: str) -> str:
    """The same of converted films."""
    return compute_definition(
        {"frames": section["sequence_length"], "size": section["image_size"], "code": code, **limits}
    )


def shard_settings(section: Section, seed: int, code: str, split: str, shard: str) -> dict[str, Any]:
    """What one shard holds: which videos of its split, and how they are drawn."""
    count = count_shards(section)[split][shard]
    first = int(shard) * section["videos_per_shard"]
    return {
        "clip": clip_settings(section),
        "seed": seed,
        "first": first,
        "videos": count,
        "definition": define_videos(section, seed, code),
    }


def count_shards(section: Section) -> dict[str, dict[str, int]]:
    """The shards of each split and how many videos each has: all are full but the last, so that growing changes one."""
    most = section["videos_per_shard"]
    return {
        split: {f"{first // most:05}": min(most, 10 * count - first) for first in range(0, 10 * count, most)}
        for split, count in section["videos_per_digit"].items()
    }


def name_sets(section: Section) -> list[str]:
    """The sets of videos that are made: the digits, and what a class folder holds."""
    return ["videomnist", "converted"] if section["convert"] else ["videomnist"]


def merge_settings(name: str, section: Section, seed: int, definition: str) -> dict[str, Any]:
    """The shape of a set's videos, and what its files say of themselves beside what follows from their arrays."""
    shape = {"frames": section["sequence_length"], "size": section["image_size"], "definition": definition}
    if name == "converted":
        classes = sorted({folder.name for folder in find_class_folders(section["convert"]).values()})
        return shape | {"attributes": {"n_classes": len(classes), "classes": classes}}
    return shape | {
        "attributes": {
            "n_classes": 10,
            "motion_types": section["motion_types"],
            "digits_per_video": section["digits_per_video"],
            "digits": "scikit-learn's 8x8 digits, enlarged" if section["digits"] == EMBEDDED else "MNIST",
            "seed": seed,
            "fps": section["samples"]["fps"],
        }
    }


def model_faults(section: Section) -> list[str]:
    """A line for each fault of the model keys that the schema can't see."""
    vqvae, gpt, training = _chosen(section, "vqvae"), _chosen(section, "videogpt"), section["training"]
    as_videogpt = training["preset"] == "videogpt"
    lines = _raster_faults(section, vqvae["downsample"], as_videogpt)
    if vqvae["quantizer"] == "fsq" and vqvae["n_codes"] not in LEVELS:
        near = min(LEVELS, key=lambda count: abs(count - vqvae["n_codes"]))
        lines.append(_line("vqvae.n_codes", vqvae["n_codes"], f"fsq has {_listed(LEVELS)}; the nearest is {near}"))
    if as_videogpt and vqvae["quantizer"] == "fsq":
        lines.append(_line("vqvae.quantizer", "fsq", "the preset videogpt has vq alone; use vq, or another preset"))
    if vqvae["n_hiddens"] % 2:
        lines.append(
            _line("vqvae.n_hiddens", vqvae["n_hiddens"], f"must be even; the nearest is {vqvae['n_hiddens'] + 1}")
        )
    hidden, heads = gpt["hidden_dim"], gpt["heads"]
    unit = math.lcm(3, heads) if as_videogpt else 2 * heads
    if hidden % unit:
        below, above = hidden // unit * unit, -(-hidden // unit) * unit
        why = (
            f"the preset videogpt needs a multiple of 3 and of its {heads} heads"
            if as_videogpt
            else f"needs a multiple of {unit}"
        )
        lines.append(_line("videogpt.hidden_dim", hidden, f"{why}; the nearest are {below or above} and {above}"))
    if as_videogpt and gpt["positions"] != "axial":
        lines.append(_line("videogpt.positions", gpt["positions"], "the preset videogpt has axial alone"))
    lines += _condition_faults(section, vqvae["downsample"][0], as_videogpt)
    if str(training["precision"]) == "16" and not training["gpus"]:
        lines.append(
            _line("training.precision", 16, "half precision needs a GPU; use 32 or bf16, or set training.gpus to 1")
        )
    return lines


def clips_settings(section: Section, seed: int, clip: dict[str, Any]) -> dict[str, Any]:
    """What the training set of the models is: how clips are drawn, and how many."""
    shape = {"frames": section["sequence_length"], "size": section["image_size"]}
    return {"clip": clip, "seed": seed, "videos": section["training"]["clips"], "shape": shape}


def vqvae_settings(section: Section, seed: int) -> dict[str, Any]:
    """Model and plan of the VQ-VAE's training."""
    chosen = _chosen(section, "vqvae")
    as_videogpt = section["training"]["preset"] == "videogpt"
    model = {
        "frames": _frames(section),
        "size": _size(section),
        "channels": 3 if as_videogpt else 1,
        "stem": "strided" if as_videogpt else "patch",
    }
    sizes = ("embedding_dim", "n_codes", "n_hiddens", "n_res_layers", "downsample", "quantizer")
    model |= {key: chosen[key] for key in sizes}
    schedule = "constant" if as_videogpt else "linear"
    return {"model": model, "plan": _plan(section, chosen, schedule, "adam"), "seed": seed}


def gpt_settings(section: Section, seed: int) -> dict[str, Any]:
    """Model and plan of the transformer's training; its raster and codes come from the VQ-VAE."""
    chosen, told = _chosen(section, "videogpt"), section["videogpt"]
    as_videogpt = section["training"]["preset"] == "videogpt"
    model = {key: chosen[key] for key in ("hidden_dim", "heads", "layers", "dropout", "attn_dropout", "positions")}
    model |= {"classes": 10 if told["class_cond"] else 0, "neighbours": not as_videogpt}
    # With the other preset the first frames' codes do not know what follows: they are given as codes when sampling.
    model["cond_frames"] = told["n_cond_frames"] if as_videogpt else 0
    plan = _plan(section, chosen, "cosine" if as_videogpt else "linear", "adam" if as_videogpt else "muon")
    return {"model": model, "plan": plan, "seed": seed}


def codes_settings(section: Section) -> dict[str, Any]:
    """Where codes are computed."""
    return {"gpus": section["training"]["gpus"]}


def compose_gallery(section: Section, seed: int) -> dict[str, Any]:
    """Settings of videomnist_gallery."""
    return {"max_items": section["gallery"]["max_items"], "fps": section["samples"]["fps"], "seed": seed}


def generate_settings(section: Section, seed: int) -> dict[str, Any]:
    """What is sampled, and how."""
    keys = ("n", "class", "temperature", "top_k", "top_p", "guidance", "fps", "width")
    chosen = {key: section["generate"][key] for key in keys}
    return chosen | {"seed": seed, "cond_frames": _given_frames(section), "gpus": section["training"]["gpus"]}


def judge_settings(section: Section, seed: int) -> dict[str, Any]:
    """What is judged, and by how many videos."""
    sampling = {key: section["generate"][key] for key in ("temperature", "top_k", "top_p", "guidance")}
    sampling["cond_frames"] = _given_frames(section)
    return {"plan": section["judge"] | sampling, "seed": seed, "gpus": section["training"]["gpus"]}


def _plan(section: Section, chosen: dict[str, Any], schedule: str, optimizer: str) -> dict[str, Any]:
    training = section["training"]
    return {
        "max_steps": chosen["max_steps"],
        "batch_size": chosen["batch_size"],
        "learning_rate": chosen["learning_rate"],
        "schedule": schedule,
        "optimizer": optimizer,
        "precision": str(training["precision"]),
        "validate_every": max(1, min(1000, chosen["max_steps"] // VALIDATIONS)),
        "num_workers": training["num_workers"],
        "gpus": training["gpus"],
    }


def _chosen(section: Section, stage: str) -> dict[str, Any]:
    """A stage's keys: what was chosen, else what the preset says."""
    preset = PRESETS[section["training"]["preset"]][stage]
    return {key: value if section[stage][key] is None else section[stage][key] for key, value in preset.items()}


def _frames(section: Section) -> int:
    return section["training"]["sequence_length"] or section["sequence_length"]


def _size(section: Section) -> int:
    return section["training"]["resolution"] or section["image_size"]


def _given_frames(section: Section) -> int:
    """Frames that are given when continuations are predicted: those asked for, else a patch of frames."""
    return section["videogpt"]["n_cond_frames"] or _chosen(section, "vqvae")["downsample"][0]


def _raster_faults(section: Section, downsample: list[int], as_videogpt: bool) -> list[str]:
    lines = []
    sides = (_frames(section), _size(section), _size(section))
    for axis, (side, factor) in enumerate(zip(sides, downsample, strict=True)):
        fits = [each for each in range(1, side + 1) if side % each == 0 and (not as_videogpt or each & (each - 1) == 0)]
        if factor not in fits:
            what = f"{side} {'pixels' if axis else 'frames'}"
            near = min(fits, key=lambda each: (abs(each - factor), each))
            power = "a power of two that divides" if as_videogpt else "a number that divides"
            line = f"{factor} must be {power} {what}; the nearest is {near}"
            lines.append(_line("vqvae.downsample", downsample, line))
    if as_videogpt and not lines and max(downsample) < 4:
        nearest = [*downsample[:2], 4]
        lines.append(_line("vqvae.downsample", downsample, f"one of them must be 4 or more; the nearest is {nearest}"))
    if not lines and math.prod(side // factor for side, factor in zip(sides, downsample, strict=True)) > 16_384:
        lines.append(
            _line("vqvae.downsample", downsample, "leaves more than 16,384 codes a video; take larger numbers")
        )
    longest = section["sequence_length"]
    if section["training"]["data_path"] is None and _frames(section) > longest:
        line = f"the clips have {longest} frames; the nearest is {longest}"
        lines.append(_line("training.sequence_length", _frames(section), line))
    return list(dict.fromkeys(lines))


def _condition_faults(section: Section, step: int, as_videogpt: bool) -> list[str]:
    lines, given, frames = [], section["videogpt"]["n_cond_frames"], _frames(section)
    most = frames - 1 if as_videogpt else (frames - 1) // step * step
    if given > most or (not as_videogpt and given % step):
        near = min(most, given if as_videogpt else max(step, round(given / step) * step))
        why = (
            f"must be at most {most}"
            if as_videogpt
            else f"must be a multiple of {step}, the frames of a code, and at most {most}"
        )
        lines.append(_line("videogpt.n_cond_frames", given, f"{why}; the nearest is {near}"))
    if as_videogpt and given and _size(section) % 4:
        lines.append(_line("training.resolution", _size(section), "given frames are quartered; take a multiple of 4"))
    if section["generate"]["class"] is not None and not section["videogpt"]["class_cond"]:
        lines.append(
            _line("generate.class", section["generate"]["class"], "the model knows classes with class_cond alone")
        )
    return lines


def _line(key: str, value: Any, remedy: str) -> str:
    return f"config: videomnist.{key} = {json.dumps(value)}: {remedy}"


def _listed(numbers: tuple[int, ...]) -> str:
    return f"{', '.join(map(str, numbers[:-1]))} or {numbers[-1]}"


def given_file(path: str | None, otherwise: Any) -> Any:
    """A file of the user's where one is named, else what a rule makes."""
    return otherwise if path is None else str(Path(path))


def _is_folder(path: str) -> bool:
    try:
        return Path(path).is_dir()
    except OSError:  # a name too long
        return False
