"""What became of each film, of each place that was tried, and of each patch that was wanted."""

from collections.abc import Iterable, Iterator, Mapping

from framewright.patches.attempts import Attempt
from framewright.patches.record import FilmPlan
from framewright.study.declared import KEPT_OUT
from framewright.study.funnel import Item

STAGES = ("film", "attempt", "patch")
EVERY: Mapping[str, str] = {}


def list_outcomes(
    plans: Iterable[FilmPlan], attempts: Mapping[str, list[Attempt]], without: Mapping[str, str] = EVERY
) -> Iterator[Item]:
    """The items for the funnel: films, then attempts, then the patches that the kept films were to give.

    `attempts` are those of all parts of a film, by video. The patches of films that the table keeps out are dropped,
    each for the reason in `without`.
    """
    plans = list(plans)
    for plan in plans:
        yield Item("film", plan.video, "", plan.reason, plan.detail)
    for plan in plans:
        for attempt in attempts[plan.video]:
            name = f"{plan.video} {attempt.category} {attempt.index} at {attempt.time} s"
            yield Item("attempt", plan.video, name, attempt.reason, f"attempt {attempt.attempt + 1}")
    for plan in plans:
        lost = {(category, index): reason for category, index, reason in plan.lost}
        if plan.film is None:
            continue
        last = {}
        for attempt in sorted(attempts[plan.video], key=lambda attempt: attempt.attempt):
            last[attempt.category, attempt.index] = attempt
        for category, count in plan.counts.items():
            for index in range(count):
                end = last.get((category, index))
                reason = lost.get((category, index)) or (end.reason if end else "missing")
                detail = f"after {end.attempt + 1} attempts" if end and reason else ""
                if not reason and without.get(plan.video):
                    reason, detail = without[plan.video], KEPT_OUT
                yield Item("patch", plan.video, f"{plan.video} {category} {index}", reason, detail)
