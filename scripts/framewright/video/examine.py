"""What a video file really is: measured from its packets and pictures, not taken from its header."""

import hashlib
import struct
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

import av
import numpy as np

from framewright.errors import UserError
from framewright.study.progress import MEGABYTE, Progress, count_megabytes, report_nothing
from framewright.video.media import best_stream, open_media, pick_stream
from framewright.video.probe import FACTS
from framewright.video.sandbox import call
from framewright.video.stream import LONGEST_STILL, Video, open_video
from framewright.video.timeline import Timeline

PIECE = 1 << 20  # bytes that are read at once
SAMPLE = 5  # frames that are decoded at the beginning, in the middle and at the end
HIGHEST_RATE = 1000  # frames per second; more is a mistake in the time stamps


def probe(path: Path | str) -> dict[str, Any]:
    """The record of a video, for `probe.json`: the same keys for every file, the same values in every run.

    `status` is "ok", or "rejected" with a `reason` (a sentence) and every other fact null. `notes` are sentences about
    what is odd. Times are seconds on the file's presentation clock; `rate`, `pixel_aspect` and `time_base` are exact
    ("30000/1001"); sizes are [width, height]; `frames` counts what is shown, `keyframes` are its times.
    """
    try:
        facts = _facts(path)
    except UserError as error:
        facts = _rejected(str(error).removeprefix(f"{path}: "))
    return _identity(path) | facts


def probe_safely(
    path: Path | str, seconds: float = 120, mebibytes: int = 4096, progress: Progress = report_nothing
) -> dict[str, Any]:
    """`probe` in a separate process: a file that crashes or stalls the decoder, or eats its memory, is rejected.

    So is a file that somebody is still writing: what was seen of it is true of none of its states.
    """
    before = _state(path)
    passes = (lambda: _identity(path, progress), lambda: _examine_safely(path, seconds, mebibytes))
    record: dict[str, Any] = {}
    for read in progress(passes, unit="passes over the file"):
        record |= read()
    if _state(path) != before:
        return empty_record("it changed while it was read; run again when nobody writes it any more")
    return record


def empty_record(reason: str) -> dict[str, Any]:
    """The record of a video that there is none of, for `reason` (a sentence)."""
    return {"sha256": None, "bytes": None} | _rejected(reason)


def examine(path: str) -> dict[str, Any]:
    """`probe` without reading every byte for `sha256` and `bytes`."""
    try:
        return _facts(path)
    except UserError as error:
        return _rejected(str(error).removeprefix(f"{path}: "))


def _examine_safely(path: Path | str, seconds: float, mebibytes: int) -> dict[str, Any]:
    arguments = {"path": str(path)}
    outcome = call("framewright.video.examine:examine", arguments, seconds=seconds, mebibytes=mebibytes)
    return outcome.value if outcome.ok else _rejected(f"reading it {outcome.reason}")


def _identity(path: Path | str, progress: Progress = report_nothing) -> dict[str, Any]:
    if not Path(path).is_file():
        return {"sha256": None, "bytes": None}
    size, digest = Path(path).stat().st_size, hashlib.sha256()
    with Path(path).open("rb") as file:
        for piece in progress(iter(partial(file.read, PIECE), b""), size / MEGABYTE, "MB", count_megabytes):
            digest.update(piece)
    return {"sha256": digest.hexdigest(), "bytes": size}


def _state(path: Path | str) -> tuple[int, int] | None:
    """What changes when a file is written: its size and time; None without a file."""
    try:
        status = Path(path).stat()
    except OSError:
        return None
    return status.st_size, status.st_mtime_ns


def _rejected(reason: str) -> dict[str, Any]:
    return {"status": "rejected", "reason": reason, "notes": []} | dict.fromkeys(FACTS)


def _facts(path: Path | str) -> dict[str, Any]:
    with open_media(path) as container:
        stream, why = pick_stream(container, path)
        claims = {
            "frames": stream.frames,
            "rate": stream.average_rate or stream.guessed_rate,
            "duration": _claimed_duration(container, stream),
        }
        header = {
            "container": container.format.name,
            "profile": stream.profile,
            "audio": _audio(container),
            "stream": {"index": stream.index, "why": why, "of": len(container.streams)},
        }
    with open_video(path) as video:
        line = video.timeline
        sample = _sample(video)
        rate, varies = line.rate(claims["rate"])
        facts = dict.fromkeys(FACTS) | header | _look(video) | {"sample": sample}
        facts |= {
            "rate": str(rate),
            "rate_varies": varies,
            "start": float(line.start),
            "duration": float(line.end - line.start),
            "frames": len(line),
            "keyframes": [float(time) for time in line.key_times],
        }
    return {"status": "ok", "reason": None, "notes": _notes(line, rate, varies, claims, sample)} | facts


def _look(video: Video) -> dict[str, Any]:
    """Everything that the first decoded picture tells."""
    return {
        "codec": video.codec,
        "pixel_format": video.pixel_format,
        "bit_depth": video.depth,
        "coded_size": list(video.shape.stored),
        "displayed_size": list(video.size),
        "rotation": video.shape.rotation,
        "mirrored": video.shape.mirrored,
        "pixel_aspect": str(video.shape.pixel_aspect),
        "time_base": str(video.time_base),
        "interlaced": video.interlaced,
        "colour": {
            "primaries": video.colour.primaries,
            "transfer": video.colour.transfer,
            "matrix": video.colour.matrix,
            "range": video.colour.range,
            "class": video.colour.kind,
            "untagged": video.colour.untagged,
            **_light(video.side_data),
        },
    }


def _light(side_data: dict[str, bytes]) -> dict[str, float | None]:
    """Peaks in nits, null where the file does not say: of the screen it was mastered on, of its brightest pixel, of
    its brightest frame on average; and `peak`, the one to reckon with."""
    mastering = content = average = None
    if "MASTERING_DISPLAY_METADATA" in side_data:
        # AVMasteringDisplayMetadata: eight ratios of colours, then least and greatest luminance, then two flags
        numbers = struct.unpack("=22i", side_data["MASTERING_DISPLAY_METADATA"][:88])
        top, bottom, known = numbers[18], numbers[19], numbers[21]
        mastering = top / bottom if known and bottom and top > 0 else None
    if "CONTENT_LIGHT_LEVEL" in side_data:
        content, average = (float(nits) or None for nits in struct.unpack("=2I", side_data["CONTENT_LIGHT_LEVEL"][:8]))
    return {"peak": content or mastering, "mastering_peak": mastering, "max_cll": content, "max_fall": average}


def _sample(video: Video) -> dict[str, int]:
    """Decode a few frames at the beginning, in the middle and at the end, as far as the file can be entered there."""
    line = video.timeline
    places = {0, max(0, len(line) // 2 - SAMPLE // 2), max(0, len(line) - SAMPLE)} if video.seekable else {0}
    wanted = {place + offset for place in places for offset in range(SAMPLE) if place + offset < len(line)}
    seen = set()
    for place in sorted(places):
        end = line.time(min(place + SAMPLE, len(line)) - 1) + line.unit
        seen |= {frame.time for frame in video.frames(line.time(place), end)}
    return {"wanted": len(wanted), "decoded": len(seen), "errors": video.errors}


def _audio(container: av.container.InputContainer) -> dict[str, Any] | None:
    stream = best_stream(container, "audio")
    if stream is None:
        return None
    context = stream.codec_context
    if context is None:
        return {"codec": "unknown", "rate": None, "channels": None}
    return {"codec": context.codec.canonical_name, "rate": context.sample_rate, "channels": context.channels}


def _claimed_duration(container: av.container.InputContainer, stream: av.VideoStream) -> Fraction | None:
    if stream.duration:
        return stream.duration * stream.time_base
    return Fraction(container.duration, av.time_base) if container.duration else None


def _notes(line: Timeline, rate: Fraction, varies: bool, claims: dict[str, Any], sample: dict[str, int]) -> list[str]:
    """Sentences about what a user should know: lies of the header, odd times, damage."""
    notes = []
    steps = np.diff(line.ticks)
    duration = line.end - line.start
    claimed = claims["duration"]
    if len(line) == 1:
        notes.append("it has a single frame: a picture rather than a video")
    if claims["frames"] and claims["frames"] != len(line) + line.hidden:
        notes.append(f"its header claims {claims['frames']} frames, it has {len(line) + line.hidden}")
    if line.hidden:
        notes.append(f"an edit list hides {line.hidden} of its frames")
    if claimed and abs(claimed - duration) > max(Fraction(1, 2), duration / 20):
        notes.append(f"its header claims {float(claimed):.3f} s, its frames last {float(duration):.3f} s")
    if claims["rate"] and rate and not varies and abs(claims["rate"] / rate - 1) > Fraction(1, 50):
        notes.append(f"its header claims {float(claims['rate']):g} frames per second, they come at {float(rate):g}")
    if rate > HIGHEST_RATE:
        notes.append(f"its time stamps say {float(rate):g} frames per second, which cannot be")
    if len(steps) and steps.max() * line.unit > LONGEST_STILL:
        at = int(steps.argmax())
        notes.append(f"its time stamps jump by {float(steps[at] * line.unit):.0f} s at {float(line.time(at)):.3f} s")
    if len(steps) and steps.min() == 0:
        notes.append(f"{int((steps == 0).sum())} frames have the same time as another")
    if line.guessed:
        notes.append(f"{line.guessed} frames have no presentation time and are counted at the file's rate")
    if line.failures:
        notes.append(f"it cannot be read at {line.failures} places")
    if sample["errors"] or sample["decoded"] < sample["wanted"]:
        notes.append(f"of {sample['wanted']} sampled frames {sample['decoded']} decode ({sample['errors']} errors)")
    return notes
