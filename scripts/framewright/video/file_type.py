"""What a file looks like from its first bytes, without opening it as anything."""

import re

LONG_ENOUGH = 1024  # bytes to look at
NOT_VIDEO_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1", b"avif", b"avis", b"M4A ", b"M4B ", b"M4P "}
STARTS = (
    b"\x1a\x45\xdf\xa3",  # Matroska, WebM
    b"FLV\x01",
    b"\x30\x26\xb2\x75\x8e\x66\xcf\x11",  # ASF, WMV
    b"\x00\x00\x01\xba",  # MPEG program stream
    b"\x00\x00\x01\xb3",  # MPEG video
    b"\x06\x0e\x2b\x34",  # MXF
    b"YUV4MPEG2 ",
    b"DKIF",  # IVF
    b"nut/multimedia container",
)


def is_video(head: bytes) -> bool:
    """Whether a file that begins with `head` looks like a container of video."""
    if head[4:8] == b"ftyp":
        return head[8:12] not in NOT_VIDEO_BRANDS
    if head[4:8] in (b"moov", b"mdat", b"wide", b"free", b"skip") and not is_text(head[:4]):
        return True
    if head[:4] == b"RIFF" and head[8:12] == b"AVI ":
        return True
    if head[:4] == b"OggS":
        return b"theora" in head
    transport = any(head[at : at + 1] == head[at + step : at + step + 1] == b"G" for at, step in ((0, 188), (4, 192)))
    h264_or_h265 = re.match(rb"\x00\x00(\x00)?\x01[\x67\x27\x09\x40\x46]", head) is not None
    return head.startswith(STARTS) or transport or h264_or_h265


def is_text(head: bytes) -> bool:
    """Whether a file that begins with `head` looks like a text: a page, a playlist, an error message."""
    return bool(head) and not re.search(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]", head)
