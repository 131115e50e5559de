"""The tree learns from other videos or times than it is rated on, is what its card says, and is refused elsewhere."""

import json
import warnings

import joblib
import numpy as np
import pandas as pd
import pytest

from framewright.errors import UserError
from framewright.flexpatch.contract import check_pipeline
from framewright.flexpatch.follow.features import COMPAT, EXTRA, FEATURES, FRAMEWRIGHT, Definition, definition_record
from framewright.flexpatch.samples.columns import COLUMNS, LABELS
from framewright.flexpatch.samples.contract import check_samples
from framewright.flexpatch.samples.options import Sampling
from framewright.flexpatch.tree.contract import check_model
from framewright.flexpatch.tree.model import (
    build_card,
    card_path,
    fit_tree,
    load_model,
    load_tree,
    read_samples,
    serialise,
    to_matrix,
    train_from_csv,
    write_card,
)
from framewright.flexpatch.tree.options import Splitting, TreeSettings
from framewright.flexpatch.tree.picture import draw_tree
from framewright.flexpatch.tree.rating import predict_by_bounds, rate
from framewright.flexpatch.tree.report import format_summary
from framewright.flexpatch.tree.split import GAP, HELD_OUT, TRAIN, split_samples, time_folds
from framewright.flexpatch.tree.training import MARGIN, Trained, compose_verdict, list_candidates, train
from framewright.flexpatch.tree.tree import Tree, export_rules


def table(videos=("a", "b"), frames=60, tracks=4, seed=0):
    """Samples whose labels can be told by ncc, nearly; 10 frames a second."""
    rng = np.random.default_rng(seed)
    rows = []
    for video in videos:
        for frame in range(1, frames + 1):
            for track in range(tracks):
                overlap = max(0.0, rng.uniform(-0.2, 1))
                label = "high" if overlap <= 0 else "medium" if overlap <= 0.5 else "low"
                ncc = np.clip(overlap + rng.normal(0, 0.08), -1, 1)
                rest = [*rng.uniform(0, 0.1, 1), ncc, *rng.exponential(2, 2), rng.uniform(0.25, 1)]
                where = [video, frame, frame / 10, track, track, "there" if overlap else "gone", overlap, 1, 0]
                extra = [0, 1.0, 0.0, 0.0, 0.1, 0.0]
                rows.append([*rest, label, *where, *extra, 0, 0, 9, 9])
    return pd.DataFrame(rows, columns=COLUMNS)


SIDE = definition_record(FRAMEWRIGHT) | {
    "frames": 120,
    "detections": 480,
    "truth": {"a": "annotations", "b": "detector"},
}


@pytest.fixture(scope="module")
def samples():
    return table()


@pytest.fixture(scope="module")
def trained(samples) -> Trained:
    return train(samples, SIDE, FRAMEWRIGHT, TreeSettings(), Splitting(gap=1.0), {}, compare=True)


@pytest.fixture
def saved(tmp_path, trained):
    path = tmp_path / "flexpatch_model.joblib"
    path.write_bytes(trained.content)
    write_card(card_path(path), trained.card)
    return path


# ---- the model's file -----------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_model_is_as_documented(trained, saved):
    model = load_model(saved)
    assert (model.max_depth, model.min_samples_split, model.random_state) == (5, 10, 42)
    assert model.class_weight == "balanced" and sorted(model.classes_) == sorted(LABELS)
    assert str(model.predict(np.zeros((1, 5)))[0]) in LABELS
    assert saved.stat().st_size < 20_000


def test_the_file_loads_as_the_origin_loads_it(saved):
    """With joblib alone, and asked with a row of Python numbers."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model = joblib.load(saved)
    assert model.predict(np.array([[0.01, 0.99, 0.1, 0.1, 0.9]]))[0] == "low"
    assert model.predict(np.array([[0.0, -0.1, 0.0, 0.0, 0.3]]))[0] in ("high", "medium")


def test_the_card_decides_as_scikit_learn_does(samples, trained, saved):
    rows = np.concatenate([to_matrix(samples), np.random.default_rng(1).normal(0, 3, (2000, 5)).astype(np.float32)])
    thresholds = np.array([node["threshold"] for node in trained.card["nodes"] if "threshold" in node])
    rows = np.concatenate([rows, np.repeat(thresholds, 5).reshape(-1, 5).astype(np.float32)])
    assert (load_tree(card_path(saved)).predict(rows) == load_model(saved).predict(rows)).all()


@pytest.mark.parametrize("depth", [1, 3, 8])
def test_any_tree_can_be_written_as_rules(samples, depth):
    model = fit_tree(samples, TreeSettings(max_depth=depth, balanced=False))
    rules = json.loads(json.dumps(export_rules(model)))
    assert (Tree(rules).predict(to_matrix(samples)) == model.predict(to_matrix(samples))).all()
    assert sum(node["samples"] for node in rules["nodes"] if "label" in node) == len(samples)


def test_the_same_samples_give_the_same_bytes(samples):
    assert serialise(fit_tree(samples)) == serialise(fit_tree(samples))


def test_a_file_that_its_card_does_not_name_is_not_opened(saved, tmp_path):
    """It could run code: this one would leave a file behind."""

    class Harmful:
        def __reduce__(self):
            return (open, (str(tmp_path / "harm"), "w"))

    joblib.dump(Harmful(), saved)
    with pytest.raises(UserError, match=r"is not the file that flexpatch_model\.json describes") as error:
        load_model(saved)
    assert "\n" not in str(error.value) and not (tmp_path / "harm").exists()


def test_a_file_without_a_card_is_opened_only_on_trust(saved):
    card_path(saved).unlink()
    with pytest.raises(UserError, match="trust=True"):
        load_model(saved)
    assert load_model(saved, trust=True).max_depth == 5


def test_another_definition_of_the_features_is_refused(saved, trained):
    for other in (COMPAT, Definition("framewright", 3)):
        with pytest.raises(UserError, match=f"framewright 2, but {other} is wanted"):
            load_model(saved, definition=other)
        with pytest.raises(UserError, match="make it again"):
            load_tree(card_path(saved), other)
    with pytest.raises(UserError, match="is wanted"):  # trust is about the file alone
        load_model(saved, trust=True, definition=COMPAT)


@pytest.mark.parametrize(
    ("card", "said"),
    [
        pytest.param("{", "not a card", id="no JSON"),
        pytest.param('{"features": ["ncc"]}', "its features are ncc", id="other features"),
        pytest.param('{"nodes": []}', "does not say by which definition", id="no definition"),
        pytest.param("[1]", "not a card", id="no object"),
    ],
)
def test_a_card_that_is_none_is_told_in_a_line(tmp_path, card, said):
    (tmp_path / "m.json").write_text(card)
    with pytest.raises(UserError, match=said):
        load_tree(tmp_path / "m.json")


# ---- train_from_csv -------------------------------------------------------------------------------------------------


def test_a_table_with_the_six_columns_is_enough_and_others_are_ignored(samples, tmp_path):
    six = samples[[*FEATURES, "iou_label"]]
    six.to_csv(tmp_path / "six.csv", index=False)
    samples.sample(frac=1, axis=1, random_state=0).to_csv(tmp_path / "all.csv", index=False)
    model = train_from_csv(tmp_path / "six.csv", tmp_path / "m.joblib", max_depth=3)
    other = train_from_csv(tmp_path / "all.csv", max_depth=3)
    assert (model.predict(to_matrix(samples)) == other.predict(to_matrix(samples))).all()
    assert load_model(tmp_path / "m.joblib").max_depth == 3
    assert load_tree(tmp_path / "m.json").predict([[0.0, 0.99, 0, 0, 0.9]]).tolist() == ["low"]


def test_the_definition_of_a_table_goes_into_the_model(samples, tmp_path):
    samples.to_csv(tmp_path / "t.csv", index=False)
    (tmp_path / "t.json").write_text(json.dumps(definition_record(COMPAT)))
    train_from_csv(tmp_path / "t.csv", tmp_path / "m.joblib")
    assert load_model(tmp_path / "m.joblib", definition=COMPAT).max_depth == 5
    with pytest.raises(UserError, match="compat 2, but framewright 2"):
        load_model(tmp_path / "m.joblib")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        pytest.param(lambda own: own.drop(columns="ncc"), "has no column ncc", id="a column is missing"),
        pytest.param(lambda own: own.assign(iou_label="gone"), "not 'gone'", id="a label of another kind"),
        pytest.param(lambda own: own.assign(accel=np.nan), "not a finite number", id="not a number"),
        pytest.param(lambda own: own.assign(accel="fast"), "not a number", id="a word for a number"),
        pytest.param(lambda own: own[own["iou_label"] == "low"], "fewer than two labels", id="one label"),
    ],
)
def test_what_is_wrong_with_a_table_is_said_in_a_line(samples, tmp_path, change, said):
    change(samples).to_csv(tmp_path / "t.csv", index=False)
    with pytest.raises(UserError, match=said) as error:
        train_from_csv(tmp_path / "t.csv")
    assert str(error.value).startswith(f"{tmp_path}/t.csv: ") and "\n" not in str(error.value)


# ---- what is held out -----------------------------------------------------------------------------------------------


def test_by_time_the_end_of_each_video_is_held_out_and_a_gap_left_before_it(samples):
    part = split_samples(samples, "time", 0.3, 1.0)
    for _, own in samples.assign(part=part).groupby("video"):
        times = {name: own.loc[own["part"] == name, "time"] for name in (TRAIN, GAP, HELD_OUT)}
        assert times[HELD_OUT].min() - times[TRAIN].max() > 1.0
        assert times[HELD_OUT].min() == pytest.approx(0.1 + 0.7 * 5.9, abs=0.1) and times[HELD_OUT].max() == 6.0


def test_by_video_whole_ones_are_held_out():
    samples = table(videos="abcde", frames=8)
    part = split_samples(samples, "auto", 0.3, 1.0)
    assert dict(samples.assign(part=part).groupby("video")["part"].unique().map(list)) == {
        "a": [TRAIN], "b": [TRAIN], "c": [TRAIN], "d": [TRAIN], "e": [HELD_OUT],
    }  # fmt: skip
    told = split_samples(samples, "auto", 0.3, 1.0, {"b": "test", "c": "val", "a": "train"})
    assert {*samples["video"][told == HELD_OUT]} == {"b", "c"}


def test_no_split_is_at_random(samples):
    """Neighbouring rows would lie on both sides: here each side of each video is one stretch."""
    part = split_samples(samples, "time", 0.3, 1.0)
    for _, own in samples.assign(part=part).groupby("video"):
        assert (own["part"] != own["part"].shift()).sum() == 3


def test_folds_rate_each_sample_once_and_learn_from_none_that_is_near(samples):
    rated = []
    for learnt, other in time_folds(samples, 0.5):
        rated += other.tolist()
        for video in ("a", "b"):
            mine = samples["video"] == video
            near = samples.loc[learnt][mine.loc[learnt]]["time"].to_numpy()
            gaps = np.abs(near[:, None] - samples.loc[other][mine.loc[other]]["time"].to_numpy())
            assert gaps.min() >= 0.5 - 1e-9
    assert sorted(rated) == list(range(len(samples)))


def test_rows_drawn_at_random_would_flatter():
    """Tracks that differ in look but not in frames: told by heart on rows drawn at random, not to be told by time."""
    rng = np.random.default_rng(0)
    rows = table(videos="a", frames=200, tracks=6)
    mark = rng.uniform(0, 1, (6, 8))[rows["track"], (rows["time"] // 2.5).astype(int) % 8]
    labels = np.array(LABELS)[rng.integers(0, 3, (6, 8))[rows["track"], (rows["time"] // 2.5).astype(int) % 8]]
    rows = rows.assign(min_eig=mark, ncc=0.5, accel=0.0, flow_std=0.0, confidence=0.5, iou_label=labels)
    settings = TreeSettings(max_depth=20, min_samples_split=2)
    half = rng.permutation(len(rows)) < len(rows) // 2
    at_random = rate(rows["iou_label"][~half], fit_tree(rows[half], settings).predict(to_matrix(rows[~half])))
    part = split_samples(rows, "time", 0.5, 0.0)
    learnt, held = rows[part == TRAIN], rows[part == HELD_OUT]
    by_time = rate(held["iou_label"], fit_tree(learnt, settings).predict(to_matrix(held)))
    assert at_random["balanced_accuracy"] > 0.95 and by_time["balanced_accuracy"] < 0.6


# ---- figures --------------------------------------------------------------------------------------------------------


def test_recall_is_by_label_and_balanced_accuracy_their_mean():
    true = ["high"] * 2 + ["medium"] * 4 + ["low"] * 4
    found = ["high", "low", *["medium"] * 3, "high", *["low"] * 4]
    own = rate(true, found)
    assert own["recall"] == {"high": 0.5, "medium": 0.75, "low": 1.0}
    assert own["balanced_accuracy"] == pytest.approx(0.75) and own["accuracy"] == pytest.approx(0.8)
    assert own["confusion"] == [[1, 0, 1], [1, 3, 0], [0, 0, 4]]


def test_always_medium_is_worth_a_third_whatever_its_share():
    own = rate(["high"] + ["medium"] * 98 + ["low"], ["medium"] * 100)
    assert own["accuracy"] == 0.98 and own["balanced_accuracy"] == pytest.approx(1 / 3)


def test_a_label_that_does_not_occur_has_no_recall():
    own = rate(["low", "low"], ["low", "high"])
    assert own["recall"] == {"high": None, "medium": None, "low": 0.5} and own["balanced_accuracy"] == 0.5
    assert rate([], [])["balanced_accuracy"] is None


def test_the_heuristic_has_the_origins_thresholds():
    rows = [[0, 0.49, 0, 0, 1], [0, 1, 10.1, 0, 1], [0, 1, 0, 5.1, 1], [0, 0.69, 0, 0, 1], [0, 1, 5.1, 0, 1]]
    found = predict_by_bounds(np.array([*rows, [0, 1, 0, 2.1, 1], [0, 0.7, 5, 2, 0]]))
    assert found.tolist() == ["high"] * 3 + ["medium"] * 3 + ["low"]


def test_balanced_weights_find_the_rare_label(samples):
    rare = samples[(samples["iou_label"] != "high") | (np.arange(len(samples)) % 12 == 0)]
    recall = {
        weighted: rate(rare["iou_label"], fit_tree(rare, TreeSettings(3, 10, 42, weighted)).predict(to_matrix(rare)))[
            "recall"
        ]["high"]
        for weighted in (True, False)
    }
    assert recall[True] > recall[False] + 0.1


# ---- the training ---------------------------------------------------------------------------------------------------


def test_a_summary_says_all_that_the_origins_does_and_what_it_left_out(trained, samples):
    own = trained.summary
    assert (own["frames"], own["detections"], own["mean_detections"], own["samples"]) == (120, 480, 4.0, len(samples))
    assert sum(count["count"] for count in own["labels"].values()) == len(samples)
    assert own["truth"] == SIDE["truth"] and own["bytes"] == len(trained.content)
    assert [*own["importances"]] == list(FEATURES)
    assert sum(found["impurity"] for found in own["importances"].values()) == pytest.approx(1)
    assert max(own["importances"], key=lambda name: own["importances"][name]["permutation"]) == "ncc"
    assert own["held_out"]["balanced_accuracy"] > 0.7 and own["baselines"]["always medium"]["recall"]["medium"] == 1
    names = [row["name"] for row in own["alternatives"]]
    assert names[0] == "tree" and {"forest", "gradient boosting", "logistic regression"} <= {*names}
    assert own["alternatives"][0]["held_out"] == own["held_out"]["balanced_accuracy"]
    more = [name for name in EXTRA if name in samples]  # what the runtime has at hand beside the documented five
    wanted = [f"tree of {len(FEATURES) + len(more)} features"] if more else []
    assert [name for name in names if name.startswith("tree of")] == wanted


def test_a_tree_of_more_features_is_tried_where_samples_have_more(samples):
    for more in ([], list(EXTRA[:2])):
        known = samples.drop(columns=[name for name in EXTRA if name in samples]).assign(**dict.fromkeys(more, 0.5))
        found = [(name, features) for name, features, _ in list_candidates(known, TreeSettings())]
        trees = [(name, features) for name, features in found if name.startswith("tree of")]
        assert trees == ([("tree of 7 features", [*FEATURES, *more])] if more else [])


def test_the_story_is_to_be_read(trained):
    text = format_summary(trained.summary)
    for words in ("480 (4.00 per frame)", "annotations and detector", "importances", "truly high", "always medium"):
        assert words in text
    assert max(map(len, text.splitlines())) <= 120


def test_the_picture_shows_every_leaf(trained):
    picture = draw_tree(trained.card, trained.summary)
    assert picture.count("sample") >= sum("label" in node for node in trained.card["nodes"])
    assert picture.count(" ?</text>") == sum("feature" in node for node in trained.card["nodes"])


def test_another_way_to_decide_must_win_by_a_margin():
    rows = [{"name": "tree", "folds": 0.6}, {"name": "forest", "folds": 0.6 + MARGIN - 1e-6}]
    assert compose_verdict(rows).startswith("The tree stays")
    rows[1]["folds"] = 0.6 + MARGIN + 1e-6
    assert compose_verdict(rows).startswith("forest is better by 0.030")


@pytest.mark.parametrize("rows", [0, 40], ids=["no sample at all", "one label alone"])
def test_where_nothing_can_be_learnt_there_is_a_model_all_the_same_and_the_summary_says_so(samples, rows):
    few = samples[samples["iou_label"] == "low"].head(rows)
    own = train(few, SIDE, FRAMEWRIGHT, TreeSettings(), Splitting(gap=0), {}, compare=True)
    assert own.summary["verdict"].startswith("NOTHING WAS LEARNT") and "NOTHING WAS LEARNT" in format_summary(
        own.summary
    )
    assert Tree(own.card).predict([[0] * 5]).tolist() == (["low"] if rows else ["medium"])
    assert "<svg" in draw_tree(own.card, own.summary)


# ---- the contract ---------------------------------------------------------------------------------------------------


def record(video, samples):
    return definition_record(FRAMEWRIGHT) | {"video": video, "samples": int((samples["video"] == video).sum())}


def broken(samples, side=None, records=None):
    side = side or SIDE | {"samples": len(samples)}
    found = check_samples(samples, side, records or [record(name, samples) for name in "ab"], Sampling(), FRAMEWRIGHT)
    return [own.name for own in found if not own.ok]


def test_a_good_table_keeps_its_promises(samples):
    assert broken(samples) == []


@pytest.mark.parametrize(
    ("change", "promise"),
    [
        pytest.param(lambda own: own.assign(ncc=1.2), "features are finite", id="a correlation above 1"),
        pytest.param(lambda own: own.assign(iou_label="low"), "labels are those", id="labels by another rule"),
        pytest.param(lambda own: own.assign(state="gone"), "labels are those", id="gone, and yet overlapping"),
        pytest.param(lambda own: own.assign(frame=1), "a track is in one row", id="a track twice in a frame"),
        pytest.param(lambda own: own[[*own.columns[::-1]]], "the table has", id="columns in another order"),
    ],
)
def test_a_broken_promise_is_found(samples, change, promise):
    (found,) = broken(change(samples.copy()))
    assert found.startswith(promise)


def test_samples_that_are_missing_are_found(samples):
    records = [record(name, samples) for name in "ab"]
    assert broken(samples[5:], SIDE | {"samples": len(samples)}, records)[0].startswith("the table has")


def test_the_contract_has_the_promises_of_all_stages(samples, trained, saved):
    side, records = SIDE | {"samples": len(samples)}, [record(name, samples) for name in "ab"]
    evaluation = {"sequences": 0, "methods": {}, "gains": []}
    found = check_pipeline(
        samples,
        side,
        records,
        Sampling(),
        "framewright",
        trained.summary,
        saved,
        card_path(saved),
        [],
        [],
        [],
        evaluation,
    )
    stages = [
        *check_samples(samples, side, records, Sampling(), FRAMEWRIGHT),
        *check_model(samples, trained.summary, saved, card_path(saved), FRAMEWRIGHT),
    ]
    assert found[: len(stages)] == stages and len(found) == len(stages) + 2


def test_videos_that_give_no_samples_break_no_promise_of_the_model(samples, trained, saved):
    """Every video was broken: the model is the pretrained one, and the contract ended in a traceback."""
    found = check_model(samples[:0], trained.summary, saved, card_path(saved), FRAMEWRIGHT)
    assert all(finding.ok for finding in found)


def test_a_model_that_is_not_what_its_card_says_breaks_a_promise(samples, trained, saved):
    def faults(summary=trained.summary):
        found = check_model(samples, summary, saved, card_path(saved), FRAMEWRIGHT)
        return [own.name.split()[0] for own in found if not own.ok]

    assert faults() == []
    near = {"a": {"train": [0.1, 4.0], "held-out": [4.2, 6.0]}}
    assert faults(trained.summary | {"split": trained.summary["split"] | {"videos": near}}) == ["no"]
    other = fit_tree(samples, TreeSettings(max_depth=2))
    write_card(card_path(saved), build_card(other, trained.content, FRAMEWRIGHT, TreeSettings()))
    assert faults() == ["the"]


def test_read_samples_keeps_names_that_look_like_numbers(samples, tmp_path):
    samples.assign(video="007").to_csv(tmp_path / "t.csv", index=False)
    assert {*read_samples(tmp_path / "t.csv")["video"]} == {"007"}
