"""Evaluation videos, whose labels people have verified: none of their tracks may be in a subset."""

import re
from pathlib import Path

from framewright.errors import UserError
from framewright.tracks.meta import CODE, video_code

CLIP = re.compile(r"^(?P<stem>.+?-[0-9a-f]{32})\.mp4(,.*)?$")


def read_evaluation_videos(path: str | Path) -> list[str]:
    """The lines of a verified list: `<video>-<Label>-<md5>.mp4,<Class_name>` as TrackVerse publishes, or a video id."""
    try:
        lines = Path(path).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(
            f"{path}: not a list of evaluation videos ({error}); give a text with a line for each"
        ) from error
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def evaluation_videos(lines: list[str], videos: set[str]) -> set[str]:
    """Which of our videos the lines name. A clip's name begins with the video's 11 characters, or with a video's name
    in full; labels may hold dashes."""
    codes = {video_code(video): video for video in videos}
    found: set[str] = set()
    for line in lines:
        clip = CLIP.match(line)
        stem = clip["stem"].rpartition("/")[2] if clip else line.split(",")[0]
        ends = [at.start() for at in re.finditer("-", stem)] if clip else []
        found.update(stem[:end] for end in (*ends, len(stem)) if stem[:end] in videos)
        if (code := stem[:CODE]) in codes and (clip or len(stem) == CODE):
            found.add(codes[code])
    return found
