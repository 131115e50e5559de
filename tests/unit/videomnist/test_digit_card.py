from framewright.study.contract import Finding
from framewright.videomnist.card import DATASET, describe_dataset


def test_the_figure_is_how_far_digits_are_from_their_paths():
    findings = [
        Finding("all ink is visible", True, "least 0.990 of it"),
        Finding("digits are where the trajectory says", True, "off by 0.04 pixels at most"),
    ]
    described = describe_dataset("scikit-learn", 1, iter(findings))
    assert described.front.figure == "0.04"
    assert "least 0.990" in described.description
    assert describe_dataset("scikit-learn", 1, []).front == DATASET.front
