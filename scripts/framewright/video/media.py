"""Opening media files that may be hostile: only real containers, never another file or address."""

import re
from pathlib import Path

import av
from av.stream import Disposition

from framewright.errors import UserError
from framewright.video.file_type import is_video

# Demuxers that read the file they are given and nothing else. Playlists (hls, dash, concat, asx) are left out on
# purpose: a text posing as a video could make them open any file or address this user may read. Sound-only
# containers are in, so that their message says "no pictures" and not "not a video".
CONTAINERS = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,mpegvideo,m4v,h264,hevc,av1,obu,ivf,vc1,"
    "flv,asf,ogg,mxf,nut,dv,wtv,yuv4mpegpipe,gif,apng,mp3,wav,flac,aac,ac3,aiff"
)
PICTURES = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"BM", b"II*\0", b"MM\0*")
ARCHIVES = (b"PK\3\4", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"\xfd7zXZ", b"BZh")
MAX_PIXELS = 1 << 27  # a little more than 16K UHD: a header that claims more is a lie or an attack


def open_media(path: Path | str) -> av.container.InputContainer:
    """An open container; close it (it is a context manager). UserError in one line when the file is no media file."""
    file = Path(path)
    if not file.is_file():
        raise UserError(f"{path}: no such file")
    if file.stat().st_size == 0:
        raise UserError(f"{path}: the file is empty (0 bytes)")
    options = {"format_whitelist": CONTAINERS, "protocol_whitelist": "file", "max_pixels": str(MAX_PIXELS)}
    try:
        return av.open(f"file:{file.absolute()}", options=options, metadata_errors="replace")
    except MemoryError as error:
        raise UserError(f"{path}: its header is damaged, or asks for more memory than there is") from error
    except (av.FFmpegError, ValueError) as error:
        raise UserError(f"{path}: {_what_it_is(file)}") from error


def pick_stream(container: av.container.InputContainer, path: Path | str) -> tuple[av.VideoStream, str]:
    """The video stream to read, and in a few words why that one.

    Covers and thumbnails never count; streams marked as default go before others, then FFmpeg's rule decides.
    """
    covers = Disposition.attached_pic | Disposition.timed_thumbnails
    films = [stream for stream in container.streams.video if not stream.disposition & covers]
    if not films:
        rest = "a cover picture" if container.streams.video else "sound" if container.streams.audio else "other data"
        raise UserError(f"{path}: there is no video in it, only {rest}")
    decodable = [stream for stream in films if stream.codec_context is not None]
    if not decodable:
        raise UserError(f"{path}: no decoder for its video (codec {codec_name(films[0])})")
    if len(films) == 1:
        return films[0], "the only video stream"
    marked = [stream for stream in decodable if stream.disposition & Disposition.default]
    if marked:
        return marked[0], "marked as default" if len(marked) == 1 else f"first of {len(marked)} marked as default"
    best = best_stream(container, "video")
    return (best if best in decodable else decodable[0]), "FFmpeg's best of several"


def best_stream(container: av.container.InputContainer, kind: str) -> av.stream.Stream | None:
    """FFmpeg's choice among the streams of a kind ("video", "audio"); None without one."""
    try:
        return container.streams.best(kind)
    except IndexError:  # one that only turned up while FFmpeg looked into the file, which PyAV does not know
        return None


def codec_name(stream: av.stream.Stream) -> str:
    """`h264`, or what the file itself calls a codec that has no decoder here (`dav1`)."""
    if stream.codec_context is not None:
        return stream.codec_context.codec.canonical_name
    level = av.logging.get_level()
    av.logging.set_level(av.logging.INFO)  # PyAV collects FFmpeg's description through its log
    try:
        description = stream.container.dumps_format()
    finally:
        av.logging.set_level(level)
    named = re.search(rf"Stream #0:{stream.index}\b.*?: Video: (\w+)(?: \((\w+) /)?", description)
    return "unknown" if named is None else (named[2] or named[1]) if named[1] == "none" else named[1]


def _what_it_is(file: Path) -> str:
    """One sentence on a file that did not open, from its first bytes."""
    with file.open("rb") as stream:
        head = stream.read(4096)
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if text.startswith((b"#EXTM3U", b"ffconcat", b"[playlist]", b"<MPD", b"<asx", b"<ASX")):
        return "this is a playlist, not a video; give the video itself"
    if text[:1] == b"<":
        return "this is a web page or XML, not a video; was the download an error page?"
    if sum(byte in b"\t\r\n" or 32 <= byte < 127 for byte in head) > 0.97 * len(head):
        return "this is text, not a video"
    if head.startswith(PICTURES):
        return "this is a picture, not a video"
    if head.startswith(ARCHIVES):
        return "this is an archive, not a video; unpack it first"
    if is_video(head):
        return "it begins as a video, but what describes it is missing or damaged: cut off, or not finished?"
    return "not a media file that can be read: unknown, damaged or encrypted"
