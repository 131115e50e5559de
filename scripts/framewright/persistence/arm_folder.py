"""One documented dataset from the folders of its shards, and its accounts, counted from the files themselves."""

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from framewright.persistence.shard import Account
from framewright.persistence.store import Clips, to_json

STEM = "augmented_traj"


def link_shards(folder: str | Path, shards: Iterable[str | Path]) -> None:
    """Make `folder` and link the files of all shards into it: nothing is copied."""
    folder = Path(folder)
    folder.mkdir()
    for shard in shards:
        for path in sorted(Path(shard).iterdir()):
            if not path.name.startswith("."):  # Snakemake leaves a hidden mark
                os.link(path, folder / path.name)


def recount(folder: str | Path) -> dict[str, Any]:
    """Figures of a dataset, counted from its files: what exists counts, whatever runs there were."""
    clips = Clips(folder, STEM)
    types: Counter[str] = Counter()
    durations: Counter[str] = Counter()
    classes: Counter[str] = Counter()
    splits: Counter[str] = Counter()
    transients = shown = persistent = 0
    for position in range(len(clips)):
        metadata = clips.metadata(position)
        transients += metadata["num_transients"]
        shown += len(metadata["transient_frames"])
        persistent += metadata["persistent"]
        classes[metadata["class"]] += 1
        splits[metadata["split"]] += 1
        types.update(detail["trajectory_type"] for detail in metadata["transient_details"])
        durations.update(str(detail["duration"]) for detail in metadata["transient_details"])
    return {
        "total_processed": len(clips),
        "total_transients_added": transients,
        "transient_frames": shown,
        "persistent_videos": persistent,
        "classes": dict(sorted(classes.items())),
        "splits": dict(sorted(splits.items())),
        "transient_types": dict(sorted(types.items())),
        "transient_durations": dict(sorted(durations.items())),
    }


def write_documents(
    folder: str | Path,
    base: Sequence[Account],
    accounts: Sequence[Account],
    wanted: int,
    configuration: dict[str, Any],
) -> dict[str, Any]:
    """Write PROGRESS.txt, checkpoint.json and GENERATION_SUMMARY.json into a gathered dataset; its statistics.

    `wanted` clips were asked for; what is lost is named. `base` and `accounts` are those of the shards of the base set
    and of this arm, in order.
    """
    folder, counted = Path(folder), recount(folder)
    lost = sorted(entry for account in (*base, *accounts) for entry in account.lost)
    began = min((account.began for account in accounts), default=0.0)
    ended = max((account.ended for account in accounts), default=0.0)
    seconds = sum(account.ended - account.began for account in accounts)
    processed = counted["total_processed"]
    basic = {
        "total_processed": processed,
        "total_transients_added": counted["total_transients_added"],
        "errors": len(lost),
        "start_time": datetime.fromtimestamp(began).isoformat(),
    }
    figures = {
        "average_transients_per_video": counted["total_transients_added"] / max(1, processed),
        "processing_time_minutes": round(seconds / 60, 4),
        "average_rate_samples_per_second": round(processed / max(seconds, 1e-9), 2),
        "success_rate": processed / max(1, wanted),
    }
    documents = {
        "GENERATION_SUMMARY.json": {
            "completed": processed == wanted,
            "timestamp": datetime.fromtimestamp(ended).isoformat(),
            "statistics": basic | figures | counted,
            "lost": [{"index": index, "reason": reason, "detail": detail} for index, reason, detail in lost],
            "elapsed_time_minutes": round(seconds / 60, 4),
            "configuration": configuration,
        },
        "checkpoint.json": {
            "last_completed_idx": max(Clips(folder, STEM).numbers, default=-1),
            "total_samples": wanted,
            "timestamp": datetime.fromtimestamp(ended).isoformat(),
            "statistics": basic,
            **({"last_error": lost[-1][2]} if lost else {}),
        },
    }
    for name, content in documents.items():
        (folder / name).write_text(to_json(content), encoding="utf-8")
    (folder / "PROGRESS.txt").write_text("".join(_progress(accounts, lost, wanted)), encoding="utf-8")
    return documents["GENERATION_SUMMARY.json"]["statistics"]


def _progress(accounts: Sequence[Account], lost: Sequence[tuple[int, str, str]], wanted: int) -> Iterator[str]:
    done, stamp = 0, ""
    for account in accounts:
        done += account.clips
        stamp = datetime.fromtimestamp(account.ended).strftime("%Y-%m-%d %H:%M:%S")
        yield f"[{stamp}] {done}/{wanted} samples, {account.transients} transients in the last {account.clips}\n"
    yield from (f"[{stamp}] sample {index}: {reason}, {detail}\n" for index, reason, detail in lost)
