"""Every regularizer against closed forms: a linear, and a quadratic discriminator."""

import math

import pytest
import torch
from torch import nn

from sparring.regularizers import (
    DRAGAN,
    R1,
    R2,
    Clip,
    Evaluation,
    GradientPenalty,
    Lazy,
)


@pytest.fixture(autouse=True)
def _float64():
    torch.manual_seed(0)
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


class Linear(nn.Module):
    """D(x) = w x: its slope is w everywhere."""

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.tensor([3.0, 4.0]))

    def forward(self, x):
        return x @ self.weight


class Quadratic(nn.Module):
    """D(x) = a |x|^2 / 2: its slope at x is a x."""

    def __init__(self):
        super().__init__()
        self.a = nn.Parameter(torch.tensor(2.0))

    def forward(self, x):
        return self.a * x.square().flatten(1).sum(1) / 2


class Deep(nn.Module):
    """A smooth discriminator without a closed form."""

    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(2, 5), nn.Tanh(), nn.Linear(5, 1))

    def forward(self, x):
        return self.layers(x).flatten()


def evaluate(discriminator, real, fake, step=0):
    x = torch.cat([real, fake]).requires_grad_()
    return Evaluation(discriminator, x, discriminator(x), step)


def value(regularizer, evaluation):
    (term,) = regularizer(evaluation).values()
    return term


REAL = torch.tensor(
    [[1.0, 0.0], [0.0, 2.0], [2.0, 2.0]], dtype=torch.float64
)  # squared lengths 1, 4, 8
FAKE = torch.tensor(
    [[3.0, 0.0], [0.0, 0.0], [0.0, 1.0]], dtype=torch.float64
)  # squared lengths 9, 0, 1


def test_r1_is_half_gamma_times_the_squared_slope_at_real_items():
    assert value(R1(0.5), evaluate(Linear(), REAL, FAKE)).item() == pytest.approx(0.25 * 25)
    quadratic = value(R1(0.5), evaluate(Quadratic(), REAL, FAKE)).item()
    assert quadratic == pytest.approx(0.25 * 4 * (1 + 4 + 8) / 3)


def test_r2_is_the_same_at_generated_items():
    assert value(R2(0.5), evaluate(Linear(), REAL, FAKE)).item() == pytest.approx(0.25 * 25)
    quadratic = value(R2(0.5), evaluate(Quadratic(), REAL, FAKE)).item()
    assert quadratic == pytest.approx(0.25 * 4 * (9 + 0 + 1) / 3)


def test_the_squared_slope_is_a_sum_over_all_of_an_items_elements():
    """So that gamma grows with resolution: |a x|^2 of n ones is a^2 n."""
    for size in (8, 16):
        pictures = torch.ones(2, 3, size, size)
        found = value(R1(2.0), evaluate(Quadratic(), pictures, pictures)).item()
        assert found == pytest.approx(4 * 3 * size**2)


def test_the_gradient_penalty_of_a_linear_discriminator():
    """|w| = 5: weight (5 - 1)^2, wherever the points between lie."""
    found = value(GradientPenalty(10.0), evaluate(Linear(), REAL, FAKE)).item()
    assert found == pytest.approx(160.0)


def test_the_gradient_penalty_looks_between_real_and_generated_items():
    """From r to f on one line, a point's length is uniform: E (2 t - 1)^2, t in [1, 3], = 31/3."""
    real, fake = (torch.tensor([[length, 0.0]]).expand(200_000, 2) for length in (1.0, 3.0))
    found = value(GradientPenalty(1.0), evaluate(Quadratic(), real, fake)).item()
    assert found == pytest.approx((5**3 - 1**3) / 12, rel=5e-3)


def test_each_item_has_its_own_point_between():
    """One u for the whole batch would give all items the same slope."""
    seen = []

    def watching(x):
        seen.append(x.detach())
        return x.sum(1)

    real, fake = torch.ones(50, 2), torch.zeros(50, 2)
    GradientPenalty()(Evaluation(watching, torch.cat([real, fake]), torch.zeros(100), 0))
    (points,) = seen
    assert len(points[:, 0].unique()) == 50
    assert torch.equal(points[:, 0], points[:, 1])
    assert points.min() >= 0
    assert points.max() <= 1


def test_dragan_looks_around_real_items_with_a_fixed_deviation():
    """E (|2 (x + s e)| - 1)^2 in one dimension at x = 3, s = .5: E (2 x + e - 1)^2 = 5^2 + 1."""
    real = torch.full((200_000, 1), 3.0)
    evaluation = evaluate(Quadratic(), real, torch.zeros_like(real))
    assert value(DRAGAN(1.0, 0.5), evaluation).item() == pytest.approx(26.0, rel=5e-3)


def test_dragan_without_noise_is_exact():
    found = value(DRAGAN(10.0, 0.0), evaluate(Quadratic(), REAL, FAKE)).item()
    lengths = [2 * math.sqrt(square) for square in (1, 4, 8)]
    assert found == pytest.approx(10 * sum((length - 1) ** 2 for length in lengths) / 3)


@pytest.mark.parametrize("regularizer", [R1(0.7), R2(0.7), GradientPenalty(3.0), DRAGAN(3.0)])
def test_the_penalties_have_the_right_slope_in_the_weights(regularizer):
    """Their gradient by every weight against central differences, items' slopes included."""
    discriminator = Deep()

    def term():
        torch.manual_seed(1)
        return value(regularizer, evaluate(discriminator, REAL, FAKE))

    parameters = list(discriminator.parameters())
    gradients = torch.autograd.grad(term(), parameters, allow_unused=True)
    for parameter, gradient in zip(parameters, gradients, strict=True):
        for index in range(parameter.numel()):
            ends = []
            for shift in (1e-5, -1e-5):
                with torch.no_grad():
                    parameter.view(-1)[index] += shift
                ends.append(term().item())
                with torch.no_grad():
                    parameter.view(-1)[index] -= shift
            slope = (ends[0] - ends[1]) / 2e-5
            found = 0.0 if gradient is None else gradient.view(-1)[index].item()
            assert found == pytest.approx(slope, abs=1e-7)


@pytest.mark.parametrize("regularizer", [R1(0.7), R2(0.7), GradientPenalty(3.0), DRAGAN(3.0)])
def test_the_penalties_measure_the_slope_that_differences_give(regularizer):
    """Items' slopes by central differences, at the very points where the penalty looked."""
    discriminator, seen = Deep(), []

    def watching(x):
        seen.append(x.detach().clone())
        return discriminator(x)

    evaluation = evaluate(watching, REAL, FAKE)
    found = value(regularizer, evaluation).item()
    points = seen[-1]
    if regularizer.sloped(0):
        points = points[:3] if isinstance(regularizer, R1) else points[3:]
    with torch.no_grad():
        shifts = 1e-5 * torch.eye(2)
        slopes = torch.stack(
            [(discriminator(points + s) - discriminator(points - s)) / 2e-5 for s in shifts], 1
        )
    if regularizer.sloped(0):
        expected = 0.7 / 2 * slopes.square().sum(1).mean()
    else:
        expected = 3.0 * (slopes.norm(dim=1) - 1).square().mean()
    assert found == pytest.approx(expected.item(), rel=1e-7)


@pytest.mark.parametrize("regularizer", [R2(1.0), GradientPenalty(1.0)])
def test_where_generated_items_have_a_graph_the_penalty_keeps_it(regularizer):
    """For rules that differentiate through the discriminator's gradient."""
    fake = FAKE.clone().requires_grad_()
    x = torch.cat([REAL, fake])
    discriminator = Quadratic()
    term = value(regularizer, Evaluation(discriminator, x, discriminator(x), 0))
    (gradient,) = torch.autograd.grad(term, fake)
    assert gradient.abs().max() > 0.1


def test_a_lazy_regularizer_acts_rarely_and_as_strongly_on_average():
    lazy, plain = Lazy(R1(0.5), every=4), R1(0.5)
    found = []
    for step in range(8):
        terms = lazy(evaluate(Linear(), REAL, FAKE, step))
        found.append(terms["r1"].item() if terms else 0.0)
    once = value(plain, evaluate(Linear(), REAL, FAKE)).item()
    assert found == pytest.approx([4 * once, 0, 0, 0, 4 * once, 0, 0, 0])
    assert sum(found) / 8 == pytest.approx(once)


def test_clip_brings_every_weight_into_its_box_and_no_further():
    weights = nn.Parameter(torch.tensor([[-0.5, 0.003], [0.01, 2.0]]))
    bias = nn.Parameter(torch.tensor([-0.01]))
    with torch.no_grad():
        Clip(0.01)([weights, bias])
    assert weights.tolist() == [[-0.01, 0.003], [0.01, 0.01]]
    assert bias.tolist() == [-0.01]
