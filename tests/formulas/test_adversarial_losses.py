"""Every adversarial loss at points whose value is known on paper."""

import math

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

# Scores of two real and two generated items. With L = log 3, softplus(L) = log 4,
# softplus(-L) = log(4/3), softplus(0) = log 2.
L = math.log(3)
REAL = torch.tensor([L, 0.0], dtype=torch.float64)
FAKE = torch.tensor([0.0, -L], dtype=torch.float64)

log = math.log

VALUES = {
    # softplus(-d): log(4/3), log 2; softplus(f): log 2, log(4/3)
    "minimax": (Minimax(), log(8 / 3), -log(8 / 3) / 2),
    # softplus(-f): log 2, log 4
    "non-saturating": (NonSaturating(), log(8 / 3), log(8) / 2),
    # (d - 1)^2: (L - 1)^2, 1; f^2: 0, L^2; (f - 1)^2: 1, (L + 1)^2
    "least squares 0-1-1": (
        LeastSquares(), ((L - 1) ** 2 + 1 + L**2) / 4, (1 + (L + 1) ** 2) / 4,
    ),
    # (d - 1)^2: (L - 1)^2, 1; (f + 1)^2: 1, (1 - L)^2; f^2: 0, L^2
    "least squares -1-1-0": (
        LeastSquares(-1.0, 1.0, 0.0), (2 * (L - 1) ** 2 + 2) / 4, L**2 / 4,
    ),
    "wasserstein": (Wasserstein(), -L, L / 2),
    # max(0, 1 - d): 0, 1; max(0, 1 + f): 1, 0 (since log 3 > 1)
    "hinge": (Hinge(), 1.0, L / 2),
    # d - f: L, L
    "relativistic paired": (RelativisticPaired(), log(4 / 3), log(4)),
}  # fmt: skip


@pytest.mark.parametrize("name", VALUES)
def test_the_losses_have_their_values_on_paper(name):
    loss, discriminator, generator = VALUES[name]
    real = REAL if loss.relative else None
    assert loss.discriminator(REAL, FAKE).item() == pytest.approx(discriminator, abs=1e-12)
    assert loss.generator(real, FAKE).item() == pytest.approx(generator, abs=1e-12)


def test_minimax_is_a_zero_sum_game_up_to_the_data_term():
    """L_D + L_G depends on real items alone."""
    sums = [
        Minimax().discriminator(REAL, fake) + Minimax().generator(None, fake)
        for fake in (FAKE, FAKE + 3)
    ]
    assert sums[0].item() == pytest.approx(sums[1].item(), abs=1e-12)


def test_the_relativistic_losses_exchange_real_and_generated():
    """L_G(real, fake) = L_D(fake, real)."""
    loss = RelativisticPaired()
    assert torch.equal(loss.generator(REAL, FAKE), loss.discriminator(FAKE, REAL))


def test_real_i_is_paired_with_fake_i():
    """Another pairing is another value: softplus(-2L) and softplus(0)."""
    swapped = RelativisticPaired().discriminator(REAL, FAKE.flip(0))
    assert swapped.item() == pytest.approx((log(10 / 9) + log(2)) / 2, abs=1e-12)
