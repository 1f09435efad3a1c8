"""The networks of CTGAN, layer by layer."""

import pytest
import torch
from torch import nn

from sparring.networks import CTGANDiscriminator, CTGANGenerator
from sparring.networks.ctgan import SharedDropout

SPANS = [("bounded", 1), ("category", 2), ("mode", 3), ("category", 2)]


@pytest.fixture(autouse=True)
def _seed():
    torch.manual_seed(0)


def dense(layer, x, one_hot):
    """A layer of `networks.ctgan` as the paper writes it: of x joined with one-hot vectors."""
    weight = torch.cat([layer.linear.weight, layer.values.weight.T], 1)
    return torch.cat([x, one_hot], 1) @ weight.T + layer.linear.bias


def test_each_layer_is_joined_with_all_that_it_was_given():
    """h1 = h0 + ReLU(BN(FC(h0))), where + joins, and h0 is z joined with the condition."""
    generator = CTGANGenerator(3, SPANS, hidden=(5, 6))
    z, condition = torch.randn(8, 3), torch.arange(8) % 4
    asked = nn.functional.one_hot(condition, 4).float()
    h = z
    for layer, norm in zip(generator.layers, generator.norms, strict=True):
        out = dense(layer, h, asked)
        normal = (out - out.mean(0)) / (out.var(0, unbiased=False) + norm.eps).sqrt()
        h = torch.cat([h, normal.relu()], 1)
    assert h.shape == (8, 3 + 5 + 6)
    torch.testing.assert_close(generator.logits(z, condition), dense(generator.last, h, asked))


def test_rows_are_places_within_bounds_and_nearly_one_hot_choices():
    generator = CTGANGenerator(3, SPANS)
    row = generator(torch.randn(50, 3), torch.zeros(50, dtype=torch.long))
    assert row[:, 0].abs().max() <= 1
    for block in (slice(1, 3), slice(3, 6), slice(6, 8)):
        torch.testing.assert_close(row[:, block].sum(1), torch.ones(50))


def test_a_score_is_of_a_whole_pack_and_each_place_has_its_own_weights():
    judge = CTGANDiscriminator(5, 3, packing=2, hidden=(7,), dropout=0.0)
    x, condition = torch.randn(4, 2, 5), torch.tensor([[0, 1], [2, 2], [1, 0], [0, 0]])
    asked = nn.functional.one_hot(condition, 3).float().flatten(1)  # (4, 6)
    h = dense(judge.first, x.flatten(1), asked)
    last = judge.layers[-1]
    expected = torch.where(h > 0, h, 0.2 * h) @ last.weight.T + last.bias
    torch.testing.assert_close(judge(x, condition), expected[:, 0])


def test_dropout_stops_where_nothing_is_learnt():
    judge, x = CTGANDiscriminator(5, packing=2), torch.randn(4, 2, 5)
    assert not torch.equal(judge(x), judge(x))
    judge.eval()
    assert torch.equal(judge(x), judge(x))


def test_dropout_keeps_the_mean_and_drops_at_its_rate():
    x = torch.ones(2000, 20)
    dropped = SharedDropout(0.3)(x)
    assert float((dropped == 0).float().mean()) == pytest.approx(0.3, abs=0.01)
    assert float(dropped.mean()) == pytest.approx(1, abs=0.02)


def test_without_categories_nothing_is_asked():
    spans = [("bounded", 1), ("mode", 3)]
    row = CTGANGenerator(3, spans)(torch.randn(6, 3))
    assert CTGANDiscriminator(4, packing=3)(row.view(2, 3, 4)).shape == (2,)


def test_every_weight_gets_a_gradient():
    generator = CTGANGenerator(3, SPANS, hidden=(6, 6))
    judge = CTGANDiscriminator(8, 4, packing=2, hidden=(6, 6), dropout=0.1)
    condition = torch.arange(16) % 4
    row = generator(torch.randn(16, 3), condition)
    judge(row.view(8, 2, 8), condition.view(8, 2)).sum().backward()
    networks = nn.ModuleList([generator, judge])
    assert [n for n, p in networks.named_parameters() if p.grad.count_nonzero() == 0] == []
