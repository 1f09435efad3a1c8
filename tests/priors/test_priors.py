"""Shapes, devices, and draws that several processes share."""

import pytest
import torch

from sparring.core.shares import set_share
from sparring.priors import Categorical, Codes, Mixture, Normal, TruncatedNormal, Uniform

PRIORS = [
    Normal(3), Normal(3).truncated(0.5), Uniform(3), Mixture(torch.randn(4, 3), 0.2),
    Categorical([1, 2]), Codes(0, (2,), 1),
]  # fmt: skip


@pytest.fixture(params=PRIORS, ids=lambda prior: type(prior).__name__.lower())
def prior(request):
    return request.param


def test_draws_are_a_row_an_item_and_their_log_density_a_number_an_item(prior):
    draws = prior.sample(5)
    assert draws.shape == ((5,) if isinstance(prior, Categorical) else (5, 3))
    assert prior.log_prob(draws).shape == (5,)
    assert prior.log_prob(draws).isfinite().all()


def test_draws_follow_from_the_seed(prior):
    drawn = []
    for _ in range(2):
        torch.manual_seed(3)
        drawn.append(prior.sample(8))
    assert torch.equal(*drawn)
    assert not torch.equal(prior.sample(64), prior.sample(64))


def test_processes_together_draw_what_one_would(prior):
    torch.manual_seed(0)
    whole = prior.sample(6)
    parts = []
    try:
        for rank in range(3):
            set_share(rank, 3)
            torch.manual_seed(0)
            parts.append(prior.sample(2))
    finally:
        set_share(0, 1)
    assert torch.equal(torch.cat(parts), whole)


def test_draws_are_made_where_the_prior_is(prior):
    assert prior.device == torch.device("cpu")
    assert type(prior)(*_arguments(prior)).to("meta").device == torch.device("meta")


def _arguments(prior):
    if isinstance(prior, Mixture):
        return prior.centres, prior.deviation
    if isinstance(prior, TruncatedNormal):
        return prior.dimensions, prior.threshold
    return ([1.0, 2.0],) if isinstance(prior, Categorical) else (prior.dimensions,)


def test_what_defines_a_prior_is_in_a_checkpoint():
    """A mixture's centres and a label's frequencies; nothing for the others."""
    kept = [sorted(prior.state_dict()) for prior in PRIORS]
    assert kept == [[], [], [], ["centres"], ["weights"], []]


def test_there_are_as_many_classes_as_weights():
    assert Categorical([1, 0, 2]).classes == 3


@pytest.mark.parametrize("threshold", [0.0, -1.0, float("nan")])
def test_a_threshold_that_leaves_nothing_is_refused(threshold):
    with pytest.raises(ValueError, match="threshold of a truncated normal must be above 0, got"):
        Normal(3).truncated(threshold)


def test_a_truncated_prior_can_be_truncated_further():
    assert Normal(3).truncated(2.0).truncated(0.5).sample(100).abs().max() <= 0.5
