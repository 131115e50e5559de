"""A web server on loopback that behaves well or badly, by path: `with serve() as web: ... web.url + "/truncating"`."""

import re
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np

FILM = b"\0\0\0\x18ftypisom" + np.random.default_rng(0).bytes(400_000)
OTHER_FILM = FILM[:12] + np.random.default_rng(1).bytes(300_000)
ETAG, OTHER_ETAG = '"one"', '"two"'


@dataclass
class Web:
    """A running server: its address, what it serves as the whole file, and the requests it saw as (path, headers).

    `/later` is busy until `ready` is set; `/folder/x` is `files["x"]`.
    """

    url: str
    film: bytes = FILM
    files: dict[str, bytes] = field(default_factory=dict)
    requests: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    ready: threading.Event = field(default_factory=threading.Event)
    closing: threading.Event = field(default_factory=threading.Event)

    def ranges(self) -> list[str | None]:
        """The Range header of each request, in order."""
        return [headers.get("Range") for _, headers in self.requests]


@contextmanager
def serve() -> Iterator[Web]:
    """A server on 127.0.0.1 that lives as long as the `with` block."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.web = Web(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server.web
    finally:
        server.web.closing.set()
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        web = self.server.web
        path = self.path.split("?")[0]
        seen = Counter(path for path, _ in web.requests)[path]
        web.requests.append((path, dict(self.headers)))
        self.close_connection = True
        behaviour, _, argument = path.strip("/").partition("/")
        with suppress(ConnectionError):
            BEHAVIOURS[behaviour](self, seen, argument)

    def do_HEAD(self) -> None:
        self.do_GET()

    @property
    def film(self) -> bytes:
        return self.server.web.film

    def log_message(self, *_: object) -> None:
        pass

    def start(self, status: int, **headers: object) -> None:
        """Status and headers; `Content_Length=5` becomes `Content-Length: 5`, None is left out."""
        self.send_response(status)
        for name, value in {"Content_Type": "video/mp4", "Connection": "close", **headers}.items():
            if value is not None:
                self.send_header(name.replace("_", "-"), str(value))
        self.end_headers()

    def file(self, body: bytes, etag: str | None = ETAG, cut: int | None = None) -> None:
        """The file, or the part of it that is asked for; ends early after `cut` bytes of it."""
        asked = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        if asked and self.headers.get("If-Range", etag) == etag:
            start, end = int(asked[1]), min(int(asked[2] or len(body)), len(body) - 1)
            if start >= len(body):
                return self.start(416, Content_Range=f"bytes */{len(body)}", Content_Length=0)
            place = f"bytes {start}-{end}/{len(body)}"
            self.start(206, Content_Range=place, Content_Length=end + 1 - start, ETag=etag)
            body = body[: end + 1]
        else:
            start = 0
            self.start(200, Content_Length=len(body), ETag=etag)
        if self.command == "GET":
            self.wfile.write(body[start:cut])


def _slow(request: _Handler, seen: int, pause: str) -> None:
    request.start(200, Content_Length=len(request.film), ETag=ETAG)
    for at in range(0, len(request.film), 50_000):
        request.wfile.write(request.film[at : at + 50_000])
        request.server.web.closing.wait(0.02)


def _silent(request: _Handler, seen: int, argument: str) -> None:
    request.start(200, Content_Length=len(request.film), ETag=ETAG)
    request.wfile.write(request.film[:1000])
    request.server.web.closing.wait(20)


def _trickle(request: _Handler, seen: int, argument: str) -> None:
    request.start(200, Content_Length=len(request.film), ETag=ETAG)
    while not request.server.web.closing.wait(0.02):
        request.wfile.write(b"x")


def _truncating(request: _Handler, seen: int, argument: str) -> None:
    request.file(request.film, cut=len(request.film) * (seen + 1) // 3 if seen < 2 else None)


def _stuck(request: _Handler, seen: int, argument: str) -> None:
    request.file(request.film, cut=1000)


def _no_range(request: _Handler, seen: int, argument: str) -> None:
    del request.headers["Range"]
    request.file(request.film, cut=None if seen else 1000)


def _no_validator(request: _Handler, seen: int, argument: str) -> None:
    request.file(request.film, etag=None, cut=None if seen else 1000)


def _changed_between(request: _Handler, seen: int, argument: str) -> None:
    if seen:
        request.file(OTHER_FILM, etag=OTHER_ETAG)
    else:
        request.file(request.film, cut=1000)


def _other_part(request: _Handler, seen: int, argument: str) -> None:
    if request.headers.get("Range"):
        request.start(206, Content_Range=f"bytes 5-9/{len(request.film)}", Content_Length=5, ETag=ETAG)
        request.wfile.write(request.film[5:10])
    else:
        request.file(request.film, cut=None if seen else 1000)


def _chunked(request: _Handler, seen: int, cut: str) -> None:
    request.start(200, Transfer_Encoding="chunked")
    half = len(request.film) // 2
    request.wfile.write(b"%x\r\n%b\r\n" % (half, request.film[:half]))
    if cut and not seen:
        return
    request.wfile.write(b"%x\r\n%b\r\n0\r\n\r\n" % (len(request.film) - half, request.film[half:]))


def _status(request: _Handler, seen: int, status: str) -> None:
    request.start(int(status), Content_Length=0)


def _busy(request: _Handler, seen: int, after: str) -> None:
    if seen:
        request.file(request.film)
    else:
        request.start(503, Content_Length=0, Retry_After=after.replace("_", " ") or None)


def _later(request: _Handler, seen: int, argument: str) -> None:
    if request.server.web.ready.is_set():
        request.file(request.film)
    else:
        request.start(503, Content_Length=0, Retry_After=0)


def _folder(request: _Handler, seen: int, name: str) -> None:
    data = request.server.web.files.get(name)
    if data is None:
        request.start(404, Content_Length=0)
    else:
        request.file(data)


def _redirect(request: _Handler, seen: int, where: str) -> None:
    targets = {
        "loop": "/redirect/loop",
        "file": "file:///etc/hostname",
        "ftp": "ftp://127.0.0.1/film",
        "bad": "http://[",
    }
    request.start(302, Location=targets.get(where, f"/{where}"), Content_Length=0)


def _redirect_endless(request: _Handler, seen: int, argument: str) -> None:
    request.start(302, Location="/ok")
    _pour(request)


def _endless(request: _Handler, seen: int, argument: str) -> None:
    request.start(200)
    _pour(request)


def _pour(request: _Handler) -> None:
    while not request.server.web.closing.is_set():
        request.wfile.write(bytes(100_000))


def _lying_length(request: _Handler, seen: int, argument: str) -> None:
    request.start(200, Content_Length=10 * len(request.film), ETag=ETAG)
    request.wfile.write(request.film)


def _page(request: _Handler, seen: int, argument: str) -> None:
    text = b"<!doctype html><title>Sign in</title>"
    request.start(200, Content_Type="text/html; charset=utf-8", Content_Length=len(text))
    request.wfile.write(text)


def _packed(request: _Handler, seen: int, argument: str) -> None:
    request.start(200, Content_Encoding="gzip", Content_Length=20)
    request.wfile.write(bytes(20))


BEHAVIOURS: dict[str, Callable[[_Handler, int, str], None]] = {
    "ok": lambda request, seen, name: request.file(request.film),
    "empty": lambda request, seen, name: request.file(b""),
    "slow": _slow,
    "silent": _silent,
    "trickle": _trickle,
    "truncating": _truncating,
    "stuck": _stuck,
    "no-range": _no_range,
    "no-validator": _no_validator,
    "changed-between": _changed_between,
    "other-part": _other_part,
    "chunked": _chunked,
    "status": _status,
    "busy": _busy,
    "later": _later,
    "folder": _folder,
    "redirect": _redirect,
    "redirect-endless": _redirect_endless,
    "endless": _endless,
    "lying-length": _lying_length,
    "page": _page,
    "packed": _packed,
}
