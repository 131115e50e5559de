import hashlib
import logging
from pathlib import Path

import pytest
import web
import yt_dlp
from counting import Counting
from yt_dlp.utils import DownloadError, ExtractorError, GeoRestrictedError, UnavailableVideoError

from framewright.errors import UserError
from framewright.sources import youtube
from framewright.sources.outcome import Dead, Passing
from framewright.sources.youtube import Settings
from framewright.study.progress import report_nothing

LOG = logging.getLogger("test")
COOKIES = "# Netscape HTTP Cookie File\n127.0.0.1\tFALSE\t/\tFALSE\t4102444800\tsession\tsecret\n"


@pytest.fixture(scope="module")
def servers():
    with web.serve() as server:
        yield server


@pytest.fixture
def server(servers, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    servers.requests.clear()
    return servers


def get(server, tmp_path, path, sha256=None, progress=report_nothing, **settings):
    settings = Settings(**{"tries": 1, "timeout": 3.0, "sleep_seconds": 0} | settings)
    target, unfinished = tmp_path / "video", tmp_path / "100%(id)s"
    more = {"log": LOG, "sha256": sha256, "progress": progress}
    return youtube.download(server.url + path, target, unfinished, settings=settings, **more)


def picture(height, fps=30, codec="avc1.4d401f", sound="none", **more):
    return {
        "format_id": f"{height}p{fps}-{codec.split('.')[0]}",
        "url": f"https://example.org/{height}",
        "height": height,
        "width": height * 16 // 9,
        "fps": fps,
        "vcodec": codec,
        "acodec": sound,
        "ext": "mp4",
    } | more


def chosen(formats, **settings):
    with yt_dlp.YoutubeDL(youtube.compose_options(Settings(**settings), None, Path("folder"), LOG)) as downloader:
        info = downloader.process_ie_result({"id": "x", "title": "x", "formats": formats}, download=False)
    return info["format_id"]


@pytest.mark.parametrize(
    ("heights", "settings", "height"),
    [
        pytest.param([144, 360, 480, 720, 1080, 2160], {}, 720, id="720 when there is one"),
        pytest.param([144, 360, 480, 1080], {}, 480, id="else 480"),
        pytest.param([360, 1080], {}, 360, id="else 360"),
        pytest.param([1080, 2160], {}, 1080, id="else the next above"),
        pytest.param([360, 720, 1080, 2160], {"height": 2160}, 2160, id="another height"),
    ],
)
def test_height_falls_back_in_order(heights, settings, height):
    assert chosen([picture(h) for h in heights], **settings) == f"{height}p30-avc1"


@pytest.mark.parametrize(
    ("formats", "settings", "format_id"),
    [
        pytest.param([picture(720), picture(720, 60)], {}, "720p60-avc1", id="the rate it was uploaded with"),
        pytest.param(
            [picture(720, codec="vp9"), picture(720), picture(720, codec="av01.0")], {}, "720p30-avc1", id="H.264"
        ),
        pytest.param([picture(1280, width=720)], {}, "1280p30-avc1", id="an upright film's width counts"),
        pytest.param(
            [picture(720), picture(360, sound="mp4a.40.2", format_id="18")],
            {},
            "720p30-avc1",
            id="picture without sound",
        ),
        pytest.param(
            [picture(720), picture(360, sound="mp4a.40.2", format_id="18")],
            {"audio": True},
            "18",
            id="sound in the same file",
        ),
        pytest.param([picture(360, sound="mp4a.40.2", format_id="18")], {}, "18", id="sound when it can't be avoided"),
    ],
)
def test_variant(formats, settings, format_id):
    assert chosen(formats, **settings) == format_id


def test_options_are_ours_alone():
    options = youtube.compose_options(Settings(rate_limit=10**6, sleep_seconds=2), "text", Path("50%"), LOG)
    assert options["cachedir"] is False
    assert options["geo_bypass"] is False
    assert options["skip_unavailable_fragments"] is False
    assert (options["ratelimit"], options["sleep_interval_requests"]) == (10**6, 2)
    assert options["outtmpl"].startswith("50%%/")
    assert options["cookiefile"].read() == "text"
    assert "+" not in options["format"]


@pytest.mark.slow
@pytest.mark.parametrize("path", ["/ok", "/slow", "/truncating"])
def test_the_whole_file_arrives(server, tmp_path, path):
    fetched = get(server, tmp_path, path)
    assert (tmp_path / "video").read_bytes() == server.film
    assert fetched.sha256 == hashlib.sha256(server.film).hexdigest()
    assert (fetched.bytes, fetched.url) == (len(server.film), server.url + path)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["video"]


@pytest.mark.slow
def test_megabytes_are_counted(server, tmp_path):
    counting = Counting()
    get(server, tmp_path, "/ok", progress=counting)
    ((total, unit, done),) = counting.loops
    assert unit == "MB" and 0 < total <= len(server.film) / 1e6
    assert 0.9 * total <= done <= 1.0001 * total


def test_the_next_call_goes_on_where_the_last_one_ended(server, tmp_path):
    with pytest.raises(Passing):
        get(server, tmp_path, "/truncating", tries=0)
    (part,) = (tmp_path / "100%(id)s").iterdir()
    have = part.stat().st_size
    get(server, tmp_path, "/truncating", tries=0)
    assert 0 < have < len(server.film)
    assert server.ranges()[-1] == f"bytes={have}-"
    assert (tmp_path / "video").read_bytes() == server.film


@pytest.mark.slow
@pytest.mark.parametrize(
    ("path", "kind", "reason"),
    [
        pytest.param("/status/404", Dead, "gone", id="404"),
        pytest.param("/status/410", Dead, "gone", id="410"),
        pytest.param("/status/403", Passing, "forbidden", id="403"),
        pytest.param("/status/429", Passing, "busy", id="429"),
        pytest.param("/status/503", Passing, "network", id="503"),
        pytest.param("/page", Dead, "address", id="a web page without a video"),
        pytest.param("/stuck", Passing, "truncated", id="always ends at the same byte"),
        pytest.param("/empty", Passing, "truncated", id="no bytes"),
        pytest.param("/redirect/file", Dead, "address", id="redirect to a local file"),
    ],
)
def test_causes_over_the_wire(server, tmp_path, path, kind, reason):
    with pytest.raises(kind) as caught:
        get(server, tmp_path, path)
    assert caught.value.reason == reason
    assert not (tmp_path / "video").exists()
    assert (tmp_path / "100%(id)s").exists() == (kind is Passing)


@pytest.mark.slow
def test_silence_and_refusal_are_passing(server, tmp_path):
    with pytest.raises(Passing, match="timed out") as caught:
        get(server, tmp_path, "/silent", timeout=0.2)
    assert caught.value.reason == "network"
    server = web.Web("http://127.0.0.1:9")
    with pytest.raises(Passing) as caught:
        get(server, tmp_path, "/ok")
    assert caught.value.reason == "network"
    assert "0x" not in str(caught.value)


@pytest.mark.parametrize("path", ["/ok", "/endless"])
def test_no_more_bytes_than_allowed(server, tmp_path, path):
    with pytest.raises(Dead) as caught:
        get(server, tmp_path, path, max_bytes=350_000)
    assert caught.value.reason == "too-large"
    assert not (tmp_path / "100%(id)s").exists()


def test_checksum(server, tmp_path):
    with pytest.raises(Dead) as caught:
        get(server, tmp_path, "/ok", sha256=64 * "0")
    assert caught.value.reason == "checksum"
    assert not (tmp_path / "100%(id)s").exists()


def test_cookies_are_sent_and_their_file_is_left_as_it_was(server, tmp_path):
    cookies = tmp_path / "cookies.txt"
    cookies.write_text(COOKIES)
    cookies.chmod(0o400)
    get(server, tmp_path, "/ok", cookies=cookies)
    assert server.requests[-1][1]["Cookie"] == "session=secret"
    assert cookies.read_text() == COOKIES


@pytest.mark.parametrize("text", [None, "not cookies"])
def test_bad_cookies_file_is_named(server, tmp_path, text):
    if text:
        (tmp_path / "cookies.txt").write_text(text)
    with pytest.raises(UserError, match=r"sources\.youtube\.cookies") as caught:
        get(server, tmp_path, "/ok", cookies=tmp_path / "cookies.txt")
    assert not isinstance(caught.value, Dead | Passing)
    assert "\n" not in str(caught.value)


def test_nothing_of_the_user_s_own_yt_dlp_is_read_or_written(server, tmp_path):
    config = tmp_path / "home/.config/yt-dlp"
    plugin = config / "plugins/mine/yt_dlp_plugins/extractor/mine.py"
    plugin.parent.mkdir(parents=True)
    plugin.write_text(f"open({str(tmp_path / 'plugin-was-here')!r}, 'w').close()")
    (config / "config").write_text("--simulate")
    before = sorted((tmp_path / "home").rglob("*"))
    get(server, tmp_path, "/ok")
    assert sorted((tmp_path / "home").rglob("*")) == before
    assert not (tmp_path / "plugin-was-here").exists()


def test_a_full_disk_is_not_the_source_s_fault(server, tmp_path):
    (tmp_path / "100%(id)s").write_text("a file where a folder should be")
    with pytest.raises(UserError, match="cannot be written") as caught:
        get(server, tmp_path, "/ok")
    assert not isinstance(caught.value, Dead | Passing)


YOUTUBE = "ERROR: [youtube] -bcdefghijk: "


@pytest.mark.parametrize(
    ("message", "kind", "reason"),
    [
        ("Video unavailable", Dead, "gone"),
        ("Video unavailable. This video has been removed by the uploader", Dead, "gone"),
        ("This video has been removed for violating YouTube's Terms of Service", Dead, "gone"),
        (
            "Video unavailable. This video is no longer available because the YouTube account associated with this "
            "video has been terminated.",
            Dead,
            "gone",
        ),
        ("Video unavailable. This video is no longer available due to a copyright claim by Someone", Dead, "gone"),
        ("This live stream recording is not available.", Dead, "gone"),
        (
            "Private video. Sign in if you've been granted access to this video. Use --cookies-from-browser",
            Dead,
            "private",
        ),
        ("Private video. Please sign in to verify that you may see it.", Dead, "private"),
        ("Video unavailable. This video is private", Dead, "private"),
        ("The uploader has not made this video available in your country", Dead, "geo"),
        ("Video unavailable. This video contains content from UMG, who has blocked it in your country", Dead, "geo"),
        ("Video unavailable. This video is not available in your region", Dead, "geo"),
        ("Sign in to confirm you’re not a bot. Use --cookies-from-browser or --cookies", Passing, "bot-check"),
        ("Video unavailable. YouTube is requiring a captcha challenge before playback", Passing, "bot-check"),
        ("Please sign in. Use --cookies-from-browser", Passing, "bot-check"),
        ("Sign in to confirm your age. This video may be inappropriate for some users.", Dead, "age"),
        ("This video is age-restricted and only available on YouTube", Dead, "age"),
        ("Join this channel to get access to members-only content like this video", Dead, "members"),
        ("This video is available to this channel’s members on level: Gold", Dead, "members"),
        ("This video requires payment to watch", Dead, "members"),
        ("This video is only available to Music Premium members", Dead, "members"),
        ("Premieres in 3 hours", Passing, "live"),
        ("This live event will begin in a few moments.", Passing, "live"),
        ("This live event has ended.", Passing, "live"),
        ("We're processing this video. Check back later.", Passing, "live"),
        ("This content isn't available, try again later. The current session has been rate-limited", Passing, "busy"),
        ("Unable to download API page: HTTP Error 429: Too Many Requests", Passing, "busy"),
        ("This video is DRM protected", Dead, "drm"),
        ("Requested format is not available. Use --list-formats for a list of available formats", Passing, "format"),
        ("Unable to download API page: [Errno -3] Temporary failure in name resolution", Passing, "network"),
        ("Unable to download webpage: The read operation timed out", Passing, "network"),
        ("Unable to download webpage: HTTP Error 503: Service Unavailable", Passing, "network"),
        ("unable to download video data: [Errno 104] Connection reset by peer", Passing, "network"),
        ("unable to download video data: HTTP Error 403: Forbidden", Passing, "forbidden"),
        ("content too short (expected 9 bytes and served 5)", Passing, "truncated"),
        ("Incomplete YouTube ID abc. URL https://www.youtube.com/watch?v=abc looks truncated.", Dead, "address"),
        ("The page needs to be reloaded.", Passing, "unknown"),
        ("Failed to extract any player response; please report this issue on https://github.com", Passing, "unknown"),
        ("The current apparent parent is transparent", Passing, "unknown"),
    ],
)
def test_what_youtube_says(message, kind, reason):
    error = youtube.explain_failure(DownloadError(YOUTUBE + message))
    assert type(error) is kind
    assert error.reason == reason
    assert "[youtube]" not in str(error) and "--" not in str(error) and "github" not in str(error)


def test_geo_is_known_by_its_type_in_any_words():
    origin = GeoRestrictedError("Nicht in Deutschland")
    error = youtube.explain_failure(DownloadError("ERROR: Nicht in Deutschland", (type(origin), origin, None)))
    assert (type(error), error.reason) == (Dead, "geo")


def test_addresses_of_objects_do_not_reach_the_record():
    cause = ConnectionError("<urllib3.connection.HTTPSConnection object at 0x7f0000000000>: refused")
    error = youtube.explain_failure(
        DownloadError(str(ExtractorError("Unable to download webpage: connection", cause=cause)))
    )
    assert str(error) == "Unable to download webpage: connection"


@pytest.mark.parametrize(
    "error",
    [
        UnavailableVideoError(OSError(28, "No space left on device")),
        DownloadError("ERROR: unable to write data: [Errno 28] No space left on device"),
        DownloadError("ERROR: unable to open for writing: [Errno 13] Permission denied"),
    ],
    ids=["while moving", "while writing", "while opening"],
)
def test_our_own_disk_is_not_the_source_s_fault(error):
    assert type(youtube.explain_failure(error)) is UserError


@pytest.mark.parametrize(
    ("info", "refused"),
    [
        pytest.param({"live_status": "is_live"}, True, id="on air"),
        pytest.param({"live_status": "is_upcoming"}, True, id="not yet on air"),
        pytest.param({"live_status": "was_live"}, False, id="was on air"),
        pytest.param({}, False, id="a video"),
    ],
)
def test_what_is_on_air_is_not_taken(info, refused):
    accepts = youtube.compose_options(Settings(), None, Path(), LOG)["match_filter"]
    if refused:
        with pytest.raises(Passing, match="broadcast"):
            accepts(info)
    else:
        assert accepts(info) is None


def test_address():
    assert youtube.compose_address("youtube:-bcdefghi_k") == "https://www.youtube.com/watch?v=-bcdefghi_k"
    assert youtube.compose_address("https://youtu.be/x") == "https://youtu.be/x"
    for source in ("youtube:short", "youtube:twelve_chars", "youtube:with space!", "youtube:"):
        with pytest.raises(Dead, match="no YouTube id"):
            youtube.compose_address(source)
