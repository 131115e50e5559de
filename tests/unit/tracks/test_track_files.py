import gzip
import hashlib
import json

import numpy as np
import pytest

from framewright.errors import UserError
from framewright.tracks.meta import Track, as_track, clean_name, new_track, read_tracks, video_code, write_tracks

KEYS = [
    *("yid", "tid", "fn", "video_size", "track_ts", "track_bbox", "top10_lbl", "top10_desc"),
    *("top10_logit_mu", "top10_logit_std", "top10_wlogit_mu", "top10_wlogit_std", "top10_wcls"),
]
TIMES = np.arange(5) / 16
BOXES = np.array([[10 + k, 20.25, 110 + k, 220.25] for k in range(5)])
SCORES = np.array([[0.9, 0.1], [0.05, 0.01], [0.6, 0.02], [0.1, 0.005]])


def track(video: str = "a_video", shift: float = 0.0, name: str = "big dog") -> Track:
    return new_track(video, (1280, 720), TIMES, BOXES + shift, [17, 3], [name, "cat"], SCORES)


def lines(path) -> list[dict]:
    return [json.loads(line) for line in gzip.decompress(path.read_bytes()).splitlines()]


def write_lines(path, *records: dict, members: int = 1):
    """A gzip file of JSON lines in so many members, as a file that was appended to has them."""
    texts = [json.dumps(record) + "\n" for record in records]
    parts = [texts[k::members] for k in range(members)]
    path.write_bytes(b"".join(gzip.compress("".join(part).encode()) for part in parts))
    return path


def old_a() -> dict:
    return {
        "yid": "abcdefghijk",
        "tid": "f" * 32,
        "fn": f"ab/abcdefghijk-dog-{'f' * 32}.mp4",
        "video_size": [720, 1280],
        "track_ts": [1.0, 1.0625],
        "track_bbox": [[10, 20, 100, 50], [11, 20, 100, 50]],
        "top10_lbl": [378, 4],
        "top10_desc": ["dog", "alarm clock"],
        "top10_logit_mu": [0.5, 0.25],
        "top10_logit_std": [0.125, 0.0],
        "top10_wlogit_mu": [0.4, 0.2],
        "top10_wlogit_std": [0.1, 0.0],
    }


def old_b() -> dict:
    return {
        "track_id": 7,
        "video_size": [720, 1280],
        "track_ts": [1.0, 1.0625],
        "top10_lbl": [378, 4],
        "top10_desc": ["photo of a dog (also known as hound)", "photo of a alarm clock"],
        "top10_cls": [[0.5, 0.25], [0.125, 0.0]],
        "top10_wcls": [[0.4, 0.2], [0.1, 0.0]],
        "frame_ts": [1.0, 1.0625],
        "frame_bboxes": [[10, 20, 100, 50], [11, 20, 100, 50]],
        "frame_obj": [0.8, 0.8],
        "frame_cls": [0.5, 0.5],
        "frame_wcls": [0.4, 0.4],
        "frame_lbl": [378, 378],
        "frame_desc": ["photo of a dog"] * 2,
    }


def old_c() -> dict:
    return {
        "track_id": "00ff",
        "track_ts": [1.0, 1.0625],
        "frame_ts": [1.0, 1.0625],
        "frame_bboxes": [[10, 20, 100, 50], [11, 20, 100, 50]],
        "yid": "abcdefghijk",
        "track_mp4_filename": "ab/abcdefghijk-dog-00ff.mp4",
        "top10_label_ids": [378, 4],
        "top10_label_names": ["dog", "alarm clock"],
    }


def without(record: dict, *keys: str) -> dict:
    return {key: value for key, value in record.items() if key not in keys}


def test_a_line_has_the_documented_keys_and_meanings(tmp_path):
    write_tracks(tmp_path / "a_video-meta.jsonl.gzip", [track()])
    (line,) = lines(tmp_path / "a_video-meta.jsonl.gzip")
    assert list(line) == KEYS
    assert line["video_size"] == [720, 1280]
    assert line["track_ts"] == [0, 0.0625, 0.125, 0.1875, 0.25]
    assert line["track_bbox"][1] == [11, 20.25, 100, 200]
    assert line["top10_lbl"] == [17, 3] and line["top10_desc"] == ["big dog", "cat"]
    assert line["top10_wlogit_mu"] == [0.6, 0.02] and line["top10_logit_std"] == [0.05, 0.01]


def test_the_id_is_the_md5_of_video_times_and_boxes(tmp_path):
    write_tracks(tmp_path / "x", [track()])
    (line,) = lines(tmp_path / "x")
    text = f"{line['yid']}-{tuple(line['track_ts'])}-{tuple(tuple(box) for box in line['track_bbox'])}"
    assert line["tid"] == hashlib.md5(text.encode()).hexdigest()
    assert line["fn"] == f"{video_code('a_video')[:2]}/{video_code('a_video')}-big-dog-{line['tid']}.mp4"


@pytest.mark.parametrize(
    ("name", "within"),
    [
        ("../../etc/passwd", "-..-..-etc-passwd-"),
        ("cup (mug)/pot", "-cup-(mug)-pot-"),
        ("ein Hündchen", "-ein-Hündchen-"),
        ("ö" * 200, "-" + "ö" * 40 + "-"),
    ],
    ids=["a path", "a slash", "not ascii", "very long"],
)
def test_a_clip_has_one_folder_and_a_possible_name(name, within):
    fn = track("x", name=name).fn
    folder, file = fn.split("/")
    code = video_code("x")
    assert folder == code[:2] and file.startswith(code + within) and len(file.encode()) < 255


def test_a_video_is_named_by_eleven_characters():
    assert video_code("dQw4w9WgXcQ") == "dQw4w9WgXcQ"
    codes = [video_code(video) for video in ("street", "Street", "a" * 64, "faces")]
    assert {len(code) for code in codes} == {11} and len({*codes}) == 4


def test_the_file_is_one_member_without_a_clock_sorted_by_id(tmp_path):
    own = [track(shift=k) for k in range(6)]
    write_tracks(tmp_path / "a-meta.jsonl.gzip", own)
    write_tracks(tmp_path / "other-name", reversed(own))
    content = (tmp_path / "a-meta.jsonl.gzip").read_bytes()
    assert content == (tmp_path / "other-name").read_bytes()
    assert content[3:8] == bytes(5)  # no flags, so no name, and time 0
    assert content.count(b"\x1f\x8b\x08") == 1
    assert [line["tid"] for line in lines(tmp_path / "other-name")] == sorted(one.tid for one in own)


def test_each_id_is_written_once(tmp_path):
    write_tracks(tmp_path / "x", [track(), track(shift=1), track()])
    assert len(lines(tmp_path / "x")) == 2


def test_no_tracks_are_a_file_without_lines(tmp_path):
    write_tracks(tmp_path / "x", [])
    assert lines(tmp_path / "x") == [] and list(read_tracks(tmp_path / "x")) == []


def test_what_is_written_is_read_back_and_written_the_same(tmp_path):
    """Times and boxes that no binary fraction holds, and boxes beyond the frame."""
    noise = np.random.default_rng(1)
    boxes = np.cumsum(noise.uniform(-0.5, 7, (300, 4)), axis=1) - 3
    own = new_track("v", (640, 360), np.arange(300) / 29.97, boxes, [0], ["ünïcode name"], SCORES[:, :1] / 3)
    write_tracks(tmp_path / "a", [own])
    (again,) = read_tracks(tmp_path / "a")
    write_tracks(tmp_path / "b", [again])
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert vars(again).keys() == vars(own).keys()
    for key, value in vars(own).items():
        assert np.array_equal(vars(again)[key], value), key


@pytest.mark.parametrize(
    ("record", "tid", "fn"),
    [
        pytest.param(old_a(), "f" * 32, f"ab/abcdefghijk-dog-{'f' * 32}.mp4", id="of the origin's parser"),
        pytest.param(without(old_a(), "tid"), "f" * 32, f"ab/abcdefghijk-dog-{'f' * 32}.mp4", id="a published subset"),
        pytest.param(old_b(), "7", "ab/abcdefghijk-dog-7.mp4", id="of June 2024"),
        pytest.param(old_c(), "00ff", "ab/abcdefghijk-dog-00ff.mp4", id="of the release of 2025"),
    ],
)
def test_each_published_kind_is_read(tmp_path, record, tid, fn):
    (own,) = read_tracks(write_lines(tmp_path / "abcdefghijk-meta.jsonl.gzip", record))
    assert (own.video, own.tid, own.fn) == ("abcdefghijk", tid, fn)
    assert own.times.tolist() == [1.0, 1.0625]
    assert own.boxes.tolist() == [[10, 20, 110, 70], [11, 20, 111, 70]]
    assert own.labels == (378, 4) and own.names == ("dog", "alarm clock")
    if "top10_label_ids" in record:
        assert own.size == (0, 0) and own.probability == own.score == ()
    else:
        assert own.size == (1280, 720)
        assert own.probability == (0.5, 0.25) and own.probability_spread == (0.125, 0)
        assert own.score == (0.4, 0.2) and own.score_spread == (0.1, 0)


def test_weighted_scores_are_read_under_their_older_name():
    record = without(old_a(), "top10_wlogit_mu", "top10_wlogit_std") | {"top10_wcls": [[0.4, 0.2], [0.1, 0.0]]}
    assert as_track(record).score == (0.4, 0.2) and as_track(record).score_spread == (0.1, 0)


def test_without_any_id_a_track_gets_its_own():
    record = without(old_a(), "tid", "fn")
    assert as_track(record).tid == as_track(record).tid != as_track(record | {"yid": "another"}).tid
    assert len(as_track(record).tid) == 32


def test_a_file_that_was_appended_to_is_read_whole(tmp_path):
    path = write_lines(tmp_path / "x", *(old_a() | {"tid": f"{k:032x}"} for k in range(6)), members=3)
    assert sorted(own.tid for own in read_tracks(path)) == [f"{k:032x}" for k in range(6)]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        pytest.param(b"no gzip", "not a file of tracks", id="no gzip"),
        pytest.param(gzip.compress(b"no json\n"), "at line 1", id="no JSON"),
        pytest.param(gzip.compress(b"[1, 2]\n"), "at line 1", id="no object"),
        pytest.param(gzip.compress(json.dumps(without(old_a(), "track_bbox")).encode()), "track_bbox", id="no boxes"),
        pytest.param(gzip.compress(json.dumps(old_a() | {"track_ts": [1]}).encode()), "1 times and 2", id="unequal"),
        pytest.param(gzip.compress(json.dumps(old_a() | {"track_ts": [2, 1]}).encode()), "ascend", id="back in time"),
        pytest.param(gzip.compress(json.dumps(old_a()).encode())[:-9], "not a file of tracks", id="cut off"),
        pytest.param(gzip.compress(b"")[:10] + b"\xff" * 40, "not a file of tracks", id="damaged"),
    ],
)
def test_what_is_no_file_of_tracks_is_one_line(tmp_path, content, why):
    (tmp_path / "x").write_bytes(content)
    with pytest.raises(UserError, match=why) as error:
        list(read_tracks(tmp_path / "x"))
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("prompt", "name"),
    [
        ("aerosol can (also known as spray can)", "aerosol can"),
        ("photo of a dog (also known as hound)", "dog"),
        ("dog", "dog"),
        ("cup (for coffee)", "cup (for coffee)"),
    ],
)
def test_both_spellings_of_prompts_are_cleaned(prompt, name):
    assert clean_name(prompt) == name
