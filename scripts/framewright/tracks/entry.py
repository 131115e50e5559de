"""Entries of the page that shows users' defaced videos: sheets where no open face was found, else a line that says why.

An audit looks at some frames alone, so nothing of a video is shown unless all of these were clean.
"""

import base64
from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

import cv2
import numpy as np

QUALITY = 85  # of the sheets as JPEG
TITLE = "Your videos, defaced"
STYLE = "body { font: 15px/1.55 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1.5rem }"


def explain_withheld(audit: Mapping[str, Any]) -> str:
    """Why nothing of a video may be shown, as its audit has it; "" where it may."""
    if audit["status"] == "unusable":
        return "it cannot be used"
    if audit["status"] == "off":
        return "its faces are not covered: tracks.deface.method is none"
    if not audit["looked_at"]:
        return "none of its frames was audited"
    if audit["open"]:
        faces = "an open face" if audit["open"] == 1 else f"{audit['open']} open faces"
        return f"the audit found {faces} in {audit['open_frames']} of {audit['looked_at']} frames"
    return ""


def write_entry(video: str, reason: str, sheets: Mapping[str, np.ndarray]) -> str:
    """An entry in HTML: the sheets ((H, W, 3) uint8 RGB) of a video, or one line where there is a `reason` against."""
    if reason:
        return f"<p><b>{escape(video)}</b> is withheld: {escape(reason)}.</p>\n"
    if not sheets:
        return f"<p><b>{escape(video)}</b> has no tracks to show.</p>\n"
    figures = [_figure(f"{video}: {name}", sheet) for name, sheet in sheets.items()]
    return f"<h2>{escape(video)}</h2>\n" + "".join(figures)


def write_page(entries: Iterable[str], rest: int) -> str:
    """The page of all entries; `rest` is how many more videos there are."""
    more = f"<p>{rest:,} more videos are not on this page.</p>\n" if rest else ""
    head = f'<meta charset="utf-8"><title>{TITLE}</title><style>{STYLE} img {{ width: 100% }}</style>'
    body = f"<h1>{TITLE}</h1>\n{''.join(entries)}{more}"
    return f'<!doctype html>\n<html lang="en">\n<head>{head}</head>\n<body>\n{body}</body>\n</html>\n'


def _figure(name: str, sheet: np.ndarray) -> str:
    _, data = cv2.imencode(".jpg", cv2.cvtColor(sheet, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    source = f"data:image/jpeg;base64,{base64.b64encode(data.tobytes()).decode()}"
    return f'<img alt="{escape(name, quote=True)}" src="{source}">\n'
