"""One pass through a file: its pictures as they are decoded, each with its time."""

import math
from collections.abc import Iterator
from fractions import Fraction
from heapq import heappop, heappush
from pathlib import Path

import av

from framewright.errors import UserError
from framewright.media import MAX_PIXELS, open_media, pick_stream
from framewright.timeline import Clock, leave_out_others, packets

# Fixed, because what a decoder makes of damaged video depends on it; four is where the gain levels off.
DECODER_THREADS = 4


class Reader:
    """A file that is open for one pass; passes do not share a position, so several may run side by side."""

    def __init__(self, path: Path | str) -> None:
        self.path = path
        self.container = open_media(path)
        self.stream, self.why = pick_stream(self.container, path)
        leave_out_others(self.container, self.stream)
        self.stream.thread_type, self.stream.codec_context.thread_count = "AUTO", DECODER_THREADS
        self.stream.codec_context.options = {"max_pixels": str(MAX_PIXELS)}
        self.clock = Clock(self.container, self.stream)
        self.errors = 0  # packets and frames that could not be used

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
        for packet in packets(self.container, self.stream):
            pictures = self._decode(packet)
            if pictures is None:
                self.errors += 1
                continue
            if packet.size and not packet.is_discard:
                sent += 1
                if self.clock.untimed:
                    heappush(waiting, self.clock.tick(packet))
            shown += len(pictures)
            for picture in pictures:
                tick = heappop(waiting) if waiting else self.clock.tick(picture)
                if previous is None or tick > previous:
                    previous = tick
                    yield tick, picture
                else:
                    self.errors += 1  # time runs backwards: a broken copy of something already shown
        # Decoders drop frames without a word, too. Half of all: no loss, every packet is one of a frame's two fields.
        if target is None and sent < 2 * shown:
            self.errors += max(0, sent - shown)

    def _decode(self, packet: av.Packet | None) -> list[av.VideoFrame] | None:
        """The pictures that come out when a packet goes in; None when it, or reading it, fails."""
        if packet is None:
            return None
        try:
            return self.stream.decode(packet)
        except (MemoryError, BlockingIOError) as error:  # the latter when there is no room for threads
            raise UserError(f"{self.path}: decoding it takes more memory than there is") from error
        except av.FFmpegError:
            return None
