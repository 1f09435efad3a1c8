"""Masked convolutions: what is seen, proven by slopes, and what is kept while drawing."""

import itertools

import pytest
import torch

from sparring.core import WrongUse
from sparring.networks.masked import MaskedConv2d
from sparring.networks.pixelcnn import PixelCNN

torch.set_num_threads(1)


def network(channels=1, outputs=2, side=4, **options):
    torch.manual_seed(0)
    made = PixelCNN(channels, outputs, **{"width": 6, "blocks": 2, **options}).double()
    return made, torch.rand(2, channels, side, side, dtype=torch.float64) * 2 - 1


def test_each_colour_sees_those_before_it_and_no_others():
    side = 3
    made, x = network(3, outputs=6, side=side, colours=3)
    slopes = torch.autograd.functional.jacobian(lambda v: made(v).sum(0), x).abs().sum(3)
    slopes = slopes.permute(1, 2, 0, 4, 5, 3).flatten(0, 1).flatten(2, 3)  # pixel, output, pixel, c
    for pixel, output in itertools.product(range(side**2), range(6)):
        colour = output // 2
        for other, channel in itertools.product(range(side**2), range(3)):
            before = other < pixel or (other == pixel and channel < colour)
            seen = bool(slopes[pixel, output].reshape(side**2, 3)[other, channel] != 0)
            assert seen <= before
            # Its own pixel's channels before it are seen in fact.
            if other == pixel and channel < colour:
                assert seen


def test_with_one_colour_channels_are_drawn_at_once():
    made, x = network(3, outputs=4)
    slopes = torch.autograd.functional.jacobian(lambda v: made(v)[0, :, 1, 1], x[:1])
    assert slopes[:, 0, :, 1, 1:].abs().max() == 0
    assert slopes[:, 0, :, 0].abs().sum() > 0


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: MaskedConv2d(1, 1, 4, here=True), "kernel of MaskedConv2d must be odd, got 4"),
        (lambda: MaskedConv2d(3, 4, 3, True, 3), "multiples of the 3 colours, got 3 and 4"),
    ],
)
def test_what_cannot_be_masked_is_refused(make, said):
    with pytest.raises(WrongUse, match=said):
        make()
