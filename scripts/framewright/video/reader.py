"""One pass through a file: its pictures as they are decoded, each with its time."""

import math
from collections.abc import Collection, Iterator
from fractions import Fraction
from heapq import heappop, heappush
from pathlib import Path

import av

from framewright.errors import PassingError
from framewright.video.media import MAX_PIXELS, open_media, pick_stream
from framewright.video.timeline import Clock, is_shown, leave_out_others, read_packets

# Fixed by the size of frames, because what a decoder makes of damaged video depends on it: four is where the gain
# levels off, and small frames cost a quarter more on several.
DECODER_THREADS, SMALL = 4, 640 * 360


class Reader:
    """A file that is open for one pass; passes do not share a position, so several may run side by side."""

    def __init__(self, path: Path | str) -> None:
        self.path = path
        self.container = open_media(path)
        self.stream, self.why = pick_stream(self.container, path)
        leave_out_others(self.container, self.stream)
        coder = self.stream.codec_context
        self.stream.thread_type = "AUTO"
        coder.thread_count = 1 if coder.width * coder.height <= SMALL else DECODER_THREADS
        coder.options = {"max_pixels": str(MAX_PIXELS)}
        self.clock = Clock(self.container, self.stream)
        self.wanted: Collection[int] | None = None  # ticks of the frames that must come; None: all must
        self._skips = False  # whether others that nothing refers to are left out
        self._missing: set[int] = set()  # those whose packets are still to come
        self.errors = 0  # packets and frames that could not be used
        self.damage: set[int] = set()  # about when, in ticks: what refers to them shows it

    def close(self) -> None:
        self.container.close()

    def pictures(self, target: Fraction | None = None) -> Iterator[tuple[int, av.VideoFrame]]:
        """(ticks of the stream's time base, picture), in the order they are shown, from the beginning, or from
        wherever the file finds a key frame for `target` (seconds). What cannot be decoded is counted and left out."""
        if target is not None:
            try:
                self.container.seek(math.floor(target / self.stream.time_base), stream=self.stream)
            except av.FFmpegError:
                return
        waiting: list[int] = []  # times of packets that went in, where the file does not tie them to frames
        previous, sent, shown = None, 0, 0
        for packet in read_packets(self.container, self.stream):
            enough = self._has_enough(packet)
            pictures = self._decode(av.Packet() if enough else packet)
            if packet is None or pictures is None:
                self.errors += 1
                tick = None if packet is None else packet.pts
                self.damage.add(previous or 0 if tick is None else tick)
                continue
            if packet.size and not packet.is_discard and is_shown(packet, self.stream.codec_context.name):
                sent += 1
                if self.clock.untimed:
                    heappush(waiting, self.clock.tick(packet))
            shown += len(pictures)
            for picture in pictures:
                tick = heappop(waiting) if waiting else self.clock.tick(picture)
                if picture.is_corrupt:
                    self.damage.add(tick)
                if previous is None or tick > previous:
                    previous = tick
                    yield tick, picture
                else:
                    self.errors += 1  # time runs backwards: a broken copy of something already shown
            if enough:
                break
        # Decoders drop frames without a word, too. Half of all: no loss, every packet is one of a frame's two fields.
        if target is None and self.wanted is None and sent < 2 * shown:
            self.errors += max(0, sent - shown)

    def want(self, ticks: Collection[int]) -> None:
        """Decode what these frames need, and as few others as can be: from here on, nothing else has to come.

        Which frames nothing refers to, H.264 tells for sure; HEVC as long as it has one temporal layer, since what a
        layer does not need itself a higher one may.
        """
        if self.clock.untimed:
            return
        context = self.stream.codec_context
        layers = context.extradata[21] >> 3 & 7 if len(context.extradata or b"") > 22 and context.extradata[0] else 0
        self.wanted, self._missing = ticks, set(ticks)
        self._skips = context.name == "h264" or (context.name == "hevc" and layers == 1)

    def _has_enough(self, packet: av.Packet | None) -> bool:
        """Whether the decoder has had all that wanted frames need, before this packet; a packet comes after what it
        refers to. If not, the decoder knows whether it may leave this one out."""
        if self.wanted is None or packet is None:
            return False
        if not self._missing:
            return True
        if self._skips:
            unwanted = packet.pts is not None and packet.pts not in self.wanted
            self.stream.codec_context.skip_frame = "NONREF" if unwanted else "DEFAULT"
        if is_shown(packet, self.stream.codec_context.name):
            self._missing.discard(packet.pts)
        return False

    def _decode(self, packet: av.Packet | None) -> list[av.VideoFrame] | None:
        """The pictures that come out when a packet goes in; None when it, or reading it, fails."""
        if packet is None:
            return None
        try:
            return self.stream.decode(packet)
        except (MemoryError, BlockingIOError) as error:  # the latter when there is no room for threads
            raise PassingError(f"{self.path}: decoding it takes more memory than there is") from error
        except av.FFmpegError:
            return None
