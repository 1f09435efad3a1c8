"""Train on synthetic, test on real: scores, and what is degenerate."""

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import f1_score, roc_auc_score

from sparring.core.errors import WrongUse
from sparring.metrics.utility import utility


def rows(n, seed, noise=0.5):
    random = np.random.default_rng(seed)
    x, z = random.normal(size=(2, n))
    score = x + noise * random.normal(size=n)
    return pd.DataFrame(
        {
            "x": x,
            "z": z,
            "job": np.where(z > 0, "nurse", "clerk"),
            "rich": np.where(score > 0, "yes", "no"),
            "grade": np.digitize(score, [-0.5, 0.5]),
            "wage": 10 * score,
        }
    )


TRAIN, TEST = rows(1500, 0), rows(800, 1)


def shuffled(frame):
    random = np.random.default_rng(2)
    return pd.DataFrame({c: frame[c].to_numpy()[random.permutation(len(frame))] for c in frame})


def only(frame, target):
    return frame[["x", "z", "job", target]]


def scores(synthetic, target):
    return utility(only(TRAIN, target), only(synthetic, target), only(TEST, target), target)


def test_two_classes_agree_with_scikit_learn():
    columns = ["x", "z"]
    trees = HistGradientBoostingClassifier(random_state=0).fit(TRAIN[columns], TRAIN["rich"])
    found = utility(*(frame[[*columns, "rich"]] for frame in (TRAIN, TRAIN, TEST)), "rich")
    chances = trees.predict_proba(TEST[columns])[:, 1]
    assert found.auc == pytest.approx(roc_auc_score(TEST["rich"] == "yes", chances))
    called = trees.predict(TEST[columns])
    assert found.f1 == pytest.approx(f1_score(TEST["rich"], called, average="macro"))


@pytest.mark.parametrize("target", ["rich", "grade"])
class TestClasses:
    def test_good_rows_reach_the_ceiling(self, target):
        ceiling, found = scores(TRAIN, target), scores(rows(1500, 3), target)
        assert found.auc == pytest.approx(ceiling.auc, abs=0.03)
        assert found.f1 == pytest.approx(ceiling.f1, abs=0.05)
        assert found.auc > 0.85
        assert found.r2 is None

    def test_shuffled_columns_are_worthless(self, target):
        assert scores(shuffled(TRAIN), target).auc == pytest.approx(0.5, abs=0.06)

    def test_one_class_alone_is_explained(self, target):
        first = TRAIN[target].iloc[0]
        found = scores(TRAIN[TRAIN[target] == first], target)
        assert found.auc == 0.5
        assert 0 < found.f1 < 0.5
        assert f"alone in '{target}'" in found.note

    def test_no_row_of_a_known_class(self, target):
        word = "perhaps" if target == "rich" else 77
        found = scores(TRAIN.assign(**{target: word}), target)
        assert (found.auc, found.f1) == (0.5, 0.0)
        assert "no known class" in found.note


def test_a_lacking_class_is_noted_and_costs():
    found, ceiling = scores(TRAIN[TRAIN["grade"] != 1], "grade"), scores(TRAIN, "grade")
    assert "lacks 1 of 3 classes" in found.note
    assert found.f1 < ceiling.f1 - 0.1


def test_integers_that_became_floats_are_the_same_classes():
    assert scores(TRAIN.astype({"grade": float}), "grade") == scores(TRAIN, "grade")


class TestNumbers:
    def test_good_rows_reach_the_ceiling(self):
        ceiling, found = scores(TRAIN, "wage"), scores(rows(1500, 4), "wage")
        # Var(x) / Var(x + noise / 2) = 1 / 1.25.
        assert found.r2 == pytest.approx(0.8, abs=0.08)
        assert found.r2 == pytest.approx(ceiling.r2, abs=0.05)
        assert found.auc is found.f1 is None

    def test_shuffled_columns_are_worthless(self):
        assert scores(shuffled(TRAIN), "wage").r2 < 0.05

    def test_a_constant_is_worthless(self):
        assert scores(TRAIN.assign(wage=0.0), "wage").r2 == pytest.approx(0, abs=0.02)

    def test_missing_throughout(self):
        found = scores(TRAIN.assign(wage=np.nan), "wage")
        assert found.r2 == 0
        assert "no row in which 'wage' is known" in found.note


def test_rows_without_an_answer_are_left_out():
    holes = TRAIN.assign(rich=TRAIN["rich"].mask(TRAIN.index >= 1000))
    assert scores(holes, "rich") == scores(TRAIN[:1000], "rich")


def test_refusals():
    with pytest.raises(WrongUse, match="target must be one of two or more columns, got 'age'"):
        utility(TRAIN, TRAIN, TEST, "age")
    with pytest.raises(WrongUse, match="must have two classes in test, got 'yes' alone"):
        utility(TRAIN, TRAIN, TEST[TEST["rich"] == "yes"], "rich")
    with pytest.raises(WrongUse, match="'wage' must vary in test, got a constant"):
        utility(TRAIN, TRAIN, TEST.assign(wage=1.5), "wage")
    with pytest.raises(WrongUse, match="got 'x' in real alone"):
        utility(TRAIN, TRAIN.drop(columns="x"), TEST, "rich")


@pytest.mark.parametrize("target", ["rich", "grade", "wage"])
@pytest.mark.parametrize("empty", [np.nan, None])
def test_a_number_without_any_made_value_teaches_as_little_as_a_constant(target, empty):
    made = TRAIN.assign(z=empty)
    assert scores(made, target) == scores(TRAIN.assign(z=0.0), target)


def test_rows_without_any_made_number_teach_nothing_about_one():
    tables = (frame[["x", "z", "wage"]] for frame in (TRAIN, TRAIN.assign(x=None, z=None), TEST))
    assert utility(*tables, "wage").r2 == pytest.approx(0, abs=0.01)
