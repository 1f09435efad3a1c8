"""TVAE: its terms on paper, what it encodes, and that it learns."""

import math

import pytest
import torch
from torch import nn

from sparring.core import Adam, Backend, WrongUse, train
from sparring.data import Batches, InMemory
from sparring.games import TVAE
from sparring.networks import TVAEDecoder, TVAEEncoder
from sparring.priors import Normal, Uniform

SPANS = [("bounded", 1), ("mode", 2), ("category", 4)]


class Fixed(nn.Module):
    """A network that returns the same for every item."""

    def __init__(self, values):
        super().__init__()
        self.values = nn.Parameter(torch.tensor(values))
        self.seen = []

    def forward(self, x):
        self.seen.append(x.detach().clone())
        return self.values.expand(len(x), *self.values.shape)


def on_paper(log_variance=0.0, **options):
    """Every posterior has means (1, -2) and the same log variances."""
    encoder = Fixed([[1.0, -2.0], [log_variance, log_variance]])
    decoder = Fixed([0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0])
    return TVAE(encoder, decoder, Normal(2), spans=SPANS, **options)


def rows(n=3):
    x = torch.zeros(n, 7)
    x[:, 0], x[:, 1], x[:, 4] = 0.2, 1, 1
    return x


def test_the_terms_are_those_on_paper():
    """.2 lies two deviations of .1 from tanh 0; choices are even; KL = |mean|^2 / 2."""
    terms = on_paper().loss({"x": rows()})
    number = 2.0 + math.log(0.1) + math.log(2 * math.pi) / 2
    assert terms["loss"].item() == pytest.approx(2 * (number + math.log(2) + math.log(4)))
    assert terms["divergence"].item() == pytest.approx((1 + 4) / 2)


def test_with_weight_one_the_loss_is_the_evidence_lower_bound():
    twice, once = (on_paper(reconstruction=w).loss({"x": rows()}) for w in (2.0, 1.0))
    assert twice["loss"].item() == pytest.approx(2 * once["loss"].item())
    assert torch.equal(twice["divergence"], once["divergence"])


def test_latents_are_drawn_from_the_posterior():
    torch.manual_seed(0)
    game = on_paper(log_variance=2 * math.log(0.5))
    game.loss({"x": rows(20_000)})
    (z,) = game.decoder.seen
    torch.testing.assert_close(z.mean(0), torch.tensor([1.0, -2.0]), atol=0.02, rtol=0)
    torch.testing.assert_close(z.std(0), torch.full((2,), 0.5), atol=0.02, rtol=0)


def test_an_item_is_encoded_as_the_mean_of_its_posterior():
    assert on_paper().encode(rows(2)).tolist() == [[1, -2], [1, -2]]


def test_samples_are_rows_with_one_hot_choices_from_the_prior():
    torch.manual_seed(0)
    game = on_paper()
    row = game.sample(500).detach()
    (z,) = game.decoder.seen
    assert abs(float(z.mean())) < 0.1
    assert float(z.std()) == pytest.approx(1, abs=0.1)
    assert row[:, 1:].unique().tolist() == [0, 1]
    assert (row[:, 1:3].sum(1) == 1).all()
    assert (row[:, 3:].sum(1) == 1).all()
    assert float(row[:, 0].std()) == pytest.approx(0.1, abs=0.02)


def test_a_latent_is_decoded_where_it_is_given():
    game, z = on_paper(), torch.randn(4, 2)
    game.sample(4, latent=z)
    assert torch.equal(game.decoder.seen[0], z)


def test_a_table_without_numbers_has_no_deviations_to_learn():
    pair = TVAEEncoder(2, 3, (4,)), TVAEDecoder(2, 3, (4,))
    game = TVAE(*pair, Normal(3), spans=[("category", 2)])
    batches = Batches(InMemory(torch.eye(2)), 4)
    train(game, batches, steps=2, backend=Backend("cpu"))
    assert game.sample(3).shape == (3, 2)


def cloud(n=400):
    """A number near -.5 or .5, and the category that says which."""
    torch.manual_seed(0)
    side = torch.arange(n) % 4 == 0
    number = torch.where(side, 0.5, -0.5) + 0.05 * torch.randn(n)
    return torch.cat([number[:, None], torch.eye(2)[side.long()]], 1)


def small(x, **options):
    pair = TVAEEncoder(x.shape[1], 4, (32,)), TVAEDecoder(x.shape[1], 4, (32, 32))
    return TVAE(*pair, Normal(4), spans=[("bounded", 1), ("category", 2)], **options)


def test_it_learns_which_number_goes_with_which_category_and_how_often_they_come():
    x = cloud()
    game = small(x, optimizer=Adam(5e-3, (0.9, 0.999)))
    train(game, Batches(InMemory(x), 100), steps=600, backend=Backend("cpu"))
    row = game.sample(4000).detach()
    high = row[:, 2] == 1
    assert float(high.float().mean()) == pytest.approx(0.25, abs=0.08)
    assert float((high == (row[:, 0] > 0)).float().mean()) > 0.93
    assert float(row[high, 0].mean()) == pytest.approx(0.45, abs=0.15)


@pytest.mark.parametrize(("start", "end"), [(0.001, 0.01), (50.0, 1.0)])
def test_a_deviation_stays_within_its_bounds(start, end):
    x = cloud(50)
    game = small(x)
    with torch.no_grad():
        game.deviations.log.fill_(math.log(start))
    train(game, Batches(InMemory(x), 50), steps=1, backend=Backend("cpu"))
    assert float(game.deviations().detach()) == pytest.approx(end)


def test_the_optimizer_is_that_of_the_paper_with_the_codes_decay():
    spec = on_paper().players["model"].optimizer
    assert (spec.lr, spec.betas, spec.weight_decay) == (1e-3, (0.9, 0.999), 1e-5)


def test_another_prior_or_weight_is_refused():
    with pytest.raises(WrongUse, match="prior of TVAE must be Normal, got Uniform"):
        TVAE(Fixed([[0.0]]), Fixed([0.0]), Uniform(1), spans=SPANS)
    with pytest.raises(WrongUse, match="reconstruction of TVAE must be above 0, got 0"):
        on_paper(reconstruction=0)
