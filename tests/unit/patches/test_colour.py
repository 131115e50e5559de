import subprocess
from dataclasses import replace

import imageio_ffmpeg
import numpy as np
import pytest

from framewright.patches.scale import scale_part
from framewright.patches.tone import Tone, tone_map
from framewright.patches.view import Rendering, View, dump_view, fit_size, load_view, make_view
from framewright.scenes.hdr import PATCHES, encode_pq, make_hdr
from framewright.video.colour import Colour
from framewright.video.encode import Writer
from framewright.video.examine import probe
from framewright.video.probe import Probe, ProbeColour, as_probe
from framewright.video.stream import open_video

CODES = (64, 100, 200, 300, 400, 500, 600, 700, 769, 850, 940)  # greys of 10 bits, and what FFmpeg 9.0.2 makes of them
GOLDEN = {
    "PQ": (0, 10, 39, 83, 148, 211, 241, 254, 255, 255, 255),
    "HLG": (0, 16, 60, 104, 147, 184, 211, 232, 242, 250, 255),
}


def planes(rng: np.random.Generator) -> np.ndarray:
    """Y, Cb, Cr code values of 10 bits in the video range: a grey ramp above colours of all kinds."""
    luma = rng.integers(64, 941, (64, 256))
    luma[:16] = np.linspace(64, 940, 256)
    chroma = np.clip(512 + rng.normal(0, 60, (2, 64, 256)), 64, 960).astype(int)
    chroma[:, :16] = 512
    return np.stack([luma, *chroma])


def signal_of(code: np.ndarray) -> np.ndarray:
    """R'G'B' of BT.2020 code values of 10 bits."""
    luma, blue_off, red_off = (code[0] - 64) / 876, (code[1] - 512) / 896, (code[2] - 512) / 896
    red, blue = luma + 1.4746 * red_off, luma + 1.8814 * blue_off
    return np.stack([red, (luma - 0.2627 * red - 0.0593 * blue) / 0.678, blue]).astype(np.float32)


def zscale(code: np.ndarray, transfer: str, curve: str) -> np.ndarray:
    """What the bundled FFmpeg makes of the code values, every parameter given."""
    chain = (
        f"setparams=range=tv:color_primaries=bt2020:color_trc={transfer}:colorspace=bt2020nc,"
        "zscale=t=linear:npl=100:agamma=0,format=gbrpf32le,zscale=p=bt709,"
        f"tonemap={curve}:desat=0:peak=10,zscale=t=bt709:agamma=0:m=gbr:r=pc,format=gbrp"
    )
    height, width = code.shape[1:]
    source = ["-f", "rawvideo", "-pix_fmt", "yuv444p10le", "-s", f"{width}x{height}", "-i", "-"]
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", *source, "-vf", chain, "-f", "rawvideo", "-"]
    done = subprocess.run(command, input=code.astype("<u2").tobytes(), capture_output=True, check=True, timeout=60)
    green, blue, red = np.frombuffer(done.stdout, np.uint8).reshape(3, height, width)
    return np.stack([red, green, blue], axis=-1)


@pytest.mark.parametrize("curve", ["mobius", "hable", "reinhard", "clip"])
@pytest.mark.parametrize(("kind", "transfer"), [("PQ", "smpte2084"), ("HLG", "arib-std-b67")])
def test_tone_mapping_is_that_of_zscale_and_tonemap(kind, transfer, curve):
    code = planes(np.random.default_rng(0))
    signal = signal_of(code)
    possible = ((signal >= 0) & (signal <= 1)).all(axis=0)  # beyond, a signal means nothing
    ours, theirs = tone_map(signal, Tone(kind, curve=curve)), zscale(code, transfer, curve)
    off = np.abs(ours.astype(int) - theirs)[possible]
    assert off.max() <= 1
    assert off.mean() < 0.01


@pytest.mark.parametrize("kind", GOLDEN)
def test_golden_greys(kind):
    code = np.full((3, 1, len(CODES)), 512)
    code[0] = CODES
    grey = tone_map(signal_of(code), Tone(kind))[0].astype(int)
    assert np.abs(grey - np.array(GOLDEN[kind])[:, None]).max() <= 1


def test_a_higher_peak_is_darker_and_colour_fades_where_asked():
    signal = np.broadcast_to(encode_pq(400.0), (3, 2, 2)).astype(np.float32)
    assert tone_map(signal, Tone(peak=4000)).max() < tone_map(signal, Tone(peak=1000)).max()
    red = np.array([encode_pq(900.0), encode_pq(90.0), encode_pq(90.0)], np.float32).reshape(3, 1, 1)
    plain, faded = tone_map(red, Tone())[0, 0].astype(int), tone_map(red, Tone(desat=0.5))[0, 0].astype(int)
    assert np.ptp(faded) < np.ptp(plain)


# ---- scaling ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [(96, 54), (101, 57), (60, 44)])
def test_a_part_is_the_part_of_the_whole(size):
    plane = np.random.default_rng(0).integers(0, 1024, (108, 192)).astype(np.uint16)
    whole = scale_part(plane, size, (0, 0, *size))
    assert whole.shape == size[::-1]
    assert np.array_equal(scale_part(plane, size, (11, 7, 41, 40)), whole[7:40, 11:41])


def test_scaling_does_not_alias():
    stripes = np.tile(np.array([0, 255], np.uint8), (60, 90))
    small = scale_part(stripes, (60, 20), (0, 0, 60, 20))
    assert np.ptp(small[5:15, 10:50]) < 30  # a decimating kernel would leave 0 and 255


def test_what_keeps_its_size_keeps_its_values():
    plane = np.random.default_rng(0).integers(0, 256, (20, 30), np.uint8)
    assert np.array_equal(scale_part(plane, (30, 20), (3, 4, 9, 10)), plane[4:10, 3:9])


@pytest.mark.parametrize(
    ("size", "fit"),
    [((3840, 2160), (1920, 1080)), ((1280, 720), (1280, 720)), ((720, 1280), (720, 1280)), ((4096, 1716), (1920, 804))],
)
def test_frames_are_scaled_down_to_full_hd_and_never_enlarged(size, fit):
    assert fit_size(size) == fit


def test_native_keeps_the_size():
    record = Probe("film", "ok", "", displayed_size=(3840, 2160), colour=ProbeColour(kind="SDR"))
    assert make_view(record, Rendering("native")).size == (3840, 2160)
    assert make_view(record, Rendering()).size == (1920, 1080)


# ---- films -----------------------------------------------------------------------------------------------------------


def view_for(path, kind=None) -> View:
    record = probe(path)
    record["colour"] |= {"forced": kind is not None, "class": kind or record["colour"]["class"]}
    return make_view(as_probe(record), Rendering())


def film(path, size=(192, 108), **options):
    with Writer(path, size, 24, crf=10, preset="veryfast", **options) as writer:
        for number in range(4):
            noise = np.random.default_rng(number).integers(0, 256, (size[1] // 6, size[0] // 6, 3), np.uint8)
            writer.add(np.kron(noise, np.ones((6, 6, 1), np.uint8)))
    return path


@pytest.mark.parametrize("colour", [Colour("bt709", "bt709", "bt709", "tv"), Colour()], ids=["tagged", "untagged"])
def test_a_crop_of_sdr_is_part_of_the_whole(tmp_path, colour):
    path = film(tmp_path / "film.mp4", colour=colour)
    view = view_for(path)
    with open_video(path) as video:
        for frame in video.frames():
            assert np.array_equal(view.crop(frame, (5, 7, 65, 37)), view.whole(frame)[7:37, 5:65])
    assert ("as told" in view.chain) == colour.untagged


def test_the_table_forces_a_class(tmp_path):
    path = film(tmp_path / "film.mp4")
    assert view_for(path).tone is None
    assert view_for(path, "HLG").tone == Tone("HLG", "bt709")
    assert "as told" in view_for(path, "HLG").chain


@pytest.mark.slow
def test_the_hdr_scene_has_its_nits_and_a_crop_is_part_of_the_whole(tmp_path):
    scene = make_hdr(np.random.default_rng(0))
    with Writer(tmp_path / "film.mkv", scene.size, scene.rate, container="matroska", **scene.encoding) as writer:
        for number in range(2):
            writer.add(scene.draw(number).picture)
    view = view_for(tmp_path / "film.mkv")
    assert (view.kind, view.tone.peak) == ("PQ", 1000)
    with open_video(tmp_path / "film.mkv") as video:
        frame = next(video.frames())
        whole = view.whole(frame)
        for (x1, y1, x2, y2), nits in PATCHES:
            seen = whole[y1 + 8 : y2 - 8, x1 + 8 : x2 - 8].reshape(-1, 3).astype(int)
            wanted = tone_map(np.full((3, 1, 1), encode_pq(float(nits)), np.float32), Tone())[0, 0, 0]
            assert np.abs(np.median(seen, axis=0) - wanted).max() <= 2, nits
        assert np.array_equal(view.crop(frame, (100, 50, 640, 590)), whole[50:590, 100:640])


def test_a_view_can_be_written_down():
    view = View((1920, 1080), "PQ", True, "bt2020", False, Tone(peak=4000))
    assert load_view(dump_view(view)) == view


def test_larger_frames_are_scaled_first(tmp_path):
    path = film(tmp_path / "film.mp4")
    view = View((96, 54), "SDR")
    with open_video(path) as video:
        frame = next(video.frames())
        assert view.whole(frame).shape == (54, 96, 3)
        mean = frame.rgb_part((0, 0, 192, 108)).reshape(54, 2, 96, 2, 3).mean(axis=(1, 3))
        assert np.abs(view.whole(frame) - mean).mean() < 6


def test_peak_follows_the_film_only_where_asked():
    colour = ProbeColour(kind="PQ", matrix="bt2020nc", primaries="bt2020", range="tv", peak=4000.0)
    record = Probe("film", "ok", "", displayed_size=(1920, 1080), colour=colour)
    assert make_view(record, Rendering()).tone.peak == 1000
    assert make_view(record, Rendering(peak=None)).tone.peak == 4000
    untold = replace(record, colour=replace(colour, peak=None))
    assert make_view(untold, Rendering(peak=None)).tone.peak == 1000
