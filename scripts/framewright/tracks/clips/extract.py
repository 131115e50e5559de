"""Clips of tracks, cut out of a video in one pass: every frame is decoded once, whatever the number of clips."""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import numpy as np

from framewright.errors import UserError
from framewright.study.progress import Progress, report_nothing
from framewright.study.record import hash_file
from framewright.tracks.clips.crop import CropWindows, Cutter, find_visible_span, plan_windows
from framewright.tracks.clips.options import ClipSettings
from framewright.tracks.clips.record import Clip
from framewright.tracks.clips.verify import find_fault
from framewright.tracks.meta import Track
from framewright.tracks.objects.overlap import drop_duplicates
from framewright.video.colour import Colour
from framewright.video.encode import Writer
from framewright.video.frame import Frame
from framewright.video.stream import Video, open_video
from framewright.video.timeline import Timeline

SLACK = 1e-3  # seconds that a track's first and last instant may be off, having been written in decimals
JUMP = Fraction(5)  # seconds without any clip that are worth a seek
ALIVE = 1 << 25  # pixels of all clips that are written at once; x264 holds about 40 bytes for each
# One thread and few frames ahead, so that hundreds of encoders fit into memory; no frame refers to later ones, so that
# times are plain and seeks cheap; key frames where they are asked for, and nowhere else;
# no weighted prediction, which serves fades, and costs a tenth; no blocks smaller than 16 x 16, and
# the plainest search for where they were, which saves a quarter and costs no more than a fiftieth of the bytes at the
# same PSNR.
GOP = 1 << 20
ENCODING = {"rc-lookahead": "4", "sc_threshold": "0", "weightp": "0", "forced-idr": "1"}
ENCODING |= {"partitions": "none", "motion-est": "dia"}
MATRICES = {1: "bt709", 5: "smpte170m", 9: "bt2020nc"}  # by the scaler's numbers


DEFAULTS = ClipSettings()


@dataclass(frozen=True, eq=False)
class ClipPlan:
    """A clip to be: frames `first` to `last` of the video, cut out by its windows. What each frame needs is worked out
    when the clip is written, so that a long video's plans are small."""

    track: Track
    size: tuple[int, int]  # (width, height)
    first: int
    last: int
    rate: Fraction | None  # None where it varies
    windows: CropWindows
    detail: str = ""

    @property
    def frames(self) -> int:
        """How many it will have."""
        return self.last - self.first + 1

    @property
    def pixels(self) -> int:
        """Of each of its pictures."""
        return self.size[0] * self.size[1]


def extract(
    path: Path | str,
    tracks: Sequence[Track],
    folder: Path,
    settings: ClipSettings = DEFAULTS,
    progress: Progress = report_nothing,
) -> list[Clip]:
    """Write a clip for each track of the video in `path` into `folder`, under the last part of its `fn`.

    Returns what became of each track, in order. Every clip is opened again and decoded; a UserError says which one is
    not what it should be.
    """
    tracks = list({track.tid: track for track in tracks}.values())
    if not tracks:
        return []
    kept, repeated = drop_duplicates(tracks, settings.overlap)
    became = {tid: Clip(tid, "", "duplicate", f"shows what {other.tid} shows") for tid, other in repeated.items()}
    with open_video(path) as video:
        plans = []
        for track in kept:
            plan = plan_clip(track, video.timeline, video.size, settings)
            if isinstance(plan, ClipPlan):
                plans.append(plan)
            else:
                became[track.tid] = plan
        for group in group_plans(plans, ALIVE):
            clips_written = progress(_write_clips(video, group, folder, settings), len(group), "clips written")
            became |= {clip.tid: clip for clip in clips_written}
    lost = Clip("", "", "unreadable", "none of its frames can be decoded")
    clips = [replace(became.get(track.tid, lost), tid=track.tid, fn=track.fn) for track in tracks]
    for clip in progress(clips, len(clips), "clips checked"):
        place = folder / Path(clip.fn).name
        if not clip.reason and (wrong := find_fault(place, clip.size, clip.frames, settings.key_seconds)):
            raise UserError(f"{place}: {wrong}; look after the disk and run again")
    return [clip if clip.reason else replace(clip, sha256=hash_file(folder / Path(clip.fn).name)) for clip in clips]


def plan_clip(track: Track, line: Timeline, size: tuple[int, int], settings: ClipSettings) -> ClipPlan | Clip:
    """The clip that a track gets from a video with this timeline and frames of `size` (width, height), or why none."""
    seconds = line.ticks * float(line.unit)
    shown = find_visible_span(track.boxes, track.size) if all(track.size) else (0, len(track.times) - 1)
    times, boxes = track.times[shown[0] : shown[1] + 1], track.boxes[shown[0] : shown[1] + 1]
    begin, end = float(times[0]), float(times[-1])
    until = min(end, begin + settings.max_seconds)
    first, last = (int(np.searchsorted(seconds, time)) for time in (begin - SLACK, until + SLACK))
    if first == last:
        past = first == len(line)
        reason = "past-the-end" if past else "no-frame"
        detail = f"begins at {begin:.3f} s, the video ends at {float(line.end):.3f} s" if past else "between two frames"
        return Clip(track.tid, track.fn, reason, detail)
    scale = np.tile(np.divide(size, track.size), 2) if all(track.size) else 1.0
    aspects = settings.min_aspect, settings.max_aspect
    windows = plan_windows(times, boxes * scale, size, settings.smoothing, aspects)
    claimed, varies = line.rate()
    missing = end - float(line.end)
    left_out = float(track.times[-1] - track.times[0]) - (end - begin)
    details = [f"without {left_out:.2f} s in which more than half of it is outside"] if left_out > SLACK else []
    details += [f"its first {settings.max_seconds:g} s"] if until < end else []
    details += [f"the video ends {missing:.3f} s before it"] if missing > SLACK and until == end else []
    rate = None if varies else claimed or None
    return ClipPlan(track, windows.size, first, last - 1, rate, windows, "; ".join(details))


def choose_key_frames(times: Sequence[Fraction], most: float) -> tuple[bool, ...]:
    """Which frames, shown at these times, must be key frames so that no other is further than `most` seconds behind
    one when it disappears; frames further apart are all key frames."""
    keys, begun = [], None
    for index, time in enumerate(times):
        following = times[min(index + 1, len(times) - 1)]
        if begun is None or following - begun > most:
            begun = time
        keys.append(begun == time)
    return tuple(keys)


def group_plans(plans: Iterable[ClipPlan], most: int) -> list[list[ClipPlan]]:
    """The clips in as few passes as it takes (usually one) to write never more than `most` pixels at once."""
    passes: list[list[ClipPlan]] = []
    for plan in sorted(plans, key=lambda plan: (plan.first, plan.track.tid)):
        for group in passes:
            if sum(other.pixels for other in group if other.last >= plan.first) + plan.pixels <= most:
                group.append(plan)
                break
        else:
            passes.append([plan])
    return passes


def choose_colour(video: Video) -> Colour:
    """The colour tags of a clip: its video's, but a matrix that players would guess from the height is named."""
    colour = video.colour
    if colour.matrix in ("unknown", "gbr"):
        colour = replace(colour, matrix=MATRICES[colour.scaler_matrix(video.shape.stored[1])])
    return colour if video.pixel_format.startswith(("yuv", "gray")) else replace(colour, range="pc")


class _ClipWriter:
    """A clip that is being written."""

    def __init__(self, plan: ClipPlan, line: Timeline, writer: Writer, key_seconds: float) -> None:
        self.plan, self.writer = plan, writer
        self.times = [line.time(index) for index in range(plan.first, plan.last + 1)]
        self.keys = choose_key_frames(self.times, key_seconds)
        self.boxes = plan.windows.at_times(line.ticks[plan.first : plan.last + 1] * float(line.unit))
        self.planes: tuple[np.ndarray, ...] = ()  # of its last picture
        self.lost = 0  # frames that were shown for no output frame

    def draw(self, cutter: Cutter, index: int) -> None:
        """Add frame `index` of the video; what could not be decoded before it repeats the picture before."""
        number = index - self.plan.first
        planes = cutter.cut(self.boxes[number], self.plan.size)
        self.planes = self.planes or planes
        self.fill(number)
        self.planes = planes
        self._add()

    def fill(self, number: int) -> None:
        """Repeat the last picture until the clip has so many frames."""
        while self.writer.frames < number:
            self.lost += 1
            self._add()

    def _add(self) -> None:
        number = self.writer.frames
        time = None if self.plan.rate else self.times[number] - self.times[0]
        self.writer.add_planes(self.planes, time, self.keys[number])

    def finish(self) -> Clip:
        """The clip, complete."""
        plan = self.plan
        self.fill(plan.frames)
        self.writer.__exit__(None)
        lost = f"{self.lost} of {plan.frames} frames can't be decoded and repeat another"
        return Clip(
            plan.track.tid,
            plan.track.fn,
            detail="; ".join(filter(None, [plan.detail, lost if self.lost else ""])),
            size=plan.size,
            frames=self.writer.frames,
            start=float(self.times[0]),
            end=float(self.times[-1]),
            rate=str(plan.rate or ""),
            windows=array("d", np.round(self.boxes, 3).reshape(-1)),
        )


def _write_clips(video: Video, plans: list[ClipPlan], folder: Path, settings: ClipSettings) -> Iterator[Clip]:
    """Write these clips in one pass; yields each when it is complete."""
    line, colour = video.timeline, choose_colour(video)
    waiting, pens = plans[::-1], []
    for frame in _frames(video, plans):
        index = int(np.searchsorted(line.ticks, round(frame.time / line.unit)))
        while waiting and waiting[-1].first <= index:
            plan = waiting.pop()
            if index <= plan.last:
                place = folder / Path(plan.track.fn).name
                writer = Writer(
                    place,
                    plan.size,
                    plan.rate,
                    colour=colour,
                    crf=settings.crf,
                    preset=settings.preset,
                    gop=GOP,
                    b_frames=0,
                    options=ENCODING,
                )
                pens.append(_ClipWriter(plan, line, writer, settings.key_seconds))
        cutter = Cutter(frame)
        for pen in pens:
            if index <= pen.plan.last:
                pen.draw(cutter, index)
        yield from (pen.finish() for pen in pens if pen.plan.last <= index)
        pens = [pen for pen in pens if pen.plan.last > index]
    yield from (pen.finish() for pen in pens)


def _frames(video: Video, plans: list[ClipPlan]) -> Iterator[Frame]:
    """The frames that some clip needs, in order; where none is wanted for long, reading jumps."""
    line = video.timeline
    spans: list[list[int]] = []
    for plan in plans:
        if spans and not (video.seekable and line.time(plan.first) - line.time(spans[-1][1]) > JUMP):
            spans[-1][1] = max(spans[-1][1], plan.last)
        else:
            spans.append([plan.first, plan.last])
    for first, last in spans:
        for frame in video.frames(start=line.time(first)):
            yield frame
            if frame.time >= line.time(last):
                break
