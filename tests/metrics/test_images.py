"""Images on their way into a network."""

import numpy as np
import pytest
import torch

from sparring.core.errors import WrongUse
from sparring.metrics.images import as_tensor, images, in_parts, resize

RANDOM = np.random.default_rng(0)
GREY = RANDOM.integers(0, 256, (5, 6, 7), dtype=np.uint8)
COLOUR = RANDOM.integers(0, 256, (5, 6, 7, 3), dtype=np.uint8)


def test_they_are_scaled_to_one_and_channels_come_first():
    tensor = as_tensor(COLOUR)
    assert tensor.shape == (5, 3, 6, 7)
    assert tensor[2, 1, 3, 4].item() == pytest.approx(COLOUR[2, 3, 4, 1] / 255)
    assert torch.equal(as_tensor(GREY, 3)[:, 2], as_tensor(GREY)[:, 0])
    torch.testing.assert_close(as_tensor(COLOUR, 1)[:, 0], as_tensor(COLOUR).mean(1))


def test_resizing_does_not_alias():
    stripes = torch.zeros(1, 1, 32, 32)
    stripes[..., ::2] = 1
    small = resize(stripes, (8, 8))[..., 2:-2]
    torch.testing.assert_close(small, torch.full_like(small, 0.5), atol=0.05, rtol=0)


def test_parts_are_put_together_in_order():
    rows = in_parts(lambda part: part.reshape(len(part), -1), GREY, at_once=2)
    np.testing.assert_array_equal(rows, GREY.reshape(5, -1))


@pytest.mark.parametrize("wrong", [GREY / 255, GREY[0], COLOUR[..., :2], GREY[:0]])
def test_refusals(wrong):
    with pytest.raises(WrongUse, match=r"must be uint8 of shape \(n, h, w\) or \(n, h, w, 3\)"):
        images(wrong)
