"""NADE: an exact distribution, whose draws and completions are what its probabilities say."""

import itertools

import pytest
import torch
from scipy.stats import chisquare

from sparring.core import Adam, Backend, Completes, Evaluates, WrongUse, train
from sparring.data import Batches, InMemory
from sparring.games import NADE
from sparring.networks import Conditionals
from sparring.networks.picking import pick

SPANS = [("token", 3), ("ordinal", 4), ("token", 2)]
SIZES = [3, 4, 2]


def game(spans=SPANS, seed=0, spread=1.5, **options):
    """Any weights, far from uniform."""
    torch.manual_seed(seed)
    network = Conditionals(spans, hidden=6)
    for parameter in (network.lookup, network.output):
        with torch.no_grad():
            parameter[:-1] = spread * torch.randn_like(parameter[:-1])
    torch.nn.init.normal_(network.bias)
    torch.nn.init.normal_(network.output_bias)
    return NADE(network, **options).eval()


def every_row(sizes=SIZES):
    """All rows of tokens, (product of sizes, d), in the middle of each token."""
    return torch.tensor(list(itertools.product(*(range(size) for size in sizes)))) + 0.5


def number_of(x, sizes=SIZES):
    """Which of `every_row` each row is."""
    number = torch.zeros(len(x), dtype=torch.long)
    for part, size in zip(x.floor().long().unbind(1), sizes, strict=True):
        number = number * size + part
    return number


def agree(x, chances, sizes=SIZES):
    """Whether frequencies are as expected, by a chi-square test at 1 in 1000."""
    counts = torch.bincount(number_of(x, sizes), minlength=len(chances)).double()
    expected = chances.double() * len(x)
    assert not counts[expected < 1e-9].any()
    often = expected > 5
    observed = torch.cat([counts[often], counts[~often].sum()[None]])
    wanted = torch.cat([expected[often], expected[~often].sum()[None]])
    some = wanted > 0.5
    observed, wanted = observed[some], wanted[some]
    wanted = wanted * observed.sum() / wanted.sum()
    if len(wanted) == 1:
        return True
    return bool(chisquare(observed.numpy(), wanted.numpy()).pvalue > 1e-3)


@torch.no_grad()
def apart(x, weights):
    """Total variation between rows' frequencies and what is in proportion to weights."""
    frequencies = torch.bincount(number_of(x), minlength=len(weights)) / len(x)
    assert not frequencies[weights == 0].any()
    return float(0.5 * (frequencies - weights / weights.sum()).abs().sum())


@pytest.mark.parametrize("seed", range(4))
def test_probabilities_of_all_rows_add_up_to_one(seed):
    with torch.no_grad():
        total = game(seed=seed).log_prob(every_row()).exp().sum()
    assert total.item() == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("first", list(itertools.product([False, True], repeat=3)))
def test_they_do_in_every_order_that_is_trained(first):
    x = every_row()
    order = torch.tensor(first).expand(len(x), -1)
    with torch.no_grad():
        total = game()._log_prob(x, order).exp().sum()
    assert total.item() == pytest.approx(1, abs=1e-5)


def test_positions_in_tokens_change_no_probability():
    made = game()
    x = every_row()
    assert torch.equal(made.log_prob(x), made.log_prob(x.floor()))
    assert torch.equal(made.log_prob(x), made.score(x))


def test_rows_are_drawn_as_often_as_they_are_probable():
    made = game()
    torch.manual_seed(1)
    chances = made.log_prob(every_row()).exp().detach()
    assert agree(made.sample(3000), chances)
    # Many rows are drawn by what they have in common.
    assert agree(made.sample(60_000), chances)
    other = game(seed=9).log_prob(every_row()).exp().detach()
    assert not agree(made.sample(3000), other)


def test_positions_are_uniform_in_their_token():
    torch.manual_seed(0)
    x = game().sample(20_000)
    position = (x - x.floor()).flatten()
    assert x.dtype == torch.float32
    counts = torch.histc(position, 10, 0, 1)
    assert chisquare(counts.numpy()).pvalue > 1e-3
    assert (x >= 0).all()
    assert (x < torch.tensor(SIZES)).all()


def test_the_same_latents_are_the_same_rows():
    made = game()
    latent = made.latent(9000)
    first = made.sample(9000, latent=latent)
    assert torch.equal(first, made.sample(9000, latent=latent))
    assert not torch.equal(first, made.sample(9000))
    assert latent.shape == (9000, 6)


def test_one_row_is_the_row_that_it_is_among_many():
    """Up to a draw that lies within rounding of the border between two tokens."""
    made = game()
    latent = made.latent(20_000)
    many = made.sample(20_000, latent=latent)
    few = made.sample(500, latent=latent[:500])
    assert (many[:500].floor() == few.floor()).all(1).float().mean() > 0.99


def test_what_is_known_stays_to_the_last_bit():
    made = game()
    torch.manual_seed(0)
    x = torch.full((500, 3), -1.0)
    x[:, 1] = 2.123
    x[::3, 0] = 1.75
    whole = made.complete(x)
    assert torch.equal(whole[x >= 0], x[x >= 0])
    assert (whole >= 0).all()
    assert torch.equal(made.complete(whole), whole)
    assert torch.equal(x[:, 2], torch.full((500,), -1.0))


KNOWN = pytest.mark.parametrize("known", [(), (0,), (1,), (2,), (0, 1), (1, 2), (0, 2)])
VALUES = torch.tensor([1.5, 2.5, 0.5])


def rows_with(known):
    """All rows, which of them have VALUES in some columns, and 6000 of which those are known."""
    x = torch.full((6000, 3), -1.0)
    x[:, list(known)] = VALUES[list(known)]
    rows = every_row()
    return rows, (rows == VALUES)[:, list(known)].all(1), x


@KNOWN
def test_samples_are_drawn_in_an_order_that_starts_with_what_is_known(known):
    made = game()
    rows, fits, x = rows_with(known)
    first = torch.tensor([column in known for column in range(3)])
    chances = made._log_prob(rows, first.expand(len(rows), -1)).exp().detach() * fits
    torch.manual_seed(2)
    assert agree(made.sample(6000, {"x": x}), chances / chances.sum())


@KNOWN
def test_rows_are_completed_as_probable_as_the_own_order_finds_them(known):
    """Total variation is up to .33 for candidates that aren't weighed."""
    made = game(spread=0.5)
    rows, fits, x = rows_with(known)
    torch.manual_seed(2)
    assert apart(made.complete(x.repeat(5, 1)), made.log_prob(rows).exp() * fits) < 0.05


def test_rows_may_differ_in_what_is_known():
    made = game(spread=0.5)
    torch.manual_seed(3)
    kinds = torch.full((3, 3), -1.0)
    kinds[1, 0], kinds[2, 2] = 0.5, 1.5
    x = kinds.repeat(20_000, 1)
    rows, whole, plain = every_row(), made.complete(x), made.sample(len(x), {"x": x})
    for place, kind in enumerate(kinds):
        law = made.log_prob(rows).exp() * ((rows == kind) | (kind < 0)).all(1)
        assert apart(whole[place::3], law) < max(0.02, 0.7 * apart(plain[place::3], law))


def test_a_condition_of_sample_is_what_complete_is_given():
    made = game()
    x = torch.full((50, 3), -1.0)
    x[:, 0] = 2.5
    assert (made.sample(50, {"x": x})[:, 0] == 2.5).all()
    with pytest.raises(WrongUse, match="must have 50 rows, one a sample, got 49"):
        made.sample(50, {"x": x[1:]})


# What is allowed


def test_one_limited_column_is_drawn_from_what_is_allowed_of_it():
    made = game(spread=0.5)
    torch.manual_seed(4)
    allowed = {1: torch.tensor([[0.0, 0.0], [0.0, 1.0], [0.5, 0.75], [1.0, 1.0]])}
    x = made.complete(torch.full((20_000, 3), -1.0), allowed)
    token, position = x[:, 1].floor(), x[:, 1] % 1
    assert set(token.tolist()) == {1, 2}
    inside = position[token == 2]
    assert inside.min() >= 0.5
    assert inside.max() <= 0.75
    # Of a quarter of a token, a quarter of its chance.
    rows = every_row()
    share = torch.tensor([0.0, 1.0, 0.25, 0.0])[rows[:, 1].floor().long()]
    assert apart(x, made.log_prob(rows).exp() * share) < 0.1


def test_several_limited_columns_are_drawn_as_probable_as_they_are_together():
    made = game(seed=5, spread=0.5)
    torch.manual_seed(5)
    allowed = {
        0: torch.tensor([[0.0, 1.0], [0.0, 1.0], [0.0, 0.0]]),
        2: torch.tensor([[0.0, 0.0], [0.0, 1.0]]),
    }
    rows = every_row()
    fits = (rows[:, 0] < 2) & (rows[:, 2] >= 1)
    x = made.complete(torch.full((30_000, 3), -1.0), allowed)
    assert apart(x, made.log_prob(rows).exp() * fits) < 0.05


def test_candidates_of_tiny_probabilities_are_still_weighed():
    """Shares of e^-70 and e^-71 of a token, in two columns, are as 1 to e^-1 in each."""
    bias = torch.tensor([-70.0, -71.0, 0.0])
    made = game([("token", 3)] * 2)
    for parameter in (made.network.lookup, made.network.output):
        torch.nn.init.zeros_(parameter)
    with torch.no_grad():
        made.network.output_bias.copy_(bias.repeat(2))
    open_to = torch.tensor([[0.0, 1.0], [0.0, 1.0], [0.0, 0.0]])
    torch.manual_seed(0)
    x = made.complete(torch.full((20_000, 2), -1.0), {0: open_to, 1: open_to}).floor()
    one = bias.masked_fill(bias == 0, -torch.inf).softmax(0)
    assert agree(x, one.outer(one).flatten(), [3, 3])


def test_what_is_known_and_what_is_allowed_hold_together():
    made = game()
    torch.manual_seed(6)
    x = torch.full((4000, 3), -1.0)
    x[:, 0] = 1.5
    allowed = {2: torch.tensor([[0.0, 0.5], [0.0, 0.0]])}
    whole = made.complete(x, allowed)
    assert (whole[:, 0] == 1.5).all()
    assert (whole[:, 2] <= 0.5).all()


def test_a_column_of_which_nothing_is_allowed_is_refused():
    with pytest.raises(WrongUse, match="nothing is allowed in column 2"):
        game().complete(torch.full((3, 3), -1.0), {2: torch.zeros(2, 2)})


# Training


def test_unknown_entries_count_for_nothing():
    """p of the known ones alone: their product, in the columns' own order."""
    made = game()
    x = every_row()
    part = x.clone()
    part[:, 2] = -1
    sums = made.log_prob(x).exp().view(-1, 2).sum(1)
    torch.testing.assert_close(made.log_prob(part).exp().view(-1, 2)[:, 0], sums)
    assert not made.log_prob(torch.full((4, 3), -1.0)).any()


def test_the_loss_is_the_mean_negative_log_likelihood():
    made = game(given=0.0)
    x = every_row()
    assert made.loss({"x": x})["loss"].item() == pytest.approx(-made.log_prob(x).mean().item())


def test_any_set_of_columns_comes_first_in_some_order():
    made = game(given=1.0)
    torch.manual_seed(0)
    first = made._first(4000, 3, torch.device("cpu"))
    counts = torch.bincount(first.long() @ torch.tensor([4, 2, 1]), minlength=8) / 4000
    # Half of the time one column; else their number is uniform among 0, 1, 2, 3, and so is the
    # set of each number.
    expected = torch.tensor([3, 5, 5, 1, 5, 1, 1, 3]) / 24
    torch.testing.assert_close(counts, expected, atol=0.03, rtol=0)
    assert not game(given=0.0)._first(100, 3, torch.device("cpu")).any()


def test_it_learns_a_dependence_in_both_directions():
    """The second column is the first plus one, the third a coin."""
    torch.manual_seed(0)
    first = torch.randint(3, (2000,))
    x = torch.stack([first, first + 1, torch.randint(2, (2000,))], 1) + 0.5
    made = NADE(Conditionals(SPANS, hidden=16), optimizer=Adam(1e-2, (0.9, 0.99)))
    train(made, Batches(InMemory(x), 200), steps=300, backend=Backend("cpu"))
    given = torch.full((600, 3), -1.0)
    given[:, 1] = torch.arange(600) % 3 + 1.5
    torch.manual_seed(1)
    whole = made.complete(given).floor()
    assert (whole[:, 0] + 1 == whole[:, 1]).float().mean() > 0.98
    # ln 3 for the first, nothing for the second, ln 2 for the coin.
    assert -made.log_prob(x).mean().item() == pytest.approx(1.0986 + 0.6931, abs=0.05)


def test_its_abilities_are_those_of_a_density():
    assert isinstance(game(), Evaluates)
    assert isinstance(game(), Completes)


@pytest.mark.parametrize("given", [-0.1, 1.1])
def test_wrong_use_is_refused(given):
    with pytest.raises(WrongUse, match=r"given must be within \[0, 1\]"):
        game(given=given)


# Picking


@pytest.mark.parametrize("k", [1, 2, 16, 32, 33, 100, 257])
def test_picking_inverts_the_cumulative_distribution(k):
    torch.manual_seed(k)
    logits = 2 * torch.randn(1, k)
    chances = logits.double().softmax(1)[0]
    uniform = torch.rand(20_000, 1)
    picked = pick(logits.expand(20_000, -1).clone(), uniform)
    edges = torch.cat([torch.zeros(1, dtype=torch.double), chances.cumsum(0)])
    low, high = edges[picked], edges[picked + 1]
    u = uniform[:, 0].double()
    assert (u >= low - 1e-5).all()
    assert (u <= high + 1e-5).all()


@pytest.mark.parametrize("k", [5, 40, 200])
def test_what_is_impossible_is_never_picked(k):
    logits = torch.full((4, k), -torch.inf)
    possible = torch.tensor([0, k // 2, k - 1, 3])
    logits[torch.arange(4), possible] = 0.0
    for u in (1e-6, 0.5, 1 - 1e-6):
        assert torch.equal(pick(logits.clone(), torch.full((4, 1), u)), possible)
