"""What a file says of Dolby Vision, which pictures do not show."""

import re
from pathlib import Path

import av

from framewright.video.media import open_media


def read_dolby_vision_profile(path: str | Path) -> int | None:
    """The profile of Dolby Vision that a file names, None without one.

    Profile 5 has a single layer whose colours no ordinary decoder gives: its pictures come out green and purple.
    """
    with open_media(path) as container:
        level = av.logging.get_level()
        av.logging.set_level(av.logging.INFO)  # PyAV collects FFmpeg's description through its log
        try:
            description = container.dumps_format()
        finally:
            av.logging.set_level(level)
    named = re.search(r"DOVI configuration record: version: [\d.]+, profile: (\d+)", description)
    return int(named[1]) if named else None
