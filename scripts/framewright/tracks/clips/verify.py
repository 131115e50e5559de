"""Whether a clip is what it should be: opened anew, all its frames decoded."""

from itertools import pairwise
from pathlib import Path

import av

from framewright.errors import UserError
from framewright.video.media import open_media

UNFILTERED = {"skip_loop_filter": "all"}  # smoothing a picture that was decoded can't fail, and takes a tenth
TICK = 1e-4  # seconds that a time may be off by rounding


def find_fault(path: Path | str, size: tuple[int, int], frames: int, key_seconds: float) -> str:
    """What is wrong with the clip in `path`, in a few words; empty when nothing is.

    It must be H.264 of this size (width, height) without sound, with so many frames that all decode, whose times
    ascend from 0, and decoding can begin every `key_seconds`, or at each frame where these are further apart.
    """
    try:
        with open_media(path) as file:
            stream = file.streams.video[0]
            stream.codec_context.thread_count = 1
            stream.codec_context.options = UNFILTERED
            packets, decoded = [], 0
            for packet in file.demux(stream):
                if packet.size:
                    packets.append((float((packet.pts or 0) * (packet.time_base or 0)), packet.is_keyframe))
                decoded += len(packet.decode())
            found = stream.codec_context.width, stream.codec_context.height
            kinds = [other.type for other in file.streams]
            codec = stream.codec_context.codec.canonical_name
    except (UserError, av.FFmpegError, IndexError, TypeError) as error:
        return f"it can't be read ({error})"
    if kinds != ["video"] or codec != "h264":
        return f"it holds {', '.join(kinds)} ({codec}), not H.264 alone"
    if found != tuple(size):
        return f"it is {found[0]}x{found[1]}, not {size[0]}x{size[1]}"
    if decoded != frames or len(packets) != frames:
        return f"{decoded} of {len(packets)} frames decode, not {frames}"
    times = [time for time, _ in packets]
    if times[0] != 0 or any(later <= earlier for earlier, later in pairwise(times)):
        return "its times do not ascend from 0"
    return _key_fault(packets, key_seconds)


def _key_fault(packets: list[tuple[float, bool]], key_seconds: float) -> str:
    begun = None
    for (time, key), (following, _) in pairwise([*packets, (packets[-1][0], True)]):
        if key:
            begun = time
        elif begun is None or following - begun > key_seconds + TICK:
            return f"no key frame for more than {key_seconds} s at {time:.3f} s"
    return ""
