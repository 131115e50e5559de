from framewright.patches.card import DATASET, describe_dataset
from framewright.study.funnel import Reason, Stage


def test_the_figure_is_the_share_of_the_patches_that_were_asked_for():
    funnel = [Stage("film", 2, ()), Stage("patch", 25, (Reason("too-short", 2, (), ""), Reason("scene", 3, (), "")))]
    assert (describe_dataset(funnel).front.figure, describe_dataset(funnel).front.title) == ("80%", DATASET.front.title)


def test_where_nothing_was_asked_for_there_is_no_figure():
    assert describe_dataset([]) == DATASET == describe_dataset([Stage("patch", 0, ())])
