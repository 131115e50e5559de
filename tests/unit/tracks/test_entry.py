"""Users' videos are shown only where no open face was found."""

import numpy as np
import pytest
from house import ROOT, rules

from framewright.tracks.entry import explain_withheld, write_entry, write_page

CLEAN = {"video": "street", "status": "covered", "looked_at": 12, "open": 0, "open_frames": 0}
SHEET = np.full((40, 60, 3), 128, np.uint8)


@pytest.mark.parametrize("status", ["covered", "linked"])
def test_a_clean_video_is_shown(status):
    assert explain_withheld(CLEAN | {"status": status}) == ""
    entry = write_entry("street", "", {"tracks": SHEET, "clips": SHEET})
    assert entry.count("<img") == 2 and "data:image/jpeg;base64," in entry


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"open": 1, "open_frames": 1}, "an open face in 1 of 12 frames"),
        ({"open": 3, "open_frames": 2}, "3 open faces in 2 of 12 frames"),
        ({"looked_at": 0}, "none of its frames"),
        ({"status": "off"}, "method is none"),
        ({"status": "unusable"}, "cannot be used"),
    ],
)
def test_any_other_is_withheld_in_one_line_with_its_reason(changes, reason):
    why = explain_withheld(CLEAN | changes)
    assert reason in why
    entry = write_entry("street", why, {})
    assert "<img" not in entry and entry.count("\n") == 1 and why in entry


def test_all_entries_are_on_one_page_that_needs_no_other_file():
    page = write_page([write_entry("a<b", "", {"tracks": SHEET}), write_entry("c", "it cannot be used", {})], 3)
    assert page.count("<html") == 1 and "a&lt;b" in page and "withheld" in page and "3 more videos" in page
    assert "http" not in page


def test_the_entry_reads_the_defaced_video_and_its_audit_and_nothing_undefaced():
    entry = next(rule for rule in rules(ROOT) if rule.name == "tracks_entry")
    assert "tracks_audit.output.audit" in entry.directives["input"]
    assert "sources" not in entry.directives["input"] and "tracks_link" not in entry.directives["input"]
