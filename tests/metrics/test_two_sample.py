"""The boosted two-sample test sees what a linear one doesn't, in arrays and tables."""

import numpy as np
import pandas as pd
import pytest

from sparring.core.errors import WrongUse
from sparring.metrics.two_sample import two_sample_auc


def table(n, seed):
    random = np.random.default_rng(seed)
    age = random.integers(18, 80, n)
    job = np.where(age < 30, "student", random.choice(["clerk", "nurse"], n))
    return pd.DataFrame(
        {
            "age": age.astype(float),
            "job": pd.Series(job).mask(random.random(n) < 0.1),
            "gain": np.where(random.random(n) < 0.9, 0.0, random.exponential(1000, n)),
            "member": random.random(n) < 0.3,
            "since": pd.Timestamp("2020-01-01") + pd.to_timedelta(random.integers(0, 900, n), "D"),
        }
    )


def shuffled(frame, seed):
    random = np.random.default_rng(seed)
    return pd.DataFrame({c: frame[c].to_numpy()[random.permutation(len(frame))] for c in frame})


class TestTables:
    real = table(1500, 0)

    def test_real_against_real(self):
        assert two_sample_auc(self.real, table(1500, 1)) == pytest.approx(0.5, abs=0.04)

    def test_shuffled_columns_are_found_out(self):
        # A linear test is blind to them: every column has the right distribution.
        assert two_sample_auc(self.real, shuffled(self.real, 0)) > 0.6

    def test_a_missing_point_mass_is_found_out(self):
        smooth = table(1500, 2)
        smooth["gain"] += np.random.default_rng(3).normal(0, 1, 1500)
        assert two_sample_auc(self.real, smooth) > 0.9

    def test_categories_and_missing_values_count(self):
        other = table(1500, 4)
        other["job"] = other["job"].fillna("clerk")
        assert two_sample_auc(self.real, other) > 0.53
        renamed = table(1500, 5).replace({"job": {"nurse": "doctor"}})
        assert two_sample_auc(self.real, renamed) > 0.65

    def test_the_order_and_dtypes_of_columns_do_not_matter(self):
        made = table(1500, 6)
        turned = made[list(made.columns)[::-1]].astype({"job": "category", "age": "int64"})
        assert two_sample_auc(self.real, turned) == two_sample_auc(self.real, made)

    def test_a_column_of_many_categories(self):
        random = np.random.default_rng(7)
        names = pd.DataFrame({"name": [f"n{i}" for i in random.integers(0, 2000, 3000)], "x": 1.0})
        assert two_sample_auc(names[:1500], names[1500:]) == pytest.approx(0.5, abs=0.06)

    def test_other_columns_are_refused(self):
        with pytest.raises(WrongUse, match="same columns, got 'age' in real alone"):
            two_sample_auc(self.real, self.real.drop(columns="age"))


class TestArrays:
    random = np.random.default_rng(8)
    real = random.normal(size=(800, 4))

    def test_a_perfect_generator(self):
        made = self.random.normal(size=(800, 4))
        assert two_sample_auc(self.real, made) == pytest.approx(0.5, abs=0.06)

    def test_noise(self):
        assert two_sample_auc(self.real, self.random.uniform(-9, 9, size=(800, 4))) > 0.95

    def test_one_class(self):
        two = self.real.copy()
        two[:400, 0] += 6
        one = self.random.normal(size=(400, 4)) + np.array([6.0, 0, 0, 0])
        assert two_sample_auc(two, one) > 0.7

    def test_a_copy_is_below_one_half(self):
        # Twins on either side of a fold's edge are called by the wrong name.
        assert two_sample_auc(self.real, self.real) < 0.45

    def test_same_seed_same_value(self):
        made = self.random.normal(size=(800, 4))
        one, again, other = (two_sample_auc(self.real, made, seed=s) for s in (0, 0, 1))
        assert one == again != other


def test_refusals():
    few = np.zeros((2, 1))
    with pytest.raises(WrongUse, match="at least 3 items each, one a fold, got 2 and 2"):
        two_sample_auc(few, few)
    with pytest.raises(WrongUse, match="folds must be at least 2, got 1"):
        two_sample_auc(few, few, folds=1)


def test_a_column_without_values_is_told_only_where_the_other_table_has_some():
    random = np.random.default_rng(0)
    first, second = (pd.DataFrame({"x": x, "gap": np.nan}) for x in random.normal(size=(2, 400)))
    assert two_sample_auc(first, second) < 0.6
    assert two_sample_auc(first, second.assign(gap=1.0)) == 1


def test_a_column_whose_only_value_lies_in_the_fold_that_is_judged():
    random = np.random.default_rng(0)
    first, second = (pd.DataFrame({"x": x, "gap": np.nan}) for x in random.normal(size=(2, 90)))
    first.loc[0, "gap"] = 1.0
    assert 0 <= two_sample_auc(first, second) < 0.7
