"""Gated PixelCNN sees all pixels before each and no others, with and without memory."""

import itertools

import pytest
import torch

from sparring.core import WrongUse
from sparring.networks.gated_pixelcnn import GatedPixelCNN

torch.set_num_threads(1)


def network(channels=1, outputs=2, side=6, **options):
    torch.manual_seed(0)
    made = GatedPixelCNN(channels, outputs, **{"width": 4, "depth": 3, **options}).double()
    return made, torch.rand(2, channels, side, side, dtype=torch.float64) * 2 - 1


@pytest.mark.parametrize("options", [{}, {"depth": 1}, {"kernel": 3}])
def test_no_pixel_sees_itself_or_what_follows(options):
    made, x = network(outputs=1, **options)
    slopes = torch.autograd.functional.jacobian(lambda v: made(v).sum(0).flatten(), x)
    assert slopes.abs().sum(1).flatten(1).triu().max() == 0


def test_there_is_no_blind_spot():
    """Enough layers see every pixel before, those above to the right among them."""
    made, x = network(outputs=1, depth=6)
    slopes = torch.autograd.functional.jacobian(lambda v: made(v).sum(0).flatten(), x)
    seen = slopes.abs().sum(1).flatten(1) > 0
    before = torch.ones(36, 36).tril(-1).bool()
    assert torch.equal(seen, before)


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("condition", [0, 3])
def test_pixel_by_pixel_outputs_are_those_of_the_whole(channels, condition):
    made, x = network(channels, condition=condition)
    y = torch.tensor([0, 2]) if condition else None
    with torch.no_grad():
        whole = made(x, y)
        with made.remembering(2, 6):
            for row, column in itertools.product(range(6), range(6)):
                found = made.at(x, row, column, y)
                expected = whole[:, :, row : row + 1, column : column + 1]
                torch.testing.assert_close(found, expected, atol=1e-12, rtol=0)
        torch.testing.assert_close(made(x, y), whole)


def test_conditions_are_heard():
    made, x = network(condition=3)
    one, other = (made(x, torch.tensor([y, y])) for y in (0, 1))
    assert not torch.allclose(one, other)


@pytest.mark.parametrize("options", [{"depth": 0}, {"kernel": 4}, {"kernel": 1}])
def test_other_depths_and_kernels_are_refused(options):
    with pytest.raises(WrongUse, match="at least 1 layer and an odd kernel of at least 3"):
        GatedPixelCNN(1, 1, **options)
