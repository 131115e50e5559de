"""What defaced videos promise: the same frames at the same times, as large and with the sound, and a look back."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from framewright.study.contract import Part, make_part
from framewright.study.funnel import Item
from framewright.video.probe import Probe

Records = Sequence[tuple[Probe, Mapping[str, Any], Mapping[str, Any]]]
TICK = 1 / 90_000  # seconds: what a file's clock may cost where an mp4 can't have it


def check_privacy(records: Records) -> list[Part]:
    """The promises, found to hold or broken, of (probe, record of defacing, audit) of each video."""
    searched = [entry for entry in records if entry[1]["status"] in ("covered", "linked")]
    again = sum(audit["open"] for _, _, audit in searched)
    frames = sum(audit["looked_at"] for _, _, audit in searched)
    return [
        make_part("defaced videos have the frames of their sources, at the same times", _time_faults(searched)),
        make_part("defaced videos are as large as their sources and have their sound", _form_faults(searched)),
        make_part(
            "some frames of each defaced video were looked at again",
            (
                f"{record['video']}: none"
                for _, record, audit in searched
                if record["frames"] and not audit["looked_at"]
            ),
            "{again:,} faces seen outside of what is covered in {frames:,} frames",
            again=again,
            frames=frames,
        ),
    ]


def list_privacy_outcomes(records: Iterable[Mapping[str, Any]], audits: Iterable[Mapping[str, Any]]) -> Iterator[Item]:
    """For the funnel: each video, with what was done about faces and what an audit found."""
    for record, audit in zip(records, audits, strict=True):
        detail = record["detail"] or (
            f"{record['status']}: {record['chains']} faces followed, {record['covered_frames']} of {record['frames']} "
            f"frames covered in part; of {audit['seen']} faces seen again in {audit['looked_at']} frames "
            f"{audit['open']} are open"
        )
        yield Item("privacy", record["video"], "", "unusable" if record["status"] == "unusable" else "", detail)


def _time_faults(records: Records) -> Iterator[str]:
    for _, record, audit in records:
        if record["frames"] != audit["frames"]:
            yield f"{record['video']}: {audit['frames']} frames of {record['frames']}"
        elif audit["times_off"] > TICK:
            yield f"{record['video']}: a frame is {audit['times_off']} s off"


def _form_faults(records: Records) -> Iterator[str]:
    for probe, record, audit in records:
        if tuple(audit["size"]) != probe.displayed_size:
            yield f"{record['video']}: {audit['size']}, not {list(probe.displayed_size)}"
        if record["sound"] in ("copied", "") and bool(probe.audio) != audit["sound"]:
            yield f"{record['video']}: its sound is missing"
