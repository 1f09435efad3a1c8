import numpy as np
import pytest

from sparring.core.errors import WrongUse
from sparring.data.splitting import split


@pytest.mark.parametrize("items", [10, 11, 105, 1000])
@pytest.mark.parametrize("fraction", [0.01, 0.1, 0.5])
def test_every_item_is_in_exactly_one_part(items, fraction):
    train, heldout = split(items, fraction, seed=0)
    assert sorted([*train, *heldout]) == list(range(items))
    assert len(heldout) == max(1, int(items * fraction + 0.5))


def test_the_seed_decides():
    assert (split(100, 0.1, 0)[1] == split(100, 0.1, 0)[1]).all()
    assert (split(100, 0.1, 0)[1] != split(100, 0.1, 1)[1]).any()


def test_classes_are_cut_alike_and_none_is_emptied():
    y = np.repeat([0, 1, 2, 3], [1000, 100, 2, 2])
    train, heldout = split(len(y), 0.2, 0, y)
    assert set(y[train]) == {0, 1, 2, 3}
    assert (y[heldout] == 0).sum() in (200, 201)
    assert (y[heldout] == 1).sum() in (20, 21)


def test_too_few_items_are_refused():
    with pytest.raises(WrongUse, match="at least 10 items to learn from, got 9"):
        split(9, 0.1, 0)


@pytest.mark.parametrize("fraction", [0, -0.1, 0.6])
def test_impossible_fractions_are_refused(fraction):
    with pytest.raises(WrongUse, match=r"heldout must be above 0 and at most 0\.5"):
        split(100, fraction, 0)
