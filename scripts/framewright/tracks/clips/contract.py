"""What the clips promise: each track has one or a reason, they decode, and they show what lies inside the frame."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from framewright.study.contract import Finding, make_finding
from framewright.study.record import read_record
from framewright.tracks.clips.extract import Clip
from framewright.tracks.clips.record import read_clips
from framewright.tracks.clips.verify import find_fault
from framewright.tracks.meta import Track, read_tracks

OPENED = 200  # clips that are decoded once more; their jobs have decoded all of them
SLACK = 1e-3  # seconds and pixels that are lost where numbers become decimals


@dataclass(frozen=True)
class VideoClips:
    """A video whose clips are there: its tracks, what became of them, its segments in use (seconds), its folder."""

    video: str
    tracks: Sequence[Track]
    clips: Sequence[Clip]
    segments: Sequence[tuple[float, float]]
    folder: Path


def read_video_clips(segments: str | Path, tracks: str | Path, became: str | Path, folder: str | Path) -> VideoClips:
    """What is known of a video's clips: the record of its segments, its tracks, what became of them, its folder."""
    record = read_record(segments)
    used = [(part["start"], part["end"]) for part in record["segments"] if not part["reason"]]
    return VideoClips(record["video"], list(read_tracks(tracks)), list(read_clips(became)), used, Path(folder))


def check_clips(cuts: Iterable[VideoClips], key_seconds: float, max_seconds: float) -> list[Finding]:
    """The promises of all videos' tracks and clips, each found to hold or broken."""
    cuts = list(cuts)
    made = [(cut, clip) for cut in cuts for clip in cut.clips if not clip.reason]
    seconds = sum(clip.end - clip.start for _, clip in made)
    opened = made[:: max(1, -(-len(made) // OPENED))]
    return [
        make_finding(
            "each track has a clip, or a reason why not",
            _file_faults(cuts),
            f"{len(made):,} clips of {sum(len(cut.tracks) for cut in cuts):,} tracks, {seconds:,.0f} s",
        ),
        make_finding(
            "clips decode, with all their frames and a key frame in time",
            _picture_faults(opened, key_seconds),
            f"{len(opened):,} opened",
        ),
        make_finding("clips show what lies inside the frame, in one shape each", _window_faults(made, cuts)),
        make_finding("clips lie within their tracks, and are not too long", _span_faults(made, max_seconds)),
        make_finding("a track's times increase, and its id is there once", _time_faults(cuts)),
        make_finding("no track crosses a cut", _cut_faults(cuts)),
    ]


def _file_faults(cuts: Iterable[VideoClips]) -> Iterator[str]:
    for cut in cuts:
        if [track.tid for track in cut.tracks] != [clip.tid for clip in cut.clips]:
            yield f"{cut.video}: {len(cut.tracks)} tracks and what became of {len(cut.clips)}"
        named = {Path(clip.fn).name for clip in cut.clips if not clip.reason}
        there = {file.name for file in cut.folder.iterdir() if not file.name.startswith(".")}  # Snakemake's are hidden
        yield from (f"{cut.video}/{name} is missing" for name in sorted(named - there))
        yield from (f"{cut.video}/{name} belongs to no track" for name in sorted(there - named))


def _picture_faults(opened: Iterable[tuple[VideoClips, Clip]], key_seconds: float) -> Iterator[str]:
    for cut, clip in opened:
        if wrong := find_fault(cut.folder / Path(clip.fn).name, clip.size, clip.frames, key_seconds):
            yield f"{clip.fn}: {wrong}"


def _window_faults(made: Iterable[tuple[VideoClips, Clip]], cuts: Iterable[VideoClips]) -> Iterator[str]:
    sizes = {track.tid: track.size for cut in cuts for track in cut.tracks}
    for _, clip in made:
        boxes = np.array(clip.windows).reshape(-1, 4)
        frame = np.array(sizes[clip.tid])
        if len(boxes) != clip.frames:
            yield f"{clip.fn}: {len(boxes)} windows for {clip.frames} frames"
        elif (boxes[:, :2] < 0).any() or (frame.all() and (boxes[:, 2:] > frame + SLACK).any()):
            yield f"{clip.fn}: a window reaches beyond the frame"
        elif (sides := boxes[:, 2:] - boxes[:, :2]).min() <= 0 or np.ptp(sides[:, 0] / sides[:, 1]) > 0.01:
            yield f"{clip.fn}: its windows change their shape"


def _span_faults(made: Iterable[tuple[VideoClips, Clip]], max_seconds: float) -> Iterator[str]:
    for cut, clip in made:
        times = next(track.times for track in cut.tracks if track.tid == clip.tid)
        if clip.start < times[0] - 2 * SLACK or clip.end > times[-1] + 2 * SLACK:
            yield f"{clip.fn}: {clip.start:.3f} to {clip.end:.3f} s, its track {times[0]:.3f} to {times[-1]:.3f} s"
        if clip.end - clip.start > max_seconds + 2 * SLACK:
            yield f"{clip.fn} is longer than {max_seconds:g} s"


def _time_faults(cuts: Iterable[VideoClips]) -> Iterator[str]:
    for cut in cuts:
        tids = [track.tid for track in cut.tracks]
        if tids != sorted(set(tids)):
            yield f"{cut.video}: ids are not sorted, or there twice"
        for track in cut.tracks:
            if (np.diff(track.times) <= 0).any():
                yield f"{cut.video} {track.tid}: times do not increase"


def _cut_faults(cuts: Iterable[VideoClips]) -> Iterator[str]:
    for cut in cuts:
        for track in cut.tracks:
            begin, end = track.times[0], track.times[-1]
            if not any(first - SLACK <= begin and end < last + SLACK for first, last in cut.segments):
                yield f"{cut.video} {track.tid}: {begin:.3f} to {end:.3f} s is in no one segment"
