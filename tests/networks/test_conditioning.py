"""Four ways in which a condition enters, against paper and pencil."""

import itertools
import math

import pytest
import torch
import torch.nn.functional as F

from sparring.core.errors import WrongUse
from sparring.networks import (
    D2DCE,
    AuxiliaryClassifier,
    Concatenation,
    Conditioning,
    DCGANDiscriminator,
    Projection,
    ScaledProjection,
)
from sparring.networks.conditioning import data_to_data

WAYS = [Conditioning, Projection, ScaledProjection, Concatenation, AuxiliaryClassifier, D2DCE]
CLASSES = torch.tensor([0, 2, 1, 1])
ATTRIBUTES = torch.tensor([[1.0, 0.0, 0.0], [0.0, 1.0, 1.0], [1.0, 1.0, 0.0], [0.0, 0.0, 0.0]])


@pytest.fixture(autouse=True)
def _seed():
    torch.manual_seed(0)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("y", [CLASSES, ATTRIBUTES], ids=["classes", "attributes"])
def test_every_way_takes_classes_and_attributes(way, y):
    conditioning, h = way(8, 3), torch.randn(4, 8)
    assert conditioning(h, y).shape == (4,)
    terms = [
        *conditioning.discriminator_terms(h, torch.randn(4, 8), y).values(),
        *conditioning.generator_terms(h, y).values(),
    ]
    assert all(term.shape == () and term.isfinite() for term in terms)


@pytest.mark.parametrize("way", [Projection, Concatenation, D2DCE])
def test_a_text_with_its_words_counts_as_the_text(way):
    conditioning, h, y = way(8, 3), torch.randn(4, 8), torch.randn(4, 5, 3)
    assert torch.equal(conditioning(h, y), conditioning(h, y[:, 0]))
    assert conditioning.generator_terms(h, y) == conditioning.generator_terms(h, y[:, 0])


def test_projection_is_the_inner_product_with_the_embedded_class():
    conditioning = Projection(2, 3)
    with torch.no_grad():
        conditioning.embedding.weight.copy_(torch.tensor([[1.0, 2.0], [0.0, 1.0], [-1.0, 3.0]]))
    h = torch.tensor([[1.0, 1.0], [2.0, 5.0]])
    added = conditioning(h, torch.tensor([0, 2]))  # <(1,2),(1,1)> = 3, <(-1,3),(2,5)> = 13
    torch.testing.assert_close(added, torch.tensor([3.0, 13.0]))
    scaled = ScaledProjection(2, 3)
    scaled.load_state_dict(conditioning.state_dict())
    root = torch.tensor([3.0, 13.0]) / math.sqrt(2)
    torch.testing.assert_close(scaled(h, torch.tensor([0, 2])), root)


def test_a_discriminator_adds_the_projection_to_its_score():
    discriminator = DCGANDiscriminator(1, 8, width=4, condition=3)
    x, y = torch.randn(2, 1, 8, 8), torch.tensor([0, 2])
    maps = discriminator.body(x)
    features = maps.mean((2, 3))
    expected = discriminator.score(maps) + (
        (features * discriminator.conditioning.embedding.weight[y]).sum(1)
    )
    torch.testing.assert_close(discriminator(x, y), expected)


def test_concatenation_is_more_than_a_sum_of_what_items_and_condition_add():
    conditioning, h = Concatenation(8, 2), torch.randn(2, 8)
    scores = [[conditioning(h[[i]], torch.tensor([c])).item() for c in (0, 1)] for i in (0, 1)]
    assert abs(scores[0][0] + scores[1][1] - scores[0][1] - scores[1][0]) > 1e-3


def test_the_classifier_of_a_beginner_costs_log_k_for_each_kind_of_item():
    conditioning = AuxiliaryClassifier(8, 3, weight=2.0)
    torch.nn.init.zeros_(conditioning.classify.weight)
    torch.nn.init.zeros_(conditioning.classify.bias)
    h = torch.randn(4, 8)
    terms = conditioning.discriminator_terms(h, h, CLASSES)
    assert [v.item() for v in terms.values()] == pytest.approx([2 * math.log(3)] * 2)
    assert conditioning.generator_terms(h, CLASSES)["class"].item() == pytest.approx(
        2 * math.log(3)
    )
    attributes = conditioning.generator_terms(h, ATTRIBUTES)["class"]
    assert attributes.item() == pytest.approx(2 * math.log(2))


def test_the_classifier_costs_the_sum_of_minus_log_probabilities():
    conditioning = AuxiliaryClassifier(2, 2)
    with torch.no_grad():
        conditioning.classify.weight.copy_(torch.eye(2))
        conditioning.classify.bias.zero_()
    real, fake = torch.tensor([[math.log(3.0), 0.0]]), torch.tensor([[0.0, math.log(4.0)]])
    terms = conditioning.discriminator_terms(real, fake, torch.tensor([0]))
    assert sum(terms.values()).item() == pytest.approx(-math.log(3 / 4) - math.log(1 / 5))
    generated = conditioning.generator_terms(fake, torch.tensor([[0.0, 1.0]]))["class"]
    assert generated.item() == pytest.approx((math.log(2) - math.log(4 / 5)) / 2)


@pytest.mark.parametrize("way", [AuxiliaryClassifier, D2DCE])
def test_a_way_with_terms_of_its_own_leaves_the_score_alone(way):
    assert torch.equal(way(8, 3)(torch.randn(4, 8), CLASSES), torch.zeros(4))


def test_the_classifier_refuses_what_it_cannot_tell():
    for y in (torch.randn(4, 2, 3), 3 * torch.ones(4, 3), -torch.ones(4, 3)):
        with pytest.raises(WrongUse, match="use Projection for texts"):
            AuxiliaryClassifier(8, 3).generator_terms(torch.randn(4, 8), y)


def by_hand(f, v, y, temperature, margin):
    """Equation 6 of the paper, an item at a time."""
    costs = []
    for i in range(len(f)):
        near = math.exp(min(0.0, float(f[i] @ v[i]) - margin) / temperature)
        far = [
            math.exp(max(0.0, float(f[i] @ f[j]) - (1 - margin)) / temperature)
            for j in range(len(f))
            if bool((y[i] != y[j]).any())
        ]
        costs.append(-math.log(near / (near + sum(far))))
    return sum(costs) / len(costs)


@pytest.mark.parametrize(
    ("y", "temperature", "margin"),
    list(itertools.product([CLASSES, ATTRIBUTES], [0.25, 1.0], [0.7, 0.98])),
)
def test_d2d_ce_is_equation_6(y, temperature, margin):
    conditioning = D2DCE(8, 3, weight=0.5, temperature=temperature, margin=margin, width=5)
    h, other = torch.randn(2, 4, 8)
    f = F.normalize(conditioning.project(h), dim=1)
    v = F.normalize(conditioning.proxies(y), dim=1)
    expected = pytest.approx(0.5 * by_hand(f, v, y, temperature, margin), rel=1e-5)
    # The discriminator looks at real items alone.
    assert conditioning.discriminator_terms(h, other, y)["similarity"].item() == expected
    assert conditioning.generator_terms(h, y)["similarity"].item() == expected


def test_d2d_ce_leaves_in_peace_what_is_near_or_far_enough():
    near = math.cos(0.1)  # above the margin of .98
    f = torch.tensor([[1.0, 0.0], [0.0, 1.0]], requires_grad=True)
    v = torch.tensor([[near, math.sin(0.1)], [-math.sin(0.1), near]])
    cost = data_to_data(f, v, ~torch.eye(2, dtype=torch.bool))
    cost.backward()
    assert cost.item() == pytest.approx(math.log(2))
    assert torch.equal(f.grad, torch.zeros(2, 2))


def test_d2d_ce_costs_nothing_where_all_are_of_one_condition():
    f = F.normalize(torch.randn(3, 4), dim=1)
    assert float(data_to_data(f, f.flip(0), torch.zeros(3, 3, dtype=torch.bool))) == 0


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: Projection(0, 3), "features_width of Projection must be at least 1, got 0"),
        (lambda: D2DCE(8, 0), "condition of D2DCE must be at least 1, got 0"),
        (lambda: D2DCE(8, 3, temperature=0), "temperature of D2DCE must be above 0, got 0"),
        (lambda: D2DCE(8, 3, margin=1.5), "margin of D2DCE must be between 0 and 1, got 1.5"),
        (lambda: AuxiliaryClassifier(8, 3, weight=-1), "must be at least 0, got -1"),
    ],
)
def test_wrong_numbers_are_refused(make, said):
    with pytest.raises(WrongUse, match=said):
        make()
