"""Gated PixelCNN sees all pixels before each and no others, with and without memory."""

import pytest
import torch

from sparring.core import WrongUse
from sparring.networks.gated_pixelcnn import GatedPixelCNN

torch.set_num_threads(1)


def network(channels=1, outputs=2, side=6, **options):
    torch.manual_seed(0)
    made = GatedPixelCNN(channels, outputs, **{"width": 4, "depth": 3, **options}).double()
    return made, torch.rand(2, channels, side, side, dtype=torch.float64) * 2 - 1


def test_there_is_no_blind_spot():
    """Enough layers see every pixel before, those above to the right among them."""
    made, x = network(outputs=1, depth=6)
    slopes = torch.autograd.functional.jacobian(lambda v: made(v).sum(0).flatten(), x)
    seen = slopes.abs().sum(1).flatten(1) > 0
    before = torch.ones(36, 36).tril(-1).bool()
    assert torch.equal(seen, before)


@pytest.mark.parametrize("options", [{"depth": 0}, {"kernel": 4}, {"kernel": 1}])
def test_other_depths_and_kernels_are_refused(options):
    with pytest.raises(WrongUse, match="at least 1 layer and an odd kernel of at least 3"):
        GatedPixelCNN(1, 1, **options)
