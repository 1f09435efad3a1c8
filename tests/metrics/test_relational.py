"""Distances of tables that name each other's rows."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import ks_2samp, wasserstein_distance

from sparring.core.errors import WrongUse
from sparring.metrics.relational import cardinality, children, dangling, parent_child


def test_numbers_of_children_are_those_of_a_loop():
    key, column = pd.Series([4, 2, 9]), pd.Series([9.0, np.nan, 9.0, 4.0])
    assert children(key, column).tolist() == [sum(column == one) for one in key]


def test_a_child_that_names_no_row_dangles_and_one_that_names_none_does_not():
    assert dangling(pd.Series([1, 2]), pd.Series([1.0, 3.0, 3.0, np.nan])) == 2


def test_cardinality_distances_are_scipys():
    rng = np.random.default_rng(0)
    real, made = rng.poisson(3, 200), rng.geometric(0.3, 150)
    found = cardinality(real, made)
    assert found.kolmogorov == pytest.approx(ks_2samp(real, made).statistic)
    assert found.wasserstein == pytest.approx(wasserstein_distance(real, made) / real.mean())


def test_cardinality_of_nothing_is_refused():
    with pytest.raises(WrongUse, match="at least one row"):
        cardinality(np.array([], dtype=np.int64), np.array([1]))


@pytest.fixture
def family():
    rng = np.random.default_rng(1)
    age = rng.integers(20, 80, 500)
    parent = pd.DataFrame({"age": age, "noise": rng.normal(size=500)})
    return parent, pd.DataFrame({"spent": age + rng.normal(0, 5, 500)})


def test_the_same_tables_depend_alike(family):
    assert parent_child(family, family).mean == 0


def test_only_pairs_that_depend_are_counted(family):
    assert list(parent_child(family, family).pairs) == [("age", "spent")]


def test_children_given_to_parents_by_lot_are_as_far_as_the_correlation(family):
    parent, child = family
    lots = parent, child.sample(frac=1, random_state=0).reset_index(drop=True)
    real = np.corrcoef(parent["age"], child["spent"])[0, 1]
    made = np.corrcoef(parent["age"], lots[1]["spent"])[0, 1]
    assert parent_child(family, lots).mean == pytest.approx(real - made)


def test_where_nothing_depends_there_is_no_distance():
    rng = np.random.default_rng(2)
    tables = pd.DataFrame({"a": rng.normal(size=300)}), pd.DataFrame({"b": rng.normal(size=300)})
    assert np.isnan(parent_child(tables, tables).mean)


def test_a_parent_row_is_needed_for_each_child(family):
    with pytest.raises(WrongUse, match="one parent's row a child, got 500 for 3"):
        parent_child(family, (family[0], family[1].iloc[:3]))
