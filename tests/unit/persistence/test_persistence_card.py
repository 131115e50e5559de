from framewright.persistence.card import DATASET, describe_dataset


def audit(accuracy: float) -> dict:
    return {"frames": {"one_frame": {"accuracy": accuracy}}}


def test_the_figure_is_that_of_the_arm_in_which_one_frame_leads_least_far():
    front = describe_dataset({"default": audit(0.999), "crowd": audit(0.731)}).front
    assert front.figure == "73%" and "crowd" in front.meaning
    assert describe_dataset({}) == DATASET
