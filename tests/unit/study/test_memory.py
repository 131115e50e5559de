"""A plan keeps what it makes: it is not looked through for garbage each time that there is more of it."""

import subprocess
import sys

import pytest
from house import ROOT

from framewright.study.memory import YOUNG

KEPT = 200_000
CODE = """
import gc, sys
sys.path.insert(0, {scripts!r})
if {rarely}:
    from framewright.study.memory import collect_rarely
    collect_rarely()
rounds = []
gc.callbacks.append(lambda phase, info: rounds.append(phase))
kept = [{{number: [number]}} for number in range({count})]
print(len(rounds))
"""


def count_rounds(rarely: bool) -> int:
    code = CODE.format(scripts=str(ROOT / "scripts"), rarely=rarely, count=KEPT)
    return int(subprocess.check_output([sys.executable, "-c", code]))


@pytest.mark.slow
def test_what_is_kept_is_looked_through_rarely():
    assert count_rounds(rarely=False) > 100
    assert count_rounds(rarely=True) <= 6 * KEPT // YOUNG
