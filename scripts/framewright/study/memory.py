"""How often the process that plans looks for garbage."""

import gc

YOUNG, MIDDLE, OLD = 100_000, 50, 100  # objects until the young are looked through, rounds until the older are


def collect_rarely() -> None:
    """Look for garbage rarely: tables and jobs are kept to the end, and looking through them again and again costs.

    It was 8 % of the plan of 300 videos, and a fifth of that of 64,000.
    """
    gc.freeze()
    gc.set_threshold(YOUNG, MIDDLE, OLD)
