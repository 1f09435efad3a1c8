"""Latents with codes among them."""

import math

import pytest
import torch

from sparring.core import WrongUse
from sparring.priors import Codes


def test_noise_comes_first_then_choices_then_numbers():
    torch.manual_seed(0)
    codes = Codes(4, categories=(3, 2), continuous=2)
    z = codes.sample(2000)
    assert z.shape == (2000, codes.dimensions) == (2000, 11)
    noise, first, second, numbers = z.split([4, 3, 2, 2], 1)
    assert noise.std().item() == pytest.approx(1, abs=0.05)
    for block in (first, second):
        assert torch.equal(block.sum(1), torch.ones(2000))
        assert set(block.unique().tolist()) == {0.0, 1.0}
        assert block.mean(0).sub(1 / block.shape[1]).abs().max() < 0.05
    assert numbers.abs().max() <= 1
    assert numbers.std().item() == pytest.approx(1 / math.sqrt(3), abs=0.03)
    assert torch.equal(codes.coded(z), z[:, 4:])


def test_log_density_is_the_sum_of_its_parts():
    """A standard normal number at 0, one of 3, and a uniform number of density 1/2."""
    z = torch.tensor([[0.0, 0.0, 1.0, 0.0, 0.3]])
    expected = -math.log(2 * math.pi) / 2 - math.log(3) - math.log(2)
    assert Codes(1, (3,), 1).log_prob(z).item() == pytest.approx(expected)


@pytest.mark.parametrize(
    "z", [[0.0, 0.5, 0.5, 0.0, 0.3], [0.0, 1.0, 1.0, 0.0, 0.3], [0.0, 1.0, 0.0, 0.0, 1.3]]
)
def test_what_cannot_be_drawn_has_no_density(z):
    assert Codes(1, (3,), 1).log_prob(torch.tensor([z])).item() == -math.inf


def test_draws_can_be_of_one_kind_alone():
    assert Codes(0, (), 2).sample(3).shape == (3, 2)
    assert Codes(1, (4,), 0).sample(3).shape == (3, 5)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((-1, (3,), 1), "at least 0 numbers of noise and one code, got noise=-1"),
        ((2, (), 0), "at least 0 numbers of noise and one code, got noise=2"),
        ((2, (1,), 0), r"at least 2 values each, got \(1,\)"),
    ],
)
def test_wrong_codes_get_their_sentence(arguments, sentence):
    with pytest.raises(WrongUse, match=sentence):
        Codes(*arguments)
