"""torchcodec and PyAV give the same pictures; where torchcodec can't be loaded, PyAV decodes."""

import os
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import av
import numpy as np
import pytest
from documented import write_clips

from framewright.errors import UserError
from framewright.tracks.dataset import TrackClips
from framewright.video.window import choose_decoder, find_decoder_class, read_with_torchcodec

TRY = """
import sys
import numpy as np
from pathlib import Path
from framewright.tracks.dataset import TrackClips, read_window
from framewright.video.window import choose_decoder, read_with_torchcodec
results = Path(sys.argv[1])
assert choose_decoder("auto") == "torchcodec", "it can't be loaded"
clips = TrackClips(results, frames=8, seed=1, size=(48, 32))
plain = TrackClips(results, frames=8, seed=1, size=(48, 32), decoder="pyav")
assert (clips.decoder, plain.decoder) == ("torchcodec", "pyav")
assert bool((clips[0]["video"] == plain[0]["video"]).all()) and bool((clips[0]["times"] == plain[0]["times"]).all())
for instants in ([0.0, 0.5, 1.0], [2.9, 3.5, 9.0], [0.03, 0.031]):
    for size in (None, (20, 10)):
        one, other = (read(clips.rows[0].path, instants, size) for read in (read_with_torchcodec, read_window))
        assert np.allclose(one[0], other[0]) and (one[1] == other[1]).all(), instants
print("the same")
"""


@pytest.fixture(scope="module")
def results(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("clips")
    write_clips(folder, folder / "results/tracks")
    return folder / "results/tracks"


def run(code: str, *arguments: object, **environment: str) -> subprocess.CompletedProcess:
    command = [sys.executable, "-c", code, *map(str, arguments)]
    known = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))} | environment
    return subprocess.run(command, capture_output=True, text=True, check=False, env=known, timeout=300)


@pytest.mark.slow
def test_torchcodec_gives_the_pictures_that_pyav_gives(results, tmp_path):
    """With the FFmpeg that PyAV brings, under the names that torchcodec looks for."""
    bundled = Path(av.__file__).parents[1] / "av.libs"
    for file in bundled.glob("lib*.so*") if bundled.is_dir() else ():
        if match := re.match(r"(lib\w+?)-[0-9a-f]+\.so\.(\d+)", file.name):
            (tmp_path / f"{match[1]}.so.{match[2]}").symlink_to(file)
    if not list(tmp_path.glob("libavutil*")):  # built from source, PyAV uses the system's FFmpeg
        pytest.skip("this PyAV brings no FFmpeg of its own")
    done = run(TRY, results, LD_LIBRARY_PATH=str(tmp_path))
    assert done.stdout == "the same\n", done.stderr[-2000:]


def refuse(*_: object, **__: object) -> None:
    raise RuntimeError("Could not load libtorchcodec. Likely causes: FFmpeg")


BROKEN = {
    "it is not installed": ("torchcodec", None),
    "a part of it is missing": ("torchcodec.decoders", None),
    "its libraries can't be loaded": ("torchcodec.decoders", SimpleNamespace(VideoDecoder=refuse)),
}


@pytest.mark.parametrize(("module", "instead"), BROKEN.values(), ids=BROKEN)
def test_a_broken_torchcodec_leaves_it_to_pyav(results, monkeypatch, module, instead):
    for name in [name for name in sys.modules if name.split(".")[0] == "torchcodec"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, module, instead)
    find_decoder_class.cache_clear()
    try:
        clips = TrackClips(results, frames=4)
        assert clips.decoder == "pyav" and clips[0]["video"].shape[0] == 4
        with pytest.raises(UserError) as refused:
            TrackClips(results, decoder="torchcodec")
    finally:
        find_decoder_class.cache_clear()
    said = "decoder = 'torchcodec': it can't be loaded here; install FFmpeg's libraries, or take 'auto'"
    assert str(refused.value) == said


def test_another_word_is_refused():
    with pytest.raises(UserError, match="one of auto, pyav, torchcodec"):
        choose_decoder("ffmpeg")
    assert choose_decoder("pyav") == "pyav"
    assert choose_decoder("auto") == ("pyav" if find_decoder_class() is None else "torchcodec")


@pytest.mark.skipif(find_decoder_class() is None, reason="torchcodec can't be loaded on this machine")
def test_where_it_works_it_reads_here(results):
    times, pictures = read_with_torchcodec(next(results.rglob("*.mp4")), [0.0, 0.5])
    assert pictures.shape[0] == 2 and pictures.dtype == np.uint8 and times[0] == 0
