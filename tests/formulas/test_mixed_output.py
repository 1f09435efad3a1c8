"""The last layer of a table's generator: what its random choices are."""

import numpy as np
import pytest
import torch
from scipy import stats

from sparring.networks import MixedOutput

SPANS = [("number", 2), ("category", 3), ("number", 1), ("category", 2), ("category", 4)]
BLOCKS = [slice(2, 5), slice(6, 8), slice(8, 12)]
NUMBERS = [0, 1, 5]


@pytest.fixture(autouse=True)
def _seed():
    torch.manual_seed(0)


def test_numbers_pass_through_untouched():
    x = torch.randn(7, 12)
    assert torch.equal(MixedOutput(SPANS)(x)[:, NUMBERS], x[:, NUMBERS])


def test_each_block_of_categories_is_a_distribution():
    rows = MixedOutput(SPANS)(10 * torch.randn(500, 12))
    for block in BLOCKS:
        assert (rows[:, block] >= 0).all()
        torch.testing.assert_close(rows[:, block].sum(1), torch.ones(500))


def test_the_largest_entry_comes_as_often_as_the_softmax_of_the_logits_says():
    """The Gumbel-max property, at any temperature."""
    logits = torch.tensor([0.0, 0, 1, -0.5, 0.3, 0, 0.7, -0.7, 0, 0.5, 1, 2])
    for temperature in (0.1, 2.0):
        rows = MixedOutput(SPANS, temperature)(logits.expand(30_000, 12))
        for block in BLOCKS:
            counts = np.bincount(rows[:, block].argmax(1).numpy(), minlength=logits[block].numel())
            expected = 30_000 * logits[block].double().softmax(0).numpy()
            assert stats.chisquare(counts, expected).pvalue > 1e-3


def test_blocks_choose_independently_of_each_other():
    rows = MixedOutput([("category", 2), ("category", 2)])(torch.zeros(20_000, 4))
    together = ((rows[:, 0] > 0.5) == (rows[:, 2] > 0.5)).float().mean()
    assert float(together) == pytest.approx(0.5, abs=0.02)


def test_a_low_temperature_is_nearly_one_hot_and_a_high_one_nearly_even():
    logits = torch.zeros(1000, 12)
    cold, hot = (MixedOutput(SPANS, t)(logits)[:, 8:12].max(1).values.mean() for t in (0.01, 100.0))
    assert float(cold) > 0.99
    assert float(hot) < 0.27


def test_the_gradient_reaches_every_logit_and_is_that_of_the_softmax():
    """For given noise e: d softmax((l + e) / t) = (diag p - p p^T) / t."""
    x = torch.randn(1, 3, requires_grad=True)
    output = MixedOutput([("category", 3)], temperature=0.5)(x)
    jacobian = torch.stack([torch.autograd.grad(o, x, retain_graph=True)[0][0] for o in output[0]])
    p = output[0].detach()
    torch.testing.assert_close(jacobian, (torch.diag(p) - torch.outer(p, p)) / 0.5)
    assert (jacobian != 0).all()


def test_huge_logits_stay_finite():
    x = torch.tensor([[1e4, -1e4, 0.0]], requires_grad=True)
    row = MixedOutput([("category", 3)], 0.1)(x)
    row[0, 0].backward()
    assert row.tolist() == [[1.0, 0.0, 0.0]]
    assert x.grad.isfinite().all()


def test_rows_of_numbers_alone_are_left_alone():
    x = torch.randn(3, 2)
    assert MixedOutput([("number", 1), ("number", 1)])(x) is x


def test_it_serves_in_lower_precision():
    with torch.autocast("cpu", torch.bfloat16):
        rows = MixedOutput(SPANS)(torch.nn.Linear(3, 12)(torch.randn(5, 3)))
    assert rows.isfinite().all()
    assert float((rows[:, 8:12].float().sum(1) - 1).detach().abs().max()) < 0.02


def test_bounded_numbers_are_squashed_and_others_are_not():
    spans = [("bounded", 1), ("mode", 2), ("number", 1), ("bounded", 1)]
    x = 3 * torch.randn(50, 5)
    row = MixedOutput(spans)(x)
    torch.testing.assert_close(row[:, [0, 4]], x[:, [0, 4]].tanh())
    assert torch.equal(row[:, 3], x[:, 3])


def test_a_mode_is_chosen_as_a_category_is():
    x = torch.randn(50, 6)
    rows = []
    for kind in ("category", "mode"):
        torch.manual_seed(1)
        rows.append(MixedOutput([(kind, 2), ("number", 1), (kind, 3)], 0.2)(x))
    assert torch.equal(*rows)
    assert float(rows[1][:, 3:].sum(1).sub(1).abs().max()) < 1e-6
