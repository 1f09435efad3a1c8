"""Consistency under changes."""

import pytest
import torch

from sparring.regularizers import Consistency, Evaluation
from sparring.regularizers.augmentation import Brightness, Change, Flip, LumaFlip, QuarterTurn


class Up(Change):
    """Adds 1."""

    def __call__(self, x, chance):
        return x + 1


def mean(x):
    return x.mean((1, 2, 3))


def evaluation(discriminator, n=6):
    x = torch.randn(n, 1, 5, 5)
    return Evaluation(discriminator, x, discriminator(x), 0)


def test_a_discriminator_that_changes_leave_alone_is_consistent():
    seen = evaluation(mean)
    terms = Consistency(10.0, 10.0, (Flip(), QuarterTurn()))(seen)
    assert set(terms) == {"consistency_real", "consistency_generated"}
    assert all(float(term) < 1e-10 for term in terms.values())


def test_the_square_of_the_difference_is_weighed():
    terms = Consistency(3.0, 5.0, (Up(),))(evaluation(lambda x: 2 * mean(x)))
    assert float(terms["consistency_real"]) == pytest.approx(3 * 4, rel=1e-4)
    assert float(terms["consistency_generated"]) == pytest.approx(5 * 4, rel=1e-4)


def test_real_items_alone_unless_it_is_balanced():
    assert list(Consistency()(evaluation(mean))) == ["consistency_real"]


def test_real_items_are_the_first_half():
    def only_first(x):
        return mean(x) * (x[:, 0, 0, 0] > 50)

    x = torch.zeros(4, 1, 5, 5)
    x[:2] = 100.0
    seen = Evaluation(only_first, x, only_first(x), 0)
    terms = Consistency(1.0, 1.0, (Up(),))(seen)
    assert float(terms["consistency_real"]) == pytest.approx(1.0)
    assert float(terms["consistency_generated"]) == 0.0


def test_every_item_is_changed():
    x = torch.ones(1000, 1, 5, 5)
    seen = Evaluation(mean, x, mean(x), 0)
    flipped = Consistency(1.0, 0.0, (LumaFlip(),))(seen)["consistency_real"]
    assert float(flipped) == pytest.approx(4 / 2, rel=0.2)  # one of two flips is none


def test_it_teaches_the_discriminator():
    network = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(25, 1), torch.nn.Flatten(0))
    seen = evaluation(network)
    Consistency(1.0, 1.0, (Brightness(1.0),))(seen)["consistency_real"].backward()
    assert float(network[1].weight.grad.abs().sum()) > 0


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: Consistency(-1.0), "weight of Consistency must be at least 0"),
        (lambda: Consistency(1.0, -1.0), "generated of Consistency must be at least 0"),
        (lambda: Consistency(changes=()), "changes of Consistency must name at least one"),
    ],
)
def test_arguments_out_of_range_are_refused(make, says):
    with pytest.raises(ValueError, match=says):
        make()
