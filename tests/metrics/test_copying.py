"""C_T reproduces the published curve on moons; authenticity its closed form."""

import numpy as np
import pytest
from scipy.special import betainc
from scipy.stats import mannwhitneyu
from sklearn.datasets import make_moons
from sklearn.neighbors import KernelDensity

from sparring.core.errors import WrongUse
from sparring.metrics.copying import authenticity, data_copying


class TestMoons:
    """Meehan et al. 2020, figure 2: 2000 train, 1000 held out, 1000 from a kernel density."""

    train = make_moons(2000, noise=0.2, random_state=0)[0]
    heldout = make_moons(1000, noise=0.2, random_state=1)[0]

    @pytest.mark.parametrize(
        ("sigma", "published"),
        [(0.001, -17.4), (0.01, -11.7), (0.09, -0.2), (1, 10.05), (10, 16.5)],
    )
    def test_the_published_curve(self, sigma, published):
        density = KernelDensity(bandwidth=sigma).fit(self.train)
        values = [
            data_copying(self.train, self.heldout, density.sample(1000, random_state=seed))
            for seed in range(5)
        ]
        assert np.mean(values) == pytest.approx(published, abs=0.6)

    def test_held_out_data_as_a_generator(self):
        fresh = make_moons(1000, noise=0.2, random_state=2)[0]
        assert abs(data_copying(self.train, self.heldout, fresh)) < 2

    def test_noise(self):
        noise = np.random.default_rng(0).uniform(-3, 3, size=(1000, 2))
        assert data_copying(self.train, self.heldout, noise) > 8

    def test_a_copy_of_one_half(self):
        # The two moons are classes: copying in some cells alone is seen as well.
        copied = self.train[self.train[:, 1] > 0.25][:1000]
        assert data_copying(self.train, self.heldout, copied) < -8


def test_one_cell_is_the_mann_whitney_statistic():
    random = np.random.default_rng(3)
    train, heldout, made = (random.normal(size=(n, 2)) for n in (100, 80, 60))
    gaps = [np.linalg.norm(x[:, None] - train, axis=2).min(1) for x in (made, heldout)]
    u = mannwhitneyu(*gaps).statistic
    wanted = (u - (60 * 80 / 2 - 0.5)) / np.sqrt(60 * 80 * 141 / 12)
    assert data_copying(train, heldout, made, cells=1) == pytest.approx(wanted, rel=1e-12)


def test_a_cell_without_held_out_items_has_no_weight():
    random = np.random.default_rng(4)
    here, there = random.normal(size=(100, 1)), random.normal(size=(100, 1)) + 100
    train = np.concatenate([here, there])
    both = data_copying(train, random.normal(size=(50, 1)), train, cells=2)
    alone = data_copying(here, random.normal(size=(50, 1)), here, cells=1)
    assert both < -5
    assert alone < -5


class TestAuthenticity:
    def test_a_copier_has_none(self):
        train = np.random.default_rng(0).normal(size=(300, 5)) * 1e4 + 1e6
        assert authenticity(train, train[::-1]) == 0

    def test_a_copier_of_repeated_items_has_none(self):
        train = np.repeat(np.random.default_rng(0).normal(size=(50, 5)), 3, axis=0)
        assert authenticity(train, train) == 0

    @pytest.mark.parametrize("dimension", [1, 2, 3])
    def test_a_perfect_generator_has_the_share_of_a_poisson_process(self, dimension):
        # On a flat torus, which has no rim.
        angles = np.random.default_rng(0).uniform(0, 2 * np.pi, size=(2, 6000, dimension))
        train, made = np.concatenate([np.cos(angles), np.sin(angles)], axis=2)
        overlap = betainc((dimension + 1) / 2, 1 / 2, 3 / 4)
        wanted = (1 - overlap) / (2 - overlap)
        assert authenticity(train, made) == pytest.approx(wanted, abs=0.02)

    def test_hubs_lift_a_perfect_generator_of_many_dimensions(self):
        train, made = np.random.default_rng(1).normal(size=(2, 1000, 200))
        assert authenticity(train, made) == pytest.approx(0.8, abs=0.1)

    def test_noise_is_authentic(self):
        random = np.random.default_rng(2)
        train, noise = random.normal(size=(500, 5)), random.uniform(-50, 50, size=(500, 5))
        assert authenticity(train, noise) > 0.99


def test_refusals():
    train = np.random.default_rng(5).normal(size=(50, 2))
    with pytest.raises(WrongUse, match="generated must have at least 21 items, got 20"):
        data_copying(train, train, train[:20])
    with pytest.raises(WrongUse, match=r"more than 20 items in a cell .* got no such cell among 5"):
        data_copying(train, train, train[:21])
    with pytest.raises(WrongUse, match="train must have at least 5 items, got 4"):
        data_copying(train[:4], train, train)
    with pytest.raises(WrongUse, match="cells must be at least 1, got 0"):
        data_copying(train, train, train, cells=0)
    with pytest.raises(WrongUse, match="train must have at least 2 items, got 1; give more"):
        authenticity(train[:1], train)
