"""What a person wants to know of one video: what it is, and what can be done about it."""

from framewright.sources.outcome import Outcome
from framewright.sources.summary import word_of
from framewright.video.probe import Probe

CAN_BE_DONE = {
    "checksum": "give the file that is meant, or this one's sha256 in its row of the table",
    "out-of-range": "mend start and end in its row of the table",
    "decoder": "if it is only large, raise sources.probe.seconds or sources.probe.mebibytes in the config",
    "page": "give the address of the film itself in its row of the table",
    "playlist": "give the film itself in its row of the table",
}


def in_words(probe: Probe) -> str:
    """What a video that can be used is, on one line: size, rate, length, colour, codec, sound."""
    width, height = probe.displayed_size
    varies = " on average, varying" if probe.rate_varies else ""
    return ", ".join(
        [
            f"{width} x {height} pixels",
            f"{float(probe.rate):.6g} frames per second{varies}",
            f"{probe.duration:.3f} s ({probe.frames:,} frames)",
            f"{probe.colour.kind}, {probe.bit_depth} bit",
            probe.codec,
            f"sound in {probe.audio}" if probe.audio else "no sound",
        ]
    )


def list_advice(outcome: Outcome, probe: Probe, licence: str) -> list[str]:
    """What the user can do, a sentence each; nothing where all is well."""
    if outcome.retry:
        return ["make retry-sources, then run again: the cause may have passed"]
    if outcome.status == "dead" and outcome.kind in ("http", "youtube"):
        again = f"if it can be had by now: python scripts/retry_sources.py --reason {outcome.reason}"
        return ["mend its row of the table, or remove it", again]
    if outcome.status == "dead":
        return [f"mend {outcome.source}, or its row of the table; the next run notices"]
    if not probe.usable:
        return [CAN_BE_DONE.get(word_of(probe.reason), "give another file in its row of the table, or remove it")]
    return [] if licence else ["name its licence in its row of the table: the cards say that it is unknown"]
