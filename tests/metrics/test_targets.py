"""Which columns can be predicted, and how well from synthetic rows."""

import numpy as np
import pandas as pd
import pytest

from sparring.core.errors import WrongUse
from sparring.metrics.targets import Target, plausible_targets, target_score
from sparring.metrics.utility import Boosting, utility


def rows(n, seed):
    random = np.random.default_rng(seed)
    x = random.normal(size=n)
    return pd.DataFrame(
        {
            "x": x,
            "price": np.exp(3 * x + 0.2 * random.normal(size=n)),
            "sign": np.where(x > 0, "plus", "minus"),
            "noise": random.normal(size=n),
            "coin": random.random(n) < 0.5,
            "code": [f"c{i}" for i in random.integers(0, 500, n)],
            "one": "same",
            "rare": np.where(np.arange(n) % 500 == 0, "odd", "even"),
        }
    )


TRAIN, TEST = rows(1500, 0), rows(1500, 1)


def shuffled(frame):
    random = np.random.default_rng(2)
    return pd.DataFrame({c: frame[c].to_numpy()[random.permutation(len(frame))] for c in frame})


def test_what_can_be_predicted_is_chosen_and_nothing_else():
    found = plausible_targets(TRAIN, TEST)
    assert {target.name for target in found} == {"x", "price", "sign"}
    assert [target.real for target in found] == sorted((t.real for t in found), reverse=True)


def test_the_declared_target_stands_first_however_it_is_predicted():
    found = plausible_targets(TRAIN, TEST, first="coin")
    assert found[0].name == "coin"
    assert not found[0].telling
    assert all(target.telling for target in found[1:])


def test_no_more_than_asked_for():
    assert len(plausible_targets(TRAIN, TEST, most=2)) == 2


def test_classes_below_a_hundredth_are_left_out():
    frame = TRAIN.assign(sign=np.where(np.arange(1500) < 5, "typo", TRAIN["sign"]))
    (target,) = [t for t in plausible_targets(frame, TEST) if t.name == "sign"]
    assert target.classes == ("minus", "plus")


def test_a_score_of_classes_is_twice_the_auc_less_one():
    target = Target("sign", ("minus", "plus"), 1.0)
    found = utility(TRAIN, TRAIN, TEST, "sign", boosting=Boosting(20, 0.2, 8, 10))
    assert target_score(target, TRAIN, TRAIN, TEST) == pytest.approx(2 * found.auc - 1)


def test_numbers_are_predicted_by_rank_so_that_outliers_do_not_decide():
    found = target_score(Target("price", (), 1.0), TRAIN, TRAIN, TEST)
    huge = TEST.assign(price=np.where(TEST["price"] == TEST["price"].max(), 1e12, TEST["price"]))
    assert target_score(Target("price", (), 1.0), TRAIN, TRAIN, huge) == pytest.approx(
        found, abs=1e-6
    )
    # An order-preserving change of the scale of all tables changes nothing either.
    logs = [frame.assign(price=np.log(frame["price"])) for frame in (TRAIN, TRAIN, TEST)]
    assert target_score(Target("price", (), 1.0), *logs) == pytest.approx(found, abs=1e-9)


def test_shuffled_columns_teach_nothing_and_real_rows_all():
    for target in plausible_targets(TRAIN, TEST):
        assert target_score(target, TRAIN, shuffled(TRAIN), TEST) < 0.15
        assert target_score(target, TRAIN, rows(1500, 5), TEST) > 0.9 * target.real


def test_wide_tables_are_tried_where_relations_are_strongest():
    random = np.random.default_rng(3)
    x = random.normal(size=600)
    wide = pd.DataFrame({f"n{i}": random.normal(size=600) for i in range(40)})
    wide["last"], wide["twin"] = x, x + 0.1 * random.normal(size=600)
    found = plausible_targets(wide[:400], wide[400:])
    assert {"last", "twin"} <= {target.name for target in found}


def test_tables_must_have_the_same_columns():
    with pytest.raises(WrongUse, match="got 'x' in real alone"):
        plausible_targets(TRAIN, TEST.drop(columns="x"))


def test_a_single_column_cannot_be_predicted():
    assert plausible_targets(TRAIN[["x"]], TEST[["x"]]) == []
