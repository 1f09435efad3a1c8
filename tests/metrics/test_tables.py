"""Column shapes and pair trends: scipy, pencil, and what the floor looks like."""

import math
import time

import numpy as np
import pandas as pd
import pytest
from scipy.stats import ks_2samp, pearsonr
from scipy.stats.contingency import association, crosstab

from sparring.core.errors import WrongUse
from sparring.metrics.pairs import pair_trends, relations
from sparring.metrics.shapes import column_shapes


def table(n, seed, link=0.9):
    random = np.random.default_rng(seed)
    x = random.normal(size=n)
    return pd.DataFrame(
        {
            "x": x,
            "y": link * x + np.sqrt(1 - link**2) * random.normal(size=n),
            "sign": np.where(x + 0.3 * random.normal(size=n) > 0, "plus", "minus"),
            "flag": random.random(n) < 0.5,
            "day": pd.Timestamp("2000-01-01") + pd.to_timedelta((x * 1e6).round(), "s"),
        }
    )


def shuffled(frame, seed=0):
    random = np.random.default_rng(seed)
    return pd.DataFrame({c: frame[c].to_numpy()[random.permutation(len(frame))] for c in frame})


REAL, MADE = table(2000, 0), table(1500, 1, link=0.6)


class TestShapes:
    def test_numbers_and_dates_agree_with_scipy(self):
        found = column_shapes(REAL, MADE).columns
        for name in ("x", "y"):
            assert found[name] == pytest.approx(1 - ks_2samp(REAL[name], MADE[name]).statistic)
        days = [frame["day"].astype("int64") for frame in (REAL, MADE)]
        assert found["day"] == pytest.approx(1 - ks_2samp(*days).statistic)

    def test_categories_on_paper(self):
        real = pd.DataFrame({"c": ["a"] * 6 + ["b"] * 4})
        made = pd.DataFrame({"c": ["a"] * 3 + ["c"] * 5 + [None] * 2})
        # .5 * (|.6 - .3| + |.4 - 0| + |0 - .5| + |0 - .2|)
        assert column_shapes(real, made).mean == pytest.approx(1 - 0.7)

    def test_missing_is_a_category_and_no_number(self):
        real = pd.DataFrame({"n": [1.0, 2.0, None, None], "c": ["a", "a", None, None]})
        made = pd.DataFrame({"n": [1.0, 2.0], "c": ["a", "a"]})
        assert column_shapes(real, made).columns == {"n": 1.0, "c": 0.5}

    def test_the_mean_is_over_columns(self):
        found = column_shapes(REAL, MADE)
        assert found.mean == pytest.approx(np.mean(list(found.columns.values())))
        assert list(found.columns) == list(REAL.columns)

    def test_types_that_a_file_changes_are_the_same(self):
        written = MADE.astype({"flag": str, "sign": "category"})
        assert column_shapes(REAL, written) == column_shapes(REAL, MADE)

    def test_a_numeric_column_that_is_missing_throughout(self):
        empty = MADE.assign(x=np.nan)
        assert column_shapes(REAL, empty).columns["x"] == 0
        assert column_shapes(REAL.assign(x=np.nan), empty).columns["x"] == 1

    def test_controls(self):
        assert column_shapes(REAL, REAL).mean == 1
        assert column_shapes(REAL, shuffled(REAL)).mean == 1
        assert column_shapes(REAL, table(2000, 2)).mean > 0.95
        one_class = REAL[REAL["sign"] == "plus"]
        assert column_shapes(REAL, one_class).mean < 0.8


class TestPairs:
    def test_numbers_agree_with_scipy(self):
        found = pair_trends(REAL, MADE).pairs["x", "y"]
        gap = pearsonr(REAL["x"], REAL["y"]).statistic - pearsonr(MADE["x"], MADE["y"]).statistic
        assert found == pytest.approx(1 - abs(gap) / 2, rel=1e-9)

    def test_categories_on_paper(self):
        real = pd.DataFrame({"a": list("xxyy"), "b": list("uuvv")})
        made = pd.DataFrame({"a": list("xxyy"), "b": list("uvuv")})
        assert pair_trends(real, made).pairs == {("a", "b"): 0.5}

    def test_a_number_and_a_category_share_ten_bins_of_the_real_range(self):
        edges = np.histogram_bin_edges(REAL["x"], 10)
        edges[[0, -1]] = -np.inf, np.inf
        # The synthetic table stays within the real range here, so the two rims hold nothing.
        made = MADE[MADE["x"].between(REAL["x"].min(), REAL["x"].max())]
        tables = [
            pd.crosstab(pd.cut(frame["x"], edges, right=False), frame["sign"], normalize=True)
            for frame in (REAL, made)
        ]
        wanted = 1 - (tables[0] - tables[1]).fillna(0).abs().to_numpy().sum() / 2
        assert pair_trends(REAL, made).pairs["x", "sign"] == pytest.approx(wanted, abs=1e-12)

    def test_relations_are_those_of_scipy_in_both_tables(self):
        found = {(r.first, r.second): r for r in relations(REAL, MADE)}
        assert len(found) == 10
        numbers, words = found["x", "y"], found["sign", "flag"]
        assert numbers.numeric
        assert not words.numeric
        for frame, value in ((REAL, numbers.real), (MADE, numbers.synthetic)):
            assert value == pytest.approx(pearsonr(frame["x"], frame["y"]).statistic)
        for frame, value in ((REAL, words.real), (MADE, words.synthetic)):
            table = crosstab(frame["sign"], frame["flag"]).count
            assert value == pytest.approx(association(table, method="cramer"))

    def test_related_pairs_are_relations_beyond_the_thresholds(self):
        strong = {
            (r.first, r.second): r.likeness
            for r in relations(REAL, MADE)
            if abs(r.real) > (0.5 if r.numeric else 0.3)
        }
        assert strong == pair_trends(REAL, MADE).pairs

    def test_only_related_pairs_count(self):
        found = pair_trends(REAL, MADE)
        assert set(found.pairs) == {
            ("x", "y"), ("x", "sign"), ("x", "day"), ("y", "sign"), ("y", "day"), ("sign", "day"),
        }  # fmt: skip
        assert all("flag" in pair for pair in found.unrelated)
        assert found.mean == pytest.approx(np.mean(list(found.pairs.values())))

    def test_relatedness_is_cramers_v(self):
        random = np.random.default_rng(3)
        a = random.integers(0, 4, 500)
        frame = pd.DataFrame({"a": a, "b": (a + random.integers(0, 3, 500)) % 5}).astype(str)
        v = association(crosstab(frame["a"], frame["b"]).count, method="cramer")
        assert pair_trends(frame, frame, association=v - 1e-9).pairs
        assert not pair_trends(frame, frame, association=v + 1e-9).pairs

    def test_many_categories_give_the_same_as_few_cells(self):
        random = np.random.default_rng(4)

        def names(n):
            first = random.integers(0, 300, n)
            return pd.DataFrame({"a": first, "b": first // 3 + random.integers(0, 9, n)}).astype(
                str
            )

        real, made = names(400), names(300)
        shares = [frame.value_counts(normalize=True) for frame in (real, made)]
        wanted = 1 - shares[0].sub(shares[1], fill_value=0).abs().sum() / 2
        assert pair_trends(real, made).mean == pytest.approx(wanted)

    def test_missing_numbers(self):
        random = np.random.default_rng(5)
        real, made = (f.assign(x=f["x"].mask(random.random(len(f)) < 0.3)) for f in (REAL, MADE))
        known = [f.dropna() for f in (real, made)]
        gap = np.subtract(*(pearsonr(f["x"], f["y"]).statistic for f in known))
        assert pair_trends(real, made).pairs["x", "y"] == pytest.approx(1 - abs(gap) / 2)

    def test_a_constant_has_no_correlation(self):
        assert pair_trends(REAL, MADE.assign(y=0.1)).pairs["x", "y"] == pytest.approx(
            1 - pearsonr(REAL["x"], REAL["y"]).statistic / 2
        )

    def test_nothing_related(self):
        found = pair_trends(REAL[["x", "flag"]], MADE[["x", "flag"]])
        assert math.isnan(found.mean)
        assert found.unrelated == (("x", "flag"),)

    def test_controls_are_in_order(self):
        ceiling = pair_trends(REAL, table(2000, 6)).mean
        floor = pair_trends(REAL, shuffled(REAL)).mean
        assert pair_trends(REAL, REAL).mean == pytest.approx(1)
        assert ceiling > 0.95
        assert floor < 0.8
        # With every pair counted the floor would be hard to tell from the ceiling.
        assert pair_trends(REAL, shuffled(REAL), correlation=0, association=0).mean > floor

    def test_refusals(self):
        with pytest.raises(WrongUse, match="association must be at least 0 and below 1, got 1"):
            pair_trends(REAL, MADE, association=1)


def test_refusals():
    with pytest.raises(WrongUse, match="real must be a DataFrame with rows, got a ndarray"):
        column_shapes(np.zeros((2, 2)), MADE)
    with pytest.raises(WrongUse, match="synthetic must be a DataFrame with rows, got one without"):
        column_shapes(REAL, MADE[:0])
    with pytest.raises(WrongUse, match="column 'x' is numeric in real and must be in synthetic"):
        column_shapes(REAL, MADE.assign(x="word"))
    with pytest.raises(WrongUse, match="got 'more' in synthetic alone"):
        column_shapes(REAL, MADE.assign(more=1))
    with pytest.raises(WrongUse, match="two columns called 'x'; rename one"):
        column_shapes(pd.concat([REAL, REAL[["x"]]], axis=1), MADE)


def test_fifteen_columns_of_thirty_thousand_rows_take_a_moment():
    random = np.random.default_rng(7)

    def wide():
        numbers = {f"n{i}": random.normal(size=30_000) for i in range(6)}
        words = {f"c{i}": random.choice(list("abcdefgh"), 30_000) for i in range(9)}
        return pd.DataFrame(numbers | words)

    real, made = wide(), wide()
    start = time.process_time()
    column_shapes(real, made)
    pair_trends(real, made)
    assert time.process_time() - start < 1.5


def test_numbers_that_hardly_differ_and_constants_have_bins():
    real = pd.DataFrame({"n": [1e16, 1e16 + 2] * 20, "c": list("ab") * 20})
    assert pair_trends(real, real).pairs == {("n", "c"): 1.0}
    constant = real.assign(n=7.0)
    assert pair_trends(constant, constant).unrelated == (("n", "c"),)
    assert pair_trends(real, real.assign(n=np.nan)).pairs == {("n", "c"): 0.0}
