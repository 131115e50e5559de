"""Films that do harm, lie or break: each with what a run must say of it. Made by code, in the folder of a study.

`FILMS` go through a whole run. `REFUSED` are sources that the table's check turns away before anything runs.
"""

import os
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import av
import cv2
import make_video as fixture
import numpy as np
from make_film import texture
from make_video import ffmpeg, make_video, picture

from framewright.video.encode import Writer

SPARSE = 300 << 20  # bytes, of which the disk holds next to none
TEN_HOURS = 36_000  # seconds
WRAP = 2**33 / 90_000  # seconds after which the clock of an MPEG transport stream begins anew


@dataclass(frozen=True)
class Film:
    """A file and what is expected of it: `words` are in its reason, or in its notes when it is ok."""

    file: str
    make: Callable[[Path], object]
    status: str = "ok"
    words: str = ""
    facts: dict[str, object] = field(default_factory=dict)


def ok(file: str, make: Callable[[Path], object], words: str = "", **facts: object) -> Film:
    return Film(file, make, "ok", words, facts)


def rejected(file: str, make: Callable[[Path], object], words: str) -> Film:
    return Film(file, make, "rejected", words)


def dead(file: str, make: Callable[[Path], object], words: str) -> Film:
    return Film(file, make, "dead", words)


# ---- makers: functions that make one file ----------------------------------------------------------------------------


def film(**options: object) -> Callable[[Path], object]:
    """A video of 30 frames, or as the options of `make_video` say."""
    return lambda path: make_video(path, **options)


def content(text: str | bytes) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(text.encode() if isinstance(text, str) else text)


def edited(edit: Callable[[bytearray], bytes], **options: object) -> Callable[[Path], object]:
    """A video whose bytes go through `edit`."""
    return lambda path: path.write_bytes(edit(bytearray(make_video(path, **options).read_bytes())))


def remuxed(
    *arguments: object, source: str = ".mp4", before: tuple = (), **options: object
) -> Callable[[Path], object]:
    """A video that FFmpeg copies with these arguments."""

    def make(path: Path) -> None:
        original = make_video(path.with_name(f".source-{path.name}").with_suffix(source), **options)
        ffmpeg(*before, "-i", original, "-c", "copy", *arguments, path)
        original.unlink()

    return make


def copied_at(start: float, *flags: str) -> Callable[[Path], object]:
    """A film of one key frame, cut at a time in it without being encoded."""
    return remuxed(*flags, before=("-ss", start), numbers=range(75), gop=250, size=(96, 72))


def trimmed(path: Path) -> None:
    """A copy that begins in the middle of another film."""
    original = make_video(path.with_name(".whole.mp4"))
    fixture.trim(original, path, 0.5)
    original.unlink()


def cut(share: float, make: Callable[[Path], object]) -> Callable[[Path], object]:
    """The first part of what `make` makes."""

    def both(path: Path) -> None:
        make(path)
        fixture.cut_off(path, share)

    return both


def noise(count: int) -> bytes:
    return np.random.default_rng(0).bytes(count)


def noise_after(mark: bytes) -> Callable[[bytearray], bytes]:
    """Everything behind the first `mark` becomes noise."""
    return lambda data: data[: data.index(mark) + len(mark)] + noise(len(data) - data.index(mark) - len(mark))


def patched(mark: bytes, offset: int, layout: str, *values: int) -> Callable[[bytearray], bytes]:
    """Other numbers at `offset` bytes after the beginning of the first `mark`."""

    def patch(data: bytearray) -> bytes:
        struct.pack_into(layout, data, data.index(mark) + offset, *values)
        return data

    return patch


def joined(*parts: dict) -> Callable[[Path], object]:
    """Videos of several kinds, one after the other in one stream of bytes."""

    def make(path: Path) -> None:
        path.write_bytes(b"".join(make_video(path, **options).read_bytes() for options in parts))

    return make


def copied_from(name: str) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(path.with_name(name).read_bytes())


def link_to(target: str) -> Callable[[Path], object]:
    return lambda path: path.symlink_to(target)


def closed(path: Path) -> None:
    make_video(path)
    path.chmod(0)


def sparse(path: Path) -> None:
    """A film of a second that claims three hours, and has the bytes of them."""
    remuxed("-movflags", "+faststart")(path)
    fixture.claim_duration(path, 3 * 3600)
    os.truncate(path, SPARSE)


def same_time(path: Path, count: int = 4000) -> None:
    """Thousands of packets that all appear at once."""
    with av.open(str(path), "w", format="matroska") as file:
        stream = file.add_stream("mjpeg", rate=25)
        stream.codec_context.width, stream.codec_context.height, stream.codec_context.pix_fmt = 32, 32, "yuvj420p"
        frame = av.VideoFrame.from_ndarray(picture(1, (32, 32)), "rgb24").reformat(format="yuvj420p")
        frame.pts = 0
        packet = [*stream.encode(frame), *stream.encode(None)][0]
        for _ in range(count):
            again = av.Packet(bytes(packet))
            again.stream, again.pts, again.dts, again.is_keyframe = stream, 0, 0, True
            again.time_base = Fraction(1, 25)
            file.mux(again)


def picture_bomb(path: Path, side: int = 5_000) -> None:
    """A PNG of 70 kilobytes that becomes 75 megabytes when it is unpacked."""
    packer = zlib.compressobj(9)
    row = bytes(1 + side * 3)
    packed = b"".join(packer.compress(row) for _ in range(side)) + packer.flush()
    size = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", size), (b"acTL", struct.pack(">II", 1, 0)), (b"IDAT", packed), (b"IEND", b"")]
    chunks.insert(2, (b"fcTL", struct.pack(">IIIIIHHBB", 0, side, side, 0, 0, 1, 25, 0, 0)))
    body = (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(body))


def black_bomb(path: Path) -> None:
    """A film of some kilobytes whose pictures have 33 megapixels each."""
    black = ("-f", "lavfi", "-i", "color=black:s=8192x4096:r=25", "-frames:v", "4")
    ffmpeg(*black, "-c:v", "libx264", "-preset", "ultrafast", path)


def late_video(path: Path) -> None:
    """Sound alone for two seconds, then a video stream that nobody announced."""
    both = make_video(path.with_name(".both.mp4"), range(60), audio=True)
    first, second = path.with_name(".first.ts"), path.with_name(".second.ts")
    ffmpeg("-i", both, "-map", "0:a", "-c", "copy", "-mpegts_start_pid", "257", first)
    ffmpeg("-i", both, "-c", "copy", "-tables_version", "1", "-output_ts_offset", 2, second)
    path.write_bytes(first.read_bytes() + second.read_bytes())
    for part in (both, first, second):
        part.unlink()


def encoded(codec: str, layout: str, **options: object) -> Callable[[Path], object]:
    """A video in a codec and a layout of pixels."""
    quiet = {"x265-params": "log-level=none"} if codec == "libx265" else {}
    more = {"b_frames": 0, "size": (96, 72), "options": quiet}
    return lambda path: make_video(path, codec=codec, pixel_format=layout, **more | options)


def moving(
    filters: str = "null", *flags: str, step: int = 2, change: Callable | None = None
) -> Callable[[Path], object]:
    """Three seconds of a camera that moves over a texture, through FFmpeg's filters; `change` draws into a picture."""

    def make(path: Path) -> None:
        frames, (width, height) = 75, (192, 144)
        wide = texture(7, width + step * frames, height + frames)
        original = path.with_name(f".moving-{path.name}").with_suffix(".mkv")
        with Writer(original, (width, height), 25, crf=12, preset="ultrafast", container="matroska") as writer:
            for number in range(frames):
                picture = wide[number // 3 : number // 3 + height, step * number : step * number + width].copy()
                if change:
                    picture = change(picture, number)
                writer.add(np.dstack([picture] * 3))
        ffmpeg("-i", original, "-vf", filters, *(flags or ("-c:v", "libx264", "-crf", "18")), path)
        original.unlink()

    return make


def barred(picture: np.ndarray, number: int) -> np.ndarray:
    """Black bars from the middle of the film on."""
    if number > 37:
        picture[:30] = picture[-30:] = 16
    return picture


def half_dead(picture: np.ndarray, number: int) -> np.ndarray:
    picture[:, :150] = 128
    return picture


def holed(path: Path) -> None:
    make_video(path, range(60), size=(96, 72), times=[Fraction(k, 30) + (3600 if k > 30 else 0) for k in range(60)])


def hidden_frames(path: Path) -> None:
    """VP9 whose frames that are never shown have packets of their own."""
    whole = path.with_name(".vp9.webm")
    options = {"auto-alt-ref": "1", "lag-in-frames": "16", "deadline": "good", "cpu-used": "8"}
    make_video(whole, range(40), size=(96, 72), codec="libvpx-vp9", b_frames=0, gop=40, options=options)
    ffmpeg("-i", whole, "-c", "copy", "-bsf:v", "vp9_superframe_split", path)
    whole.unlink()


def subtitles(path: Path) -> None:
    text = path.with_suffix(".srt")
    text.write_text("1\n00:00:00,000 --> 00:00:02,000\nHello\n")
    ffmpeg("-i", text, path)
    text.unlink()


def jpeg(path: Path) -> None:
    path.write_bytes(cv2.imencode(".jpg", picture(1))[1].tobytes())


def animation(suffix: str) -> Callable[[Path], object]:
    def make(path: Path) -> None:
        original = make_video(path.with_suffix(".mp4"), range(10))
        ffmpeg("-i", original, "-f", suffix, path)
        original.unlink()

    return make


# ---- the campaign ----------------------------------------------------------------------------------------------------

FRONT = remuxed("-movflags", "+faststart", numbers=range(90))  # its index stands before its pictures
UNREADABLE = "not a media file that can be read"
UNFINISHED = "it begins as a video, but what describes it is missing or damaged"
HLS = "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{target}\n#EXT-X-ENDLIST\n"
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="64" height="48"><image href="{target}" width="64"/></svg>\n'
JERKY = [Fraction(k * k, 200) + Fraction(k, 30) for k in range(30)]
HUGE = {"codec": "mjpeg", "pixel_format": "yuvj420p", "b_frames": 0}
GREY = {"codec": "ffv1", "pixel_format": "gray", "b_frames": 0}


TAGGED = ("-c:v", "libx264", "-crf", "18", "-flags", "+ildct+ilme", "-x264-params", "tff=1")
KINDS = {  # codec, then layouts of pixels and container
    "ffv1": ("yuv410p yuv411p yuv422p yuv440p yuva420p bgr0 gray16le yuv420p12le gbrp10le yuv444p16le", "mkv"),
    "libx264": ("yuv422p yuv444p yuv422p10le yuvj420p", "mp4"),
    "libx265": ("yuv420p yuv420p12le gray", "mp4"),
    "mpeg2video": ("yuv420p", "ts"),
    "mpeg4": ("yuv420p", "avi"),
    "mjpeg": ("yuvj444p yuvj422p", "avi"),
    "prores_ks": ("yuv422p10le yuva444p10le", "mov"),
    "libvpx": ("yuv420p", "webm"),
    "libvpx-vp9": ("yuv444p", "webm"),
    "libsvtav1": ("yuv420p10le", "mp4"),
    "huffyuv": ("yuv422p", "avi"),
    "png": ("rgb24", "mov"),
    "qtrle": ("rgb24", "mov"),
    "rawvideo": ("yuv420p", "avi"),
}


def films(port: int) -> dict[str, Film]:
    """The campaign; some of its files try to reach a `port` of this machine."""
    address = f"http://127.0.0.1:{port}/film.mp4"
    return {
        # broken off
        "mp4-without-its-index": rejected("cut-1.mp4", cut(0.9, film(numbers=range(90))), UNFINISHED),
        "mp4-half-without-its-index": rejected("cut-2.mp4", cut(0.5, film(numbers=range(90))), UNFINISHED),
        "mp4-cut-in-its-first-box": rejected("cut-3.mp4", cut(0.002, FRONT), UNFINISHED),
        "mp4-cut-in-its-index": rejected("cut-4.mp4", cut(0.2, FRONT), UNFINISHED),
        "mp4-cut-at-two-thirds": ok(
            "cut-5.mp4", cut(0.65, FRONT), "its header claims 90 frames", displayed_size=[64, 48]
        ),
        "mp4-cut-near-its-end": ok("cut-6.mp4", cut(0.98, FRONT), "its header claims 90 frames"),
        "mkv-cut-in-its-header": rejected("cut-7.mkv", cut(0.03, film(numbers=range(90))), UNFINISHED),
        "mkv-cut-in-the-middle": ok("cut-8.mkv", cut(0.5, film(numbers=range(90))), "its header claims 3.000 s"),
        "ts-cut-at-a-third": ok("cut-9.ts", cut(0.33, film(numbers=range(90))), displayed_size=[64, 48]),
        "ts-cut-near-its-end": ok("cut-10.ts", cut(0.97, film(numbers=range(90))), displayed_size=[64, 48]),
        # no video
        "no-bytes": dead("nothing.mp4", content(""), "0 bytes"),
        "letter": rejected("letter.mp4", content("Dear reader,\nthis is no film.\n" * 9), "this is text"),
        "error-page": rejected("page.mp4", content("<!DOCTYPE html><html>404</html>"), "this is a web page or XML"),
        "playlist": rejected("hls.mp4", content(HLS.format(target=address)), "this is a playlist"),
        "playlist-of-a-file": rejected("hls.m3u8", content(HLS.format(target="plain.mp4")), "this is a playlist"),
        "playlist-of-playlists": rejected("nested.mp4", content(HLS.format(target="hls.mp4")), "this is a playlist"),
        "ffconcat": rejected("concat.mp4", content(f"ffconcat version 1.0\nfile '{address}'\n"), "this is a playlist"),
        "ffconcat-of-a-film": rejected(
            "c2.mp4", content("ffconcat version 1.0\nfile 'plain.mp4'\n"), "this is a playlist"
        ),
        "ffconcat-of-a-playlist": rejected(
            "c3.mp4", content("ffconcat version 1.0\nfile 'hls.mp4'\n"), "this is a playlist"
        ),
        "drawing-with-a-link": rejected(
            "drawing.svg", content(SVG.format(target=address)), "this is a web page or XML"
        ),
        "photo": rejected("photo.jpg", jpeg, "this is a picture, not a video"),
        "archive": rejected("films.mp4", content(b"PK\3\4" + noise(999)), "this is an archive"),
        "sound": rejected("sound.mp4", film(video=False, audio=True), "only sound"),
        "sound-with-a-cover": rejected("song.mp4", film(video=False, audio=True, cover=True), "only a cover picture"),
        "cover": rejected("cover.mp4", film(video=False, cover=True), "only a cover picture"),
        "subtitles": rejected("subtitles.mkv", subtitles, "there is no video in it, only other data"),
        "noise": rejected("noise.mp4", content(noise(50_000)), UNREADABLE),
        "noise-that-begins-as-mp4": rejected("n2.mp4", edited(noise_after(b"mp41")), UNFINISHED),
        "noise-behind-an-mp4-header": rejected(
            "n3.mp4",
            lambda path: (FRONT(path), content(noise_after(b"mdat")(bytearray(path.read_bytes())))(path)),
            "none of its frames can be decoded (codec h264)",
        ),
        "encrypted": rejected(
            "drm.mp4", edited(lambda data: data.replace(b"avc1\0\0\0\0", b"encv\0\0\0\0")), "codec encv"
        ),
        "unknown-codec": rejected(
            "zz.mp4", edited(lambda data: data.replace(b"avc1\0\0\0\0", b"zzzz\0\0\0\0")), "codec zzzz"
        ),
        # too large
        "huge-pictures": rejected(
            "huge.avi",
            lambda path: fixture.claim_size(make_video(path, **HUGE), 65_500, 65_500),
            "none of its frames can be decoded",
        ),
        "huge-claim": ok(
            "claim.mp4", edited(patched(b"avc1\0\0\0\0", 28, ">HH", 65_535, 65_535)), displayed_size=[64, 48]
        ),
        "large-pictures-in-few-bytes": rejected(
            "large.avi", lambda path: fixture.claim_size(make_video(path, **HUGE), 11_000, 11_000), ""
        ),
        "picture-bomb": ok(
            "bomb.png", picture_bomb, "a picture rather than a video", displayed_size=[5000, 5000], rate="25"
        ),
        "black-33-megapixels": ok("black.mp4", black_bomb, displayed_size=[8192, 4096], frames=4),
        "sparse-three-hours": ok("sparse.mp4", sparse, frames=30, duration=1.0),
        # lies
        "duration-claimed": ok(
            "l1.mkv",
            lambda path: fixture.claim_duration(make_video(path), 50),
            "its header claims 50.000 s",
            duration=1.0,
        ),
        "frames-claimed": ok(
            "l2.avi", edited(patched(b"strh", 40, "<I", 9999)), "its header claims 9999 frames", frames=30
        ),
        "index-of-16-million": rejected("l3.mp4", edited(patched(b"stsz", 12, ">I", 1 << 24)), "none of its frames"),
        "rate-claimed": ok(
            "l4.avi", edited(patched(b"strh", 28, "<II", 1, 100_000)), "100000 frames per second, which cannot be"
        ),
        "rate-of-100000": ok(
            "l5.mp4", film(numbers=range(200), rate=100_000), "100000 frames per second, which cannot be", frames=200
        ),
        "all-at-once": ok("l6.mkv", same_time, "frames have the same time as another"),
        # odd, and fine
        "plain": ok("plain.mp4", film(), displayed_size=[64, 48], frames=30, rate="30", notes=[]),
        "one-frame": ok("one.mp4", film(numbers=[3]), "a picture rather than a video", frames=1),
        "odd-size": ok(
            "odd.mp4", film(size=(51, 37), pixel_format="yuv444p"), displayed_size=[51, 37], pixel_format="yuv444p"
        ),
        "tiny": ok("tiny.mp4", film(size=(16, 16)), displayed_size=[16, 16]),
        "variable-rate": ok("vfr.mp4", film(times=JERKY), rate_varies=True, frames=30),
        "turned-by-90": ok("r1.mp4", film(rotation=90), displayed_size=[64, 48], coded_size=[48, 64], rotation=90),
        "turned-by-180": ok("r2.mp4", film(rotation=180), displayed_size=[64, 48], rotation=180),
        "turned-by-270": ok("r3.mov", film(rotation=270), displayed_size=[64, 48], rotation=270),
        "mirrored": ok("r4.mp4", film(mirrored=True), mirrored=True, rotation=0),
        "anamorphic": ok("wide.mp4", film(pixel_aspect=Fraction(4, 3)), displayed_size=[85, 48]),
        "ten-bit": ok("ten.mkv", film(pixel_format="yuv420p10le"), bit_depth=10),
        "grey": ok("grey.mkv", film(**GREY), pixel_format="gray"),
        "interlaced": ok("tff.mp4", film(options={"x264-params": "tff=1"}), interlaced=True),
        "edit-list": ok("edited.mp4", trimmed, "an edit list hides 5 of its frames", frames=15),
        "before-zero": ok("wrap.ts", remuxed("-output_ts_offset", WRAP - 1.9), frames=30),
        "after-ten-hours": ok("late.ts", remuxed("-output_ts_offset", TEN_HOURS), frames=30),
        "cover-beside-a-film": ok("covered.mp4", film(cover=True, audio=True), frames=30),
        "film-behind-its-sound": ok("behind.ts", late_video),
        "size-changes": ok(
            "sizes.ts", joined({}, {"size": (128, 96), "times": [1 + Fraction(k, 30) for k in range(30)]})
        ),
        "gif": ok("moving.gif", animation("gif"), frames=10),
        "moving-png": ok("moving.png", animation("apng"), frames=10),
        # cut without being encoded
        **{
            f"copy-at-{int(10 * start)}-{suffix}{'-negative' * bool(flags)}": ok(
                f"copy-{start}{'n' * bool(flags)}.{suffix}", copied_at(start, *flags)
            )
            for start in (0.3, 1.7)
            for suffix in ("mp4", "mov", "mkv", "ts")
            for flags in ((), ("-avoid_negative_ts", "disabled"))
        },
        # very small
        **{
            f"size-{width}x{height}": ok(
                f"s{width}x{height}.mkv",
                encoded("ffv1", "yuv444p", size=(width, height)),
                displayed_size=[width, height],
            )
            for width, height in ((1, 1), (16, 1), (2, 16), (17, 17), (3, 300), (1000, 4), (24, 24), (33, 400))
        },
        # what cameras, broadcasts and codecs do
        "fields": ok("tv1.mp4", moving("interlace=scan=tff:lowpass=0"), interlaced=False),
        "fields-with-a-tag": ok("tv2.mp4", moving("interlace=scan=tff", *TAGGED), interlaced=True),
        "bottom-field-first": ok("tv3.mp4", moving("interlace=scan=bff:lowpass=0")),
        "telecine": ok("tv4.mp4", moving("telecine")),
        "progressive-with-a-tag": ok("tv5.mp4", moving("null", *TAGGED), interlaced=True),
        "bars-in-the-middle": ok("bars.mp4", moving(change=barred)),
        "half-of-it-dead": ok("half.mp4", moving(change=half_dead)),
        "out-of-focus": ok("soft.mp4", moving("gblur=8")),
        "slides": ok("slides.mp4", moving("fps=1,fps=25")),
        "on-twos": ok("twos.mp4", moving("fps=12.5,fps=25")),
        "noise-alone": ok("grain.mp4", moving("noise=alls=90:allf=t")),
        "fast": ok("fast.mp4", moving(step=40)),
        "all-black": ok("dark.mp4", moving("geq=0:128:128")),
        "hole-of-an-hour": ok("hole.mp4", holed, "jump by 3600 s"),
        "frames-that-are-not-shown": ok("hidden.webm", hidden_frames, frames=40),
        "dolby-vision-5": ok("dv5.mp4", lambda path: fixture.claim_dolby_vision(path, 5)),
        "dolby-vision-8": ok("dv8.mp4", lambda path: fixture.claim_dolby_vision(path, 8)),
        # layouts of pixels
        **{
            f"{codec}-{layout}": ok(f"{codec}-{layout}.{suffix}", encoded(codec, layout))
            for codec, (layouts, suffix) in KINDS.items()
            for layout in layouts.split()
        },
        # names
        "name-with-spaces": ok("two words  here.mp4", film(), frames=30),
        "name-in-other-letters": ok("фильм-映画-é-🎬.mp4", film(), frames=30),
        "name-with-a-dash": ok("-i.mp4", film(), frames=30),
        "name-with-percent": ok("100%d%s%20.mp4", film(), frames=30),
        "name-with-quotes": ok('it\'s "quoted" `id` $(touch hacked) ;.mp4', film(), frames=30),
        "name-with-braces": ok("Film (1994) {imdb-tt01}*?[ab].mp4", film(), frames=30),
        "name-of-a-protocol": ok("concat:plain.mp4|x.mp4", copied_from("plain.mp4"), frames=30),
        "link": ok("link.mp4", link_to("plain.mp4"), frames=30),
        "growing": rejected("growing.mkv", film(), "changed while it was read"),
    }


# What the table's check says of a source: (source, maker, words).
A_FOLDER = "a folder; each of its videos needs a row"
REFUSED = {
    "a file that is not there": ("missing.mp4", lambda path: None, "no such file"),
    "a link that leads nowhere": ("dangling.mp4", link_to("nowhere.mp4"), "a link that leads nowhere"),
    "a link to itself": ("loop.mp4", link_to("loop.mp4"), "a link that leads nowhere"),
    "a folder": ("folder.mp4", Path.mkdir, A_FOLDER),
    "a link to a folder": ("folder-link.mp4", link_to("."), A_FOLDER),
    "a pipe": ("pipe.mp4", os.mkfifo, "a pipe, a socket or a device"),
    "a device": ("/dev/zero", lambda path: None, "a pipe, a socket or a device"),
    "a name with a line break": ("two\nlines.mp4", lambda path: None, "no such file"),
    "a file that is taken for a folder": ("video.mp4/film.mp4", lambda path: path.parent.touch(), "no such file"),
    "a name with a wildcard": ("{video}.mp4", make_video, "Snakemake would replace the word in braces"),
    "a name with a rate": ("film {24}.mp4", make_video, "Snakemake would replace the word in braces"),
    "a closed file": ("closed.mp4", closed, "you may not read it"),
    "an address for FFmpeg": ("concat:a.mp4|b.mp4", lambda path: None, "must be a path, or start with http://"),
    "a name of 5000 letters": ("a" * 5000, lambda path: None, "no such file"),
}


# ---- films damaged by chance -----------------------------------------------------------------------------------------

WHOLE = {  # a film of each kind, to be damaged
    "mp4": film(numbers=range(50), size=(96, 72), audio=True),
    "mkv": encoded("libx265", "yuv420p", numbers=range(50)),
    "webm": encoded("libvpx-vp9", "yuv420p", numbers=range(50)),
    "ts": encoded("mpeg2video", "yuv420p", numbers=range(50)),
    "avi": encoded("mjpeg", "yuvj420p", numbers=range(50)),
    "mov": encoded("prores_ks", "yuv422p10le", numbers=range(50)),
}


def mutant(seed: int, number: int) -> Film:
    """The film `number` of a campaign: one of `WHOLE`, damaged as (seed, number) says. Any status is right for it, as
    long as there is one."""
    rng = np.random.default_rng([seed, number])
    suffix = list(WHOLE)[int(rng.integers(len(WHOLE)))]
    kind = list(DAMAGE)[int(rng.integers(len(DAMAGE)))]

    def make(path: Path) -> None:
        WHOLE[suffix](path)
        path.write_bytes(bytes(DAMAGE[kind](bytearray(path.read_bytes()), rng)))

    return Film(f"mutant-{number}-{kind}.{suffix}", make, status="")


def _place(data: bytearray, rng: np.random.Generator, length: int = 0) -> int:
    return int(rng.integers(max(1, len(data) - length)))


def _flip(data: bytearray, rng: np.random.Generator) -> bytes:
    for _ in range(int(rng.integers(1, 40))):
        data[_place(data, rng)] ^= 1 << int(rng.integers(8))
    return data


def _overwrite(data: bytearray, rng: np.random.Generator) -> bytes:
    """A whole number in the first or last two kilobytes becomes another."""
    at = int(rng.integers(min(2048, len(data) - 4)))
    at = at if rng.random() < 0.5 else len(data) - 4 - at
    data[at : at + 4] = struct.pack(">I", int(rng.choice([0, 1, 2**31 - 1, 2**32 - 1, int(rng.integers(2**32))])))
    return data


def _blank(data: bytearray, rng: np.random.Generator) -> bytes:
    length = int(rng.integers(1, len(data) // 2))
    at = _place(data, rng, length)
    data[at : at + length] = bytes(length)
    return data


def _remove(data: bytearray, rng: np.random.Generator) -> bytes:
    length = int(rng.integers(1, len(data) // 3))
    at = _place(data, rng, length)
    return data[:at] + data[at + length :]


def _repeat(data: bytearray, rng: np.random.Generator) -> bytes:
    length = int(rng.integers(1, len(data) // 3))
    at = _place(data, rng, length)
    return data[: at + length] + data[at:]


def _swap(data: bytearray, rng: np.random.Generator) -> bytes:
    one, other = sorted(_place(data, rng) for _ in range(2))
    return data[other:] + data[one:other] + data[:one]


DAMAGE: dict[str, Callable[[bytearray, np.random.Generator], bytes]] = {
    "cut": lambda data, rng: data[: _place(data, rng)],
    "flip": _flip,
    "number": _overwrite,
    "blank": _blank,
    "remove": _remove,
    "repeat": _repeat,
    "swap": _swap,
    "noise": lambda data, rng: data[: _place(data, rng)] + rng.bytes(2000),
    "twice": lambda data, rng: data + data,
}
