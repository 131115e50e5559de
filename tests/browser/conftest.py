"""A real browser for the tests: Debian's Chromium, driven by playwright. Where there is none, the tests are skipped."""

import re
import shutil
from pathlib import Path

import pytest

SWITCHES = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
SWITCHES += ["--disable-component-update", "--disable-sync"]
SCREENSHOTS = Path(__file__).with_name(".screenshots")  # to be looked at; no part of the repository


@pytest.fixture(scope="session")
def chromium():
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if not program:
        pytest.skip("no chromium here: apt-get install chromium")
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=SWITCHES)
        yield browser
        browser.close()


class Visit:
    """A page that was opened, with what it complained of and what it asked of the network."""

    def __init__(self, browser, path, width=1366, height=768):
        self.page = browser.new_page(viewport={"width": width, "height": height})
        self.errors, self.requests = [], []
        self.page.on("console", lambda message: self.errors.append(message.text) if message.type == "error" else None)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("request", lambda request: self._note(request.url))
        self.page.goto(path.absolute().as_uri())

    def _note(self, address):
        if not address.startswith(("file:", "data:", "blob:")):
            self.requests.append(address)


@pytest.fixture
def visit(chromium, request):
    """Open a file in the browser: visit(path, width=1366). What was seen last is kept in `.screenshots/`."""
    visits = []

    def open_page(path, **size):
        visits.append(Visit(chromium, path, **size))
        return visits[-1]

    yield open_page
    name = re.sub(r"[^\w-]+", "-", request.node.name).strip("-")
    for number, one in enumerate(visits):
        if not one.page.is_closed():
            one.page.screenshot(path=SCREENSHOTS / f"{name}-{number}.png")
            one.page.close()
