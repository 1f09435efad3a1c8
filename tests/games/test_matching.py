"""A real picture with a wrong text counts as generated."""

import pytest
import torch
from torch import nn

from sparring.core import WrongUse
from sparring.games import Matching
from sparring.games.matching import halfway, same
from sparring.losses import Hinge, NonSaturating, RelativisticPaired
from sparring.priors import Categorical, Normal, Prior

torch.set_num_threads(1)


class Rows(Prior):
    """Texts that are drawn in the order in which they are given."""

    def __init__(self, rows):
        super().__init__()
        self.rows = rows

    def _draw(self, n):
        return self.rows[:n]

    def log_prob(self, z):
        raise NotImplementedError


class Maker(nn.Module):
    """Makes what the text says, and 10 more; of two latents the first."""

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(()))

    def forward(self, z, y):
        return (y + 10) * self.weight


class Judge(nn.Module):
    """Scores x - 2 y."""

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(()))

    def forward(self, x, y):
        return ((x - 2 * y) * self.weight).flatten()


REAL, OWN, OTHER = (
    torch.tensor([[3.0], [5.0]]),
    torch.tensor([[1.0], [2.0]]),
    torch.tensor([[2.0], [2.0]]),
)
# Real ones: 3 - 2 = 1 and 5 - 4 = 1. Generated: 11 - 2 = 9 and 12 - 4 = 8. The first with a wrong
# text: 3 - 4 = -1; the second one's is its own, and the generated one counts: 8.
D_REAL, D_FAKE, D_WRONG = (
    torch.tensor([1.0, 1.0]),
    torch.tensor([9.0, 8.0]),
    torch.tensor([-1.0, 8.0]),
)


def game(**options):
    return Matching(Maker(), Judge(), Normal(1), Rows(OTHER), gamma=0.0, **options)


@pytest.mark.parametrize("loss", [NonSaturating(), Hinge(), RelativisticPaired()])
@pytest.mark.parametrize("share", [0.5, 0.25])
def test_real_pictures_with_wrong_texts_count_as_generated(loss, share):
    terms = game(loss=loss, wrong=share).discriminator_loss({"x": REAL, "y": OWN})
    torch.testing.assert_close(terms["loss"], (1 - share) * loss.discriminator(D_REAL, D_FAKE))
    torch.testing.assert_close(terms["wrong"], share * loss.discriminator(D_REAL, D_WRONG))


def test_the_papers_loss_by_hand():
    terms = game(loss=NonSaturating()).discriminator_loss({"x": REAL, "y": OWN})
    softplus = torch.nn.functional.softplus
    by_hand = softplus(-D_REAL).mean() + (softplus(D_FAKE).mean() + softplus(D_WRONG).mean()) / 2
    torch.testing.assert_close(terms["loss"] + terms["wrong"], by_hand)


def test_without_wrong_texts_it_is_a_plain_game():
    terms = game(wrong=0.0).discriminator_loss({"x": REAL, "y": OWN})
    torch.testing.assert_close(terms["loss"], RelativisticPaired().discriminator(D_REAL, D_FAKE))
    assert "wrong" not in terms


def test_the_generator_is_judged_by_texts_between_two_as_well():
    # Between 1 and 2 is 1.5, whose picture 11.5 scores 11.5 - 3; the second text is its own, 2.
    terms = game(loss=Hinge(), between=0.5).generator_loss({"x": REAL, "y": OWN})
    assert float(terms["between"].detach()) == pytest.approx(-0.5 * (8.5 + 8.0) / 2)
    assert float(terms["loss"].detach()) == pytest.approx(-8.5)


def test_a_relative_loss_compares_real_pictures_by_the_same_texts_between_two():
    terms = game(between=1.0).generator_loss({"x": REAL, "y": OWN})
    real = torch.tensor([3.0 - 3.0, 5.0 - 4.0])
    expected = RelativisticPaired().generator(real, torch.tensor([8.5, 8.0]))
    torch.testing.assert_close(terms["between"], expected)


def test_classes_have_nothing_between_them():
    one, other = torch.tensor([0, 1]), torch.tensor([2, 1])
    assert torch.equal(halfway(one, other), one)
    assert same(one, other).tolist() == [False, True]


def test_texts_are_the_same_where_all_their_numbers_are():
    one = torch.tensor([[[1.0], [2.0]], [[1.0], [2.0]]])
    other = torch.tensor([[[1.0], [2.0]], [[1.0], [0.0]]])
    assert same(one, other).tolist() == [True, False]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"wrong": 1.5}, "wrong of Matching must be between 0 and 1, got 1.5"),
        ({"between": -1.0}, "between of Matching must be at least 0, got -1.0"),
        ({"penalty_every": 0}, "every"),
    ],
)
def test_options_out_of_range_are_refused(options, words):
    with pytest.raises(WrongUse, match=words):
        game(**options)


def test_it_plays_with_classes_too():
    labels = Categorical([1, 1, 1])
    from sparring.networks import MLP

    pair = MLP((2,), (4,), condition=3), MLP((4,), (), condition=3)
    played = Matching(*pair, Normal(2), labels)
    batch = {"x": torch.randn(6, 4), "y": torch.arange(6) % 3}
    assert {"loss", "wrong", "r1", "r2"} == set(played.discriminator_loss(batch))
