"""What the clips promise: each track has one or a reason, they decode, and they show what lies inside the frame."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from framewright.study.contract import Finding, Part, make_finding, make_part
from framewright.study.record import read_record
from framewright.tracks.clips.extract import Clip
from framewright.tracks.clips.record import read_clips
from framewright.tracks.clips.verify import find_fault
from framewright.tracks.meta import Track, read_tracks

OPENED = 200  # clips that are decoded once more; their jobs have decoded all of them
SLACK = 1e-3  # seconds and pixels that are lost where numbers become decimals


@dataclass(frozen=True)
class VideoClips:
    """A video whose clips are there: its tracks, what became of them, and its segments in use (seconds)."""

    video: str
    tracks: Sequence[Track]
    clips: Sequence[Clip]
    segments: Sequence[tuple[float, float]]


@dataclass(frozen=True)
class ClipFile:
    """The file of a clip, its size (width, height) and the number of its frames."""

    path: Path
    size: tuple[int, int]
    frames: int


def read_video_clips(segments: str | Path, tracks: str | Path, became: str | Path) -> VideoClips:
    """What is known of a video's clips: the record of its segments, its tracks, what became of them."""
    record = read_record(segments)
    used = [(part["start"], part["end"]) for part in record["segments"] if not part["reason"]]
    return VideoClips(record["video"], list(read_tracks(tracks)), list(read_clips(became)), used)


def check_clips(cuts: Iterable[VideoClips], max_seconds: float) -> list[Part]:
    """The promises of tracks and of what became of them, each found to hold or broken."""
    cuts = list(cuts)
    made = [(cut, clip) for cut in cuts for clip in cut.clips if not clip.reason]
    return [
        make_part(
            "each track has a clip, or a reason why not",
            _became_faults(cuts),
            "{clips:,} clips of {tracks:,} tracks, {seconds:,.0f} s",
            clips=len(made),
            tracks=sum(len(cut.tracks) for cut in cuts),
            seconds=round(sum(clip.end - clip.start for _, clip in made), 6),
        ),
        make_part("clips show what lies inside the frame, in one shape each", _window_faults(made, cuts)),
        make_part("clips lie within their tracks, and are not too long", _span_faults(made, max_seconds)),
        make_part("a track's times increase, and its id is there once", _time_faults(cuts)),
        make_part("no track crosses a cut", _cut_faults(cuts)),
    ]


def check_clip_files(clips: Sequence[ClipFile], key_seconds: float) -> Finding:
    """Whether clips are there and decode; of very many some are opened, as their jobs have decoded all of them."""
    opened = clips[:: max(1, -(-len(clips) // OPENED))]
    return make_finding(
        "clips decode, with all their frames and a key frame in time",
        _picture_faults(opened, key_seconds),
        f"{len(opened):,} opened",
    )


def _became_faults(cuts: Iterable[VideoClips]) -> Iterator[str]:
    for cut in cuts:
        if [track.tid for track in cut.tracks] != [clip.tid for clip in cut.clips]:
            yield f"{cut.video}: {len(cut.tracks)} tracks and what became of {len(cut.clips)}"


def _picture_faults(opened: Iterable[ClipFile], key_seconds: float) -> Iterator[str]:
    for clip in opened:
        if wrong := find_fault(clip.path, clip.size, clip.frames, key_seconds):
            yield f"{clip.path.name}: {wrong}"


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
