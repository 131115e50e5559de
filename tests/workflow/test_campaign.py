"""A sample of hostile films through tracks, patches and flexpatch: the run ends, and each film is on record."""

import re

import campaign
import pytest

pytestmark = [pytest.mark.slow, pytest.mark.long, pytest.mark.timeout(1200)]
FILMS, SEED = 30, 1


def test_a_sample_of_hostile_films_is_survived(tmp_path, record_property):
    chosen = campaign.choose(FILMS, SEED)
    assert len(chosen) == FILMS
    campaign.lay_out(tmp_path / "study", chosen)
    result = campaign.run(tmp_path / "study", cores=2, seconds=1100)
    outcomes = campaign.judge(tmp_path / "study", chosen)
    table = campaign.describe(outcomes)
    record_property("table", table)
    print(table)
    assert [own for own in outcomes if own.wrong] == []
    assert result.status == 0, result.text


def test_a_whole_campaign_has_all_films_and_many_damaged_by_chance():
    chosen = campaign.choose(180, 0)
    assert len(chosen) == 180 and sum(name.startswith("mutant-") for name in chosen) >= 20
    assert [film.file for film in campaign.choose(180, 0).values()] == [film.file for film in chosen.values()]


def test_all_names_of_films_are_names_of_videos():
    names = list(campaign.choose(180, 0))
    assert [name for name in names if not re.fullmatch("[A-Za-z0-9_-]{1,64}", name)] == []
    assert len({name.lower() for name in names}) == len(names)
