import numpy as np
import pytest
from PIL import Image

from framewright.persistence.augment import augment
from framewright.persistence.base import render_base_clips
from framewright.persistence.paths import CLASSES
from framewright.persistence.preview import choose_clips, write_samples
from framewright.persistence.specs import BaseSpec, Variant
from framewright.persistence.store import Clips, write_clips
from framewright.persistence.strips import EDGE, MARK, STILL, TEXT, draw_strip, mark_transients
from framewright.report.gif import enlarge


@pytest.fixture(scope="module")
def clips(tmp_path_factory):
    folder = tmp_path_factory.mktemp("previews") / "d"
    made = (augment(clip, Variant(), "default", 0) for clip in render_base_clips(BaseSpec(), 0, range(24)))
    write_clips(folder, "augmented_traj", "0000", "hdf5", made)
    return Clips(folder, "augmented_traj")


def test_frames_with_transients_are_marked_and_no_others(clips):
    clip = clips[0]
    shows = 1 - np.array(clip.metadata["frame_labels"])
    plain = [enlarge(np.moveaxis(frame, 0, -1), 2) for frame in clip.video]
    drawn = mark_transients(clip.video, clip.metadata, 2)
    circled = [bool((own != frame).any()) for own, frame in zip(drawn, plain, strict=True)]
    assert circled == shows.astype(bool).tolist()
    sheet, side = draw_strip(clip.video, clip.metadata, "a title"), 64 + 2 * EDGE
    assert sheet.shape == (TEXT + 2 * side, 16 * side, 3)
    corners = sheet[TEXT::side, ::side].reshape(-1, 3)
    assert [tuple(corner) for corner in corners.tolist()] == [MARK if there else STILL for there in shows]


def test_classes_are_shown_alike(clips):
    kinds = [clips.metadata(place)["class"] for place in choose_clips(clips, 8)]
    assert sorted(kinds) == sorted(2 * CLASSES)


@pytest.mark.slow
def test_samples_can_be_looked_at_and_are_the_same_each_time(clips, tmp_path):
    for name in ("a", "b"):
        assert write_samples(tmp_path / name, clips, "default", 4) == 4
    files = sorted(path.name for path in (tmp_path / "a").iterdir())
    assert len(files) == 13 and "default_statistics.png" in files
    for name in files:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
    gif = Image.open(tmp_path / "a" / next(name for name in files if name.endswith(".gif")))
    assert gif.size == (256, 256) and gif.n_frames > 20  # frames that are the same are shown longer
    assert sum(path.stat().st_size for path in (tmp_path / "a").iterdir()) < 500_000
