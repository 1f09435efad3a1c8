"""What is known of pictures, as terms of the generator's loss."""

import itertools
import math

import pytest
import torch
from torch import nn

from sparring.core import Backend, WrongUse, train
from sparring.games import GAN
from sparring.networks import MLP
from sparring.priors import Normal
from sparring.regularizers import (
    Alike,
    Amount,
    Checked,
    Generation,
    Mirror,
    Semantic,
    Violation,
    semantic_loss,
)


def of(x, step=0):
    return Generation(nn.Identity(), x, None, x, step)


def test_a_mirrored_picture_costs_nothing_and_another_its_squared_difference():
    x = torch.tensor([[[[1.0, 0.0, 1.0], [0.0, 0.5, 0.0]]]])
    assert float(Mirror()(of(x))["mirror"]) == 0
    assert float(Mirror(upright=True)(of(x))["mirror"]) == pytest.approx((4 * 1 + 2 * 0.25) / 6)


def test_places_of_one_colour_cost_nothing():
    x = torch.zeros(2, 3, 8, 8)
    eyes = Alike((0.25, 0.125, 0.5, 0.375), (0.25, 0.625, 0.5, 0.875), weight=3.0)
    assert float(eyes(of(x))["alike"]) == 0
    x[1, 0, 2:4, 1:3] = 1.0  # one eye is red
    assert float(eyes(of(x))["alike"]) == pytest.approx(1.5)


def test_an_amount_is_the_share_of_ink():
    x = torch.tensor([[[[1.0, 1.0], [1.0, -1.0]]]])
    assert float(Amount(0.75)(of(x))["amount"]) == 0
    assert float(Amount(0.5, weight=4.0)(of(x))["amount"]) == pytest.approx(0.25)


@pytest.mark.parametrize("k", [1, 4, 9])
def test_the_semantic_loss_is_that_of_counting_all_choices(k):
    torch.manual_seed(k)
    every = list(itertools.product((0, 1), repeat=k))
    allowed = [choice for choice in every if sum(choice) == 1]
    p = torch.rand(5, k, dtype=torch.float64)
    chance = [
        sum(
            math.prod(q if bit else 1 - q for q, bit in zip(row, choice, strict=True))
            for choice in allowed
        )
        for row in p.tolist()
    ]
    expected = -torch.tensor(chance, dtype=torch.float64).log()
    torch.testing.assert_close(semantic_loss(p, torch.tensor(allowed)), expected)
    assert float(semantic_loss(p, torch.tensor(every)).max()) < 1e-9


def test_a_semantic_hint_looks_at_its_places_alone():
    x = torch.tensor([[[[1.0, 0.3], [-0.2, -1.0]]]])
    assert float(Semantic((0, 3), ((1, 0), (0, 1)))(of(x))["semantic"]) < 1e-5
    assert float(Semantic((0, 3), ((1, 1), (0, 0)), 2.0)(of(x))["semantic"]) > 20


def known(**options):
    torch.manual_seed(0)
    return GAN(MLP((3,), (2,), (16,)), MLP((2,), (), (16,)), Normal(3), **options)


class Points:
    """Points around (1, 1)."""

    batch_size = 32

    def __init__(self):
        self.number = 0

    def __next__(self):
        self.number += 1
        source = torch.Generator().manual_seed(self.number)
        return {"x": 1 + torch.randn(32, 2, generator=source)}

    def state_dict(self):
        return {"number": self.number}

    def load_state_dict(self, state):
        self.number = state["number"]


def right_of_zero(game):
    with torch.no_grad():
        return float((game.sample(500)[:, 0] > 0).float().mean())


@pytest.mark.parametrize(
    "hint",
    [
        lambda: Violation(lambda x: (0.5 - x[:, 0]).clamp(min=0), weight=20.0),
        lambda: Checked(lambda x: x[:, 0] > 0, MLP((2,), (), (16,)), weight=5.0),
    ],
    ids=["with a slope", "checked alone"],
)
def test_a_generator_comes_to_obey_what_is_known(hint):
    free, told = known(), known(hints=[hint()])
    for game in (free, told):
        train(game, Points(), steps=250, backend=Backend("cpu"))
    assert right_of_zero(told) > max(0.97, right_of_zero(free))


def test_a_checked_hint_is_a_player_of_its_own():
    game = known(hints=[Checked(lambda x: x[:, 0] > 0, MLP((2,), (), (4,)))])
    assert list(game.players) == ["discriminator", "generator", "valid"]
    game.check()


def play(hint):
    train(known(hints=[hint]), Points(), steps=1, backend=Backend("cpu"))


WRONG = {
    "negative weight": (lambda: Mirror(-1.0), "weight of Mirror must be at least 0, got -1.0."),
    "box outside": (
        lambda: Alike((0, 0, 2, 1), (0, 0, 1, 1)),
        "a box of Alike must be (top, left, bottom, right) as shares of the picture, such as "
        "(0.3, 0.2, 0.4, 0.4), got (0, 0, 2, 1).",
    ),
    "no choice": (
        lambda: Semantic((0,), ()),
        "allowed of Semantic must be 1 to 65,536 choices, got 0; constrain fewer places at a time.",
    ),
    "choice of another length": (
        lambda: Semantic((0, 1), ((1,),)),
        "each allowed choice of Semantic must say 2 places, 0 or 1.",
    ),
    "wrong shape": (
        lambda: play(Violation(lambda x: x)),
        "the hint 'violation' must return one number an item, shape (32,), got (32, 2).",
    ),
    "nan": (
        lambda: play(Violation(lambda x: x[:, 0] * torch.nan)),
        "the hint 'violation' must return finite numbers of at least 0, got nan to nan.",
    ),
    "no slope": (
        lambda: play(Violation(lambda x: (x[:, 0] > 0).float())),
        "the hint 'violation' must be a differentiable function of the items; use Checked for what "
        "can only be checked.",
    ),
    "check of another shape": (
        lambda: play(Checked(lambda x: x > 0, MLP((2,), (), (4,)))),
        "the check 'valid' must return one boolean an item, shape (64,), got torch.bool of shape "
        "(64, 2).",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_each_wrong_hint_gets_its_sentence(case):
    provoke, sentence = WRONG[case]
    with pytest.raises(WrongUse) as caught:
        provoke()
    assert str(caught.value) == sentence
