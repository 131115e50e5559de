import hashlib
import json
import logging
import socket
import tracemalloc

import pytest
import web
from counting import Counting

from framewright.errors import UserError
from framewright.sources import http
from framewright.sources.outcome import Dead, Passing
from framewright.study.progress import report_nothing

LOG = logging.getLogger("test")


@pytest.fixture(scope="module")
def servers():
    with web.serve() as server:
        yield server


@pytest.fixture
def server(servers):
    servers.requests.clear()
    return servers


@pytest.fixture
def get(server, tmp_path):
    def get(path, *, sha256=None, progress=report_nothing, **limits):
        pauses = []
        fetched = None
        limits = http.Limits(**{"timeout": 5.0, "max_bytes": 10**6, "tries": 3} | limits)
        url = path if "://" in path else server.url + path
        try:
            fetched = http.download(
                url,
                tmp_path / "video",
                tmp_path / "unfinished",
                sha256=sha256,
                limits=limits,
                log=LOG,
                progress=progress,
                sleep=pauses.append,
            )
        finally:
            get.pauses = pauses
        return fetched

    return get


@pytest.mark.parametrize(
    ("path", "ranges"),
    [
        pytest.param("/ok", [None], id="a plain file"),
        pytest.param("/slow", [None], id="a slow server"),
        pytest.param("/chunked", [None], id="no length beforehand"),
        pytest.param("/chunked/cut", [None, None], id="cut without a length beforehand"),
        pytest.param("/truncating", [None, "bytes=133337-", "bytes=266674-"], id="cut twice and resumed"),
        pytest.param("/no-range", [None, "bytes=1000-"], id="a server that knows no ranges"),
        pytest.param("/no-validator", [None, None], id="resumes nothing that the server does not vouch for"),
        pytest.param("/other-part", [None, "bytes=1000-", None], id="a server that answers with another part"),
        pytest.param("/busy", [None, None], id="busy once"),
        pytest.param("/redirect/ok", [None, None], id="a redirect"),
        pytest.param("/redirect-endless", [None, None], id="a redirect with an endless body"),
    ],
)
def test_the_whole_file_arrives(server, get, tmp_path, path, ranges):
    fetched = get(path)
    assert (tmp_path / "video").read_bytes() == server.film
    assert fetched.bytes == len(server.film)
    assert fetched.sha256 == hashlib.sha256(server.film).hexdigest()
    assert fetched.url == server.url + path
    assert server.ranges() == ranges
    assert not (tmp_path / "unfinished").exists()


def test_megabytes_are_counted_and_a_resumed_file_counts_its_rest(get):
    counting = Counting()
    get("/truncating", progress=counting)
    whole, rest, last = counting.loops
    assert (whole[0], whole[1]) == (len(web.FILM) / 1e6, "MB")
    assert rest[0] == pytest.approx((len(web.FILM) - 133_337) / 1e6)
    assert last[2] == pytest.approx(last[0]) == pytest.approx((len(web.FILM) - 266_674) / 1e6)


def test_a_file_of_unknown_length_is_counted_without_a_total(get):
    counting = Counting()
    get("/chunked", progress=counting)
    assert counting.loops == [[None, "MB", pytest.approx(len(web.FILM) / 1e6)]]


def test_a_file_that_changed_in_between_is_not_mixed(get, tmp_path):
    get("/changed-between")
    assert (tmp_path / "video").read_bytes() == web.OTHER_FILM


def test_the_next_call_goes_on_where_the_last_one_ended(server, get, tmp_path):
    with pytest.raises(Passing):
        get("/truncating", tries=1)
    with pytest.raises(Passing):
        get("/truncating", tries=1)
    get("/truncating", tries=1)
    assert (tmp_path / "video").read_bytes() == server.film
    assert server.ranges() == [None, "bytes=133337-", "bytes=266674-"]


@pytest.mark.parametrize(
    ("have", "validator", "ranges"),
    [
        pytest.param(len(web.FILM), web.ETAG, ["bytes=400012-"], id="killed after the last byte"),
        pytest.param(len(web.FILM) + 9, web.ETAG, ["bytes=400021-", None], id="longer than the file is now"),
        pytest.param(1000, web.OTHER_ETAG, ["bytes=1000-"], id="of a file that has changed since"),
        pytest.param(1000, None, [None], id="that nothing vouches for"),
    ],
)
def test_a_partial_file_from_before(server, get, tmp_path, have, validator, ranges):
    unfinished = tmp_path / "unfinished"
    unfinished.mkdir()
    kept = web.FILM + bytes(9) if validator == web.ETAG else web.OTHER_FILM
    (unfinished / "data").write_bytes(kept[:have])
    (unfinished / "state.json").write_text(json.dumps({"url": server.url + "/ok", "validator": validator}))
    get("/ok")
    assert (tmp_path / "video").read_bytes() == server.film
    assert server.ranges() == ranges


def test_a_record_that_was_cut_short_is_not_trusted(server, get, tmp_path):
    (tmp_path / "unfinished").mkdir()
    (tmp_path / "unfinished/data").write_bytes(b"something else")
    (tmp_path / "unfinished/state.json").write_text('{"url": "htt')
    get("/ok")
    assert (tmp_path / "video").read_bytes() == server.film


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        pytest.param("/status/404", "gone", id="404"),
        pytest.param("/status/410", "gone", id="410"),
        pytest.param("/status/401", "forbidden", id="401"),
        pytest.param("/status/403", "forbidden", id="403"),
        pytest.param("/status/451", "geo", id="451"),
        pytest.param("/status/400", "refused", id="400"),
        pytest.param("/status/204", "refused", id="204"),
        pytest.param("/empty", "empty", id="no bytes"),
        pytest.param("/page", "not-video", id="a web page"),
        pytest.param("/packed", "not-video", id="packed though asked not to"),
        pytest.param("/redirect/loop", "redirect", id="redirects in a circle"),
        pytest.param("/redirect/file", "address", id="redirect to a local file"),
        pytest.param("/redirect/ftp", "address", id="redirect to ftp"),
        pytest.param("/redirect/bad", "address", id="redirect to no address"),
        pytest.param("file:///etc/hostname", "address", id="a file's address"),
        pytest.param("http://", "address", id="an address without a host"),
        pytest.param("http://[::1", "address", id="half an address"),
        pytest.param("http://a..b/film", "address", id="a host that cannot be"),
    ],
)
def test_permanent_causes(get, tmp_path, path, reason):
    with pytest.raises(Dead) as caught:
        get(path)
    assert caught.value.reason == reason
    assert get.pauses == []
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "unfinished").exists()
    assert not (tmp_path / "video").exists()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("path", "reason", "limits"),
    [
        pytest.param("/status/408", "busy", {}, id="408"),
        pytest.param("/status/429", "busy", {}, id="429"),
        pytest.param("/status/503", "busy", {}, id="503"),
        pytest.param("/status/500", "network", {}, id="500"),
        pytest.param("/status/407", "network", {}, id="a proxy wants a password"),
        pytest.param("/stuck", "truncated", {}, id="always ends at the same byte"),
        pytest.param("/lying-length", "truncated", {"max_bytes": 10**8}, id="promises more than there is"),
        pytest.param("/silent", "network", {"timeout": 0.2}, id="falls silent"),
        pytest.param("/trickle", "network", {"timeout": 0.2}, id="sends a byte now and then"),
    ],
)
def test_passing_causes(get, tmp_path, path, reason, limits):
    with pytest.raises(Passing) as caught:
        get(path, **limits)
    assert caught.value.reason == reason
    assert get.pauses == [1, 2]
    assert "\n" not in str(caught.value) and "0x" not in str(caught.value)
    assert not (tmp_path / "video").exists()


def test_refused_connection_and_broken_tls_are_passing(server, get):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        with pytest.raises(Passing) as caught:
            get(f"http://127.0.0.1:{unused.getsockname()[1]}/film")
    assert caught.value.reason == "network"
    with pytest.raises(Passing) as caught:
        get(server.url.replace("http:", "https:") + "/ok")
    assert caught.value.reason == "tls"


def test_a_host_nobody_knows_is_passing(get, monkeypatch):
    def unknown(*_, **__):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(Passing, match="the host's name is not known") as caught:
        get("http://films.example/film")
    assert caught.value.reason == "network"


@pytest.mark.parametrize(
    ("path", "pauses"),
    [
        pytest.param("/busy/7", [7], id="seconds"),
        pytest.param("/busy/90000", [60], id="more seconds than anyone waits"),
        pytest.param("/busy/Fri,_01_Jan_2100_00:00:00_GMT", [60], id="a date far away"),
        pytest.param("/busy/Sat,_01_Jan_2000_00:00:00_GMT", [0], id="a date gone by"),
        pytest.param("/busy/soon", [1], id="a word"),
    ],
)
def test_retry_after_is_honoured_within_bounds(get, path, pauses):
    get(path)
    assert get.pauses == pauses


@pytest.mark.parametrize("path", ["/ok", "/chunked", "/endless", "/lying-length"])
def test_no_more_bytes_than_allowed(get, tmp_path, path):
    tracemalloc.start()
    with pytest.raises(Dead) as caught:
        get(path, max_bytes=350_000)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert caught.value.reason == "too-large"
    assert not (tmp_path / "unfinished").exists()
    assert peak < 20e6


def test_checksum(server, get, tmp_path):
    right = hashlib.sha256(server.film).hexdigest()
    assert get("/ok", sha256=right.upper()).sha256 == right
    (tmp_path / "video").unlink()
    with pytest.raises(Dead) as caught:
        get("/ok", sha256=64 * "0")
    assert caught.value.reason == "checksum"
    assert right in str(caught.value)
    assert not (tmp_path / "video").exists() and not (tmp_path / "unfinished").exists()


def test_password_is_used_but_not_recorded(server, get):
    assert get(server.url.replace("//", "//me:secret@") + "/ok").url == server.url + "/ok"
    assert server.requests[0][1]["Authorization"].startswith("Basic ")


def test_a_full_disk_is_not_the_source_s_fault(get, tmp_path):
    (tmp_path / "unfinished").write_text("a file where a folder should be")
    with pytest.raises(UserError, match="cannot be written") as caught:
        get("/ok")
    assert not isinstance(caught.value, Dead | Passing)
