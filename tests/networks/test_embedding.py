"""A condition of any form becomes one vector."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from sparring.core.errors import WrongUse
from sparring.networks import Embedded


@settings(deadline=None, max_examples=30)
@given(classes=st.integers(1, 9), width=st.integers(1, 5), seed=st.integers(0, 99))
def test_a_class_is_its_row_however_it_is_written(classes, width, seed):
    torch.manual_seed(seed)
    embedded, y = Embedded(classes, width), torch.randint(classes, (6,))
    one_hot = torch.nn.functional.one_hot(y, classes)
    assert torch.equal(embedded(y), embedded.weight[y])
    torch.testing.assert_close(embedded(one_hot), embedded(y))
    torch.testing.assert_close(embedded(one_hot.double()), embedded(y))


def test_attributes_add_up():
    embedded = Embedded(3, 4)
    both = embedded(torch.tensor([[1.0, 0.0, 1.0]]))
    torch.testing.assert_close(both[0], embedded.weight[0] + embedded.weight[2])


def test_of_a_text_and_its_words_the_text_counts():
    embedded, y = Embedded(3, 4), torch.randn(2, 5, 3)
    assert torch.equal(embedded(y), embedded(y[:, 0]))


@pytest.mark.parametrize(
    ("y", "said"),
    [
        (None, "needs a condition, got none"),
        (torch.zeros(2, 4), r"numbers \(n, 3\), got shape \(2, 4\)"),
        (torch.zeros(2, 3, 4), r"got shape \(2, 4\)"),
        (torch.zeros(2, 1, 1, 3), r"got shape"),
    ],
)
def test_what_it_wasnt_made_for_is_refused(y, said):
    with pytest.raises(WrongUse, match=said):
        Embedded(3, 4)(y)
