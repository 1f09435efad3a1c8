"""The pair whose features are of whole pictures."""

import pytest
import torch

from sparring.networks import InfoGANDiscriminator, InfoGANGenerator


@pytest.mark.parametrize("size", [8, 17, 28, 32])
def test_it_makes_and_judges_squares_of_any_size(size):
    x = InfoGANGenerator(5, 3, size, 4)(torch.randn(2, 5))
    assert x.shape == (2, 3, size, size)
    scores, features = InfoGANDiscriminator(3, size, 4).judge(x)
    assert (scores.shape, features.shape) == ((2,), (2, 64))


def test_it_is_the_papers_with_64_maps():
    """Chen et al. 2016, table 1."""
    judge = InfoGANDiscriminator(1, 28)
    assert [tuple(p.shape) for p in judge.parameters() if p.dim() > 1] == [
        (64, 1, 4, 4), (128, 64, 4, 4), (1024, 128 * 7 * 7), (1, 1024),
    ]  # fmt: skip
    maker = InfoGANGenerator(74, 1, 28)
    assert [tuple(p.shape) for p in maker.parameters() if p.dim() > 1] == [
        (1024, 74), (128 * 7 * 7, 1024), (128, 64, 4, 4), (64, 1, 4, 4),
    ]  # fmt: skip


def test_its_features_know_what_lies_where():
    """Means over all places would be almost the same of a picture and its mirror image."""
    x = torch.zeros(1, 1, 16, 16)
    x[..., :8] = 1
    judge = InfoGANDiscriminator(1, 16, 4)
    assert (judge.features(x) - judge.features(x.flip(3))).norm() > 0.01


def test_conditions_enter_both():
    generator, judge = InfoGANGenerator(5, 1, 8, 4, 3), InfoGANDiscriminator(1, 8, 4, 3)
    z, y = torch.randn(2, 5), torch.tensor([0, 2])
    assert not torch.equal(generator(z, y), generator(z, 2 - y))
    x = torch.randn(2, 1, 8, 8)
    assert not torch.equal(judge(x, y), judge(x, 2 - y))
