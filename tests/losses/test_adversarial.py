"""What all adversarial losses have in common."""

import pytest
import torch

from sparring.losses import (
    Hinge,
    LeastSquares,
    Minimax,
    NonSaturating,
    RelativisticPaired,
    Wasserstein,
)

LOSSES = [
    Minimax(), NonSaturating(), LeastSquares(), Wasserstein(), Hinge(), RelativisticPaired(),
]  # fmt: skip


@pytest.fixture(params=LOSSES, ids=lambda loss: type(loss).__name__)
def loss(request):
    return request.param


def test_each_is_one_number_for_scores_of_any_shape(loss):
    real, fake = torch.randn(4, 1, 3, 3), torch.randn(4, 1, 3, 3)
    assert loss.discriminator(real, fake).shape == ()
    assert loss.generator(real, fake).shape == ()


def test_each_is_a_mean_not_a_sum(loss):
    real, fake = torch.randn(6), torch.randn(6)
    twice = loss.discriminator(real.repeat(2), fake.repeat(2))
    torch.testing.assert_close(twice, loss.discriminator(real, fake))
    twice = loss.generator(real.repeat(2), fake.repeat(2))
    torch.testing.assert_close(twice, loss.generator(real, fake))


def test_the_discriminator_wants_real_scores_up_and_generated_ones_down(loss):
    real = torch.zeros(4, requires_grad=True)
    fake = torch.full((4,), 0.5, requires_grad=True)
    up, down = torch.autograd.grad(loss.discriminator(real, fake), (real, fake))
    assert (up < 0).all()
    assert (down > 0).all()


def test_the_generator_wants_its_scores_up(loss):
    fake = torch.zeros(4, requires_grad=True)
    (up,) = torch.autograd.grad(loss.generator(torch.zeros(4), fake), fake)
    assert (up < 0).all()


def test_extreme_scores_stay_finite_in_value_and_slope(loss):
    far = torch.tensor([1e4, -1e4])
    for real, fake in ((far, -far), (-far, far)):
        real, fake = real.clone().requires_grad_(), fake.clone().requires_grad_()
        for value in (loss.discriminator(real, fake), loss.generator(real, fake)):
            assert value.isfinite()
            found = torch.autograd.grad(value, (real, fake), allow_unused=True)
            assert all(g is None or g.isfinite().all() for g in found)


def test_only_relative_losses_look_at_real_items_in_the_generators_turn(loss):
    fake = torch.randn(4)
    near, far = (loss.generator(torch.full((4,), level), fake) for level in (0.0, 1.0))
    assert loss.relative == (not torch.equal(near, far))


def test_a_relative_loss_refuses_to_do_without_real_scores():
    with pytest.raises(ValueError, match="needs the scores of real items, got None"):
        RelativisticPaired().generator(None, torch.zeros(2))
