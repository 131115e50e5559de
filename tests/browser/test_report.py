"""The report of a real run in a real browser: at three widths nothing is cut off, nothing complains, all of it opens.

`REPORT=results/report.zip make test-browser` looks at a report that is there already instead of making a small one.
"""

import os
import zipfile
from pathlib import Path

import pytest
from flow import snakemake, write_table
from make_film import make_film, texture

WIDTHS = ((390, 844), (1366, 768), (1920, 1080))
MOST = 8  # entries of a group
CONFIG = """\
videos: videos.tsv
pipelines: [tracks, patches, videomnist]
tracks: {keep: {min_seconds: 0.8, min_area: 0.005}, subsets: [{name: few, max_per_class: 2}]}
patches: {base_frame_limit: 4, show: all, checks: {still: 0, blurred: 0, flat: 0}, min_file_size: 100}
videomnist: {videos_per_digit: {train: 2, test: 1}}
"""
MEASURE = """async () => {
  const found = [];
  for (const result of Object.values(results)) {
    if (!/^image/.test(result.mime_type)) continue;
    const image = new Image();
    image.src = result.data_uri;
    await image.decode();
    found.push([result.name, image.naturalWidth, image.naturalHeight]);
  }
  return found;
}"""
GROUPS = """() => Object.entries(categories).flatMap(([category, groups]) =>
  Object.entries(groups).map(([group, paths]) => [category, group, paths.length]))"""
OVERFLOWING = """() => [...document.querySelectorAll('.front, .front .tile, .front .tile *')]
  .filter(one => one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).display !== 'inline'
    && one.tagName !== 'IMG').map(one => one.outerHTML.slice(0, 120))"""


@pytest.fixture(scope="module")
def report(chromium, tmp_path_factory) -> Path:
    """The folder of an unpacked report."""
    folder = tmp_path_factory.mktemp("report")
    made = Path(os.environ["REPORT"]) if "REPORT" in os.environ else make_report(folder / "study")
    with zipfile.ZipFile(made) as file:
        file.extractall(folder / "unpacked")
    (page,) = (folder / "unpacked").glob("*/report.html")
    return page


def make_report(study: Path) -> Path:
    columns = "video source pipelines categories licence"
    write_table(study, "street demo:street tracks - CC0-1.0", "own own.mp4 patches general=1 CC0-1.0", columns=columns)
    (study / "config/config.yaml").write_text(CONFIG)
    make_film(study / "own.mp4", [texture(1, 1400, 900)], 60, (1280, 720))
    for arguments in ((), ("--report", "report.zip")):
        run = snakemake(study, *arguments, timeout=400)
        assert run.status == 0, run.text
    return study / "report.zip"


@pytest.mark.timeout(600)
@pytest.mark.parametrize(("width", "height"), WIDTHS)
def test_the_first_page_fits_the_window(visit, report, width, height):
    visited = visit(report, width=width, height=height)
    visited.page.wait_for_selector(".front .tile img")
    assert visited.page.evaluate(OVERFLOWING) == []
    assert all(visited.page.evaluate("[...document.querySelectorAll('.front img')].map(one => one.naturalWidth > 0)"))
    assert (visited.errors, visited.requests) == ([], [])


def test_the_first_page_answers_what_a_visitor_asks(visit, report):
    page = visit(report).page
    page.wait_for_selector(".front .tile")
    text = page.locator(".front").inner_text()
    answers = ("This run made", "of the video table", "dropped, and why", "promises of the datasets", "import datasets")
    assert [words for words in answers if words not in text] == []


def test_pictures_are_no_taller_than_a_screen(visit, report):
    page = visit(report).page
    pictures = page.evaluate(MEASURE)
    assert len(pictures) > 5
    assert [picture for picture in pictures if picture[1] == 0] == []
    moving = {name for name, *_ in pictures if name.endswith(".gif")}
    tall = [picture for picture in pictures if picture[2] * 16 > picture[1] * 9 and picture[0] not in moving]
    assert tall == []


def test_entries_stand_in_groups_under_the_pipelines_words(visit, report):
    groups = visit(report).page.evaluate(GROUPS)
    words = {"overview", "sources", "tracks", "patches", "videomnist", "persistence", "flexpatch"}
    assert {category for category, *_ in groups} <= words
    assert [group for group in groups if group[2] > MOST] == []


@pytest.mark.parametrize(("width", "height"), WIDTHS)
def test_every_page_opens_in_every_width(visit, report, width, height):
    pages = visit(report).page.evaluate(
        "Object.values(results).filter(one => one.mime_type === 'text/html').map(one => one.data_uri)"
    )
    assert pages
    for page in pages:
        visited = visit(report.parent / page, width=width, height=height)
        assert visited.page.locator("body").inner_text().strip() or visited.page.locator("svg, img").count()
        assert (visited.errors, visited.requests) == ([], []), page


def test_boxes_of_the_graphs_lead_to_files_of_the_report(visit, report):
    pages = sorted(report.parent.glob("data/raw/*/tracks.html"))
    assert pages
    for page in pages:
        visited = visit(page).page
        links = visited.evaluate(
            "[...document.querySelectorAll('a[data-report]')].map(one => one.getAttribute('href'))"
        )
        assert len(links) >= 3
        assert [link for link in links if not (page.parent / link).is_file()] == []
        visited.locator("a[data-report]").first.click()
        visited.wait_for_url(f"**/{links[0].removeprefix('../')}")


def test_a_caption_says_what_a_picture_shows(visit, report):
    page = visit(report).page
    page.wait_for_selector(".front .tile")
    path = page.evaluate("Object.keys(results).find(one => one.endsWith('frames.png'))")
    page.evaluate("path => app.showResultInfo(path)", path)
    page.wait_for_selector("text=/ground truth of its renderer/")
