"""CTGAN: its terms on paper, what its networks see, and what is asked of its samples."""

import math

import pytest
import torch
from scipy import stats
from torch import nn

from sparring.core import Adam, Backend, WrongUse, train
from sparring.data import InMemory
from sparring.data.conditioned import Conditioned
from sparring.games import CTGAN
from sparring.networks import MLP, CTGANDiscriminator, CTGANGenerator
from sparring.priors import Normal

SPANS = [("category", 2), ("bounded", 1), ("category", 3)]
FREQUENCIES = [0.9, 0.1, 0.5, 0.3, 0.2]


class Given(nn.Module):
    """A generator whose logits are those it was given, and which remembers what was asked."""

    def __init__(self, logits):
        super().__init__()
        self.row = nn.Parameter(torch.tensor(logits))
        self.calls = []

    def logits(self, z, condition=None):
        self.calls.append((condition, torch.is_grad_enabled()))
        return self.row.expand(len(z), -1)

    def output(self, logits):
        return logits

    def forward(self, z, condition=None):
        return self.output(self.logits(z, condition))


class Slope(nn.Module):
    """A discriminator that weighs the numbers of a pack, and remembers what it saw."""

    def __init__(self, weights):
        super().__init__()
        self.weights = nn.Parameter(torch.tensor(weights))  # (packing, width)
        self.packing = len(weights)
        self.calls = []

    def forward(self, x, condition=None):
        self.calls.append((x.detach().clone(), condition))
        return (x * self.weights).sum((1, 2))


def on_paper(**options):
    """Packs of 2 rows; the slope of a pack's score is (3, 0, ...; 0, 4, 0, ...), 5 long."""
    weights = [[3.0, 0, 0, 0, 0, 0], [0, 4.0, 0, 0, 0, 0]]
    judge = Slope(weights)
    logits = [1.0, 2.0, 0.5, 0.0, math.log(2), math.log(5)]
    options = {"spans": SPANS, "frequencies": FREQUENCIES, **options}
    return CTGAN(Given(logits), judge, Normal(1), **options)


def batch(n=4):
    x = torch.arange(6.0 * n).view(n, 6)
    return {"x": x, "condition": torch.tensor([0, 3, 4, 2])[torch.arange(n) % 4]}


def real_game(packing=2, **options):
    torch.manual_seed(0)
    pair = CTGANGenerator(4, SPANS, (8, 8)), CTGANDiscriminator(6, 5, packing, (16, 16))
    options = {"spans": SPANS, "frequencies": FREQUENCIES, **options}
    return CTGAN(*pair, Normal(4), **options)


def detached(terms):
    return {name: value.item() for name, value in terms.items()}


def test_the_discriminators_terms_are_those_on_paper():
    """Real packs score 3 * 0 + 4 * 7 and 3 * 12 + 4 * 19, fake ones 3 + 4 * 2; the slope is 5."""
    terms = detached(on_paper().discriminator_loss(batch()))
    assert terms["loss"] == pytest.approx(11 - (28 + 112) / 2)
    assert terms["gradient_penalty"] == pytest.approx(10 * (5 - 1) ** 2, rel=1e-5)


def test_the_generators_terms_are_those_on_paper():
    """Asked is 0 of (1, 2), then 3, 4, 2: log 2, log 5 and 0 of the second block's three."""
    terms = detached(on_paper().generator_loss(batch()))
    assert terms["loss"] == pytest.approx(-11)
    asked = [math.log1p(math.e), math.log(8 / 2), math.log(8 / 5), math.log(8)]
    assert terms["condition"] == pytest.approx(sum(asked) / 4, rel=1e-5)


def test_rows_are_packed_in_their_order_with_what_was_asked_of_them():
    game, items = on_paper(), batch()
    game.discriminator_loss(items)
    seen, asked = game.discriminator.calls[0]
    assert seen.shape == (4, 2, 6)
    assert torch.equal(seen[::2], items["x"].view(2, 2, 6))
    assert torch.equal(seen[1::2], game.generator.row.detach().expand(2, 2, 6))
    packs = items["condition"].view(2, 2)
    assert torch.equal(asked[::2], packs)
    assert torch.equal(asked[1::2], packs)


def test_the_penalty_is_taken_between_a_real_pack_and_a_fake_one_at_one_place_for_all_its_rows():
    game, items = on_paper(), batch()
    game.discriminator_loss(items)
    points, asked = game.discriminator.calls[1]
    real = items["x"].view(2, 2, 6)
    fake = game.generator.row.detach().expand(2, 2, 6)
    shares = ((points - fake) / (real - fake)).flatten(1)
    torch.testing.assert_close(shares, shares[:, :1].expand_as(shares), rtol=1e-3, atol=1e-4)
    assert torch.equal(asked, items["condition"].view(2, 2))


def test_the_discriminators_turn_does_not_run_back_through_the_generator():
    game = on_paper()
    game.discriminator_loss(batch())
    game.generator_loss(batch())
    assert [graph for _, graph in game.generator.calls] == [False, True]


def test_the_generator_is_asked_for_what_the_batch_asks():
    game, items = on_paper(), batch()
    game.generator_loss(items)
    assert torch.equal(game.generator.calls[0][0], items["condition"])


def test_each_player_moves_on_a_batch_of_its_own():
    asked = []

    class Numbered:
        batch_size = 4

        def __next__(self):
            asked.append(len(asked))
            return {**batch(), "condition": torch.full((4,), asked[-1] % 5)}

        def state_dict(self):
            return {}

        def load_state_dict(self, state): ...

    game = on_paper()
    train(game, Numbered(), steps=2, backend=Backend("cpu"))
    assert [int(c[0]) for c, _ in game.generator.calls] == [0, 1, 2, 3]


def test_optimizers_are_those_of_the_paper():
    players = real_game().players
    for player, decay in (("discriminator", 0.0), ("generator", 1e-6)):
        spec = players[player].optimizer
        assert (spec.lr, spec.betas, spec.weight_decay) == (2e-4, (0.5, 0.9), decay)


def test_a_sample_has_the_value_that_it_is_asked_for_and_the_rest_is_the_generators():
    game = real_game().eval()
    condition = torch.arange(100) % 5
    torch.manual_seed(1)
    row = game.sample(100, {"condition": condition})
    assert (row[:, [0, 1, 3, 4, 5]].gather(1, condition[:, None]) == 1).all()
    torch.manual_seed(1)
    raw = game.generator(game.prior.sample(100), condition)
    second = condition >= 2
    assert torch.equal(row[second, :3], raw[second, :3])
    assert torch.equal(row[~second, 2:], raw[~second, 2:])
    assert (row[:, :2].sum(1) - 1).abs().max() < 1e-6


def test_to_sample_blocks_are_asked_evenly_and_values_by_their_true_frequencies():
    """Not by the logarithms that the training goes by."""
    torch.manual_seed(0)
    game = on_paper()
    game.sample(20_000)
    counts = torch.bincount(game.generator.calls[0][0], minlength=5).numpy()
    expected = [10_000 * f for f in FREQUENCIES]
    assert stats.chisquare(counts, expected).pvalue > 1e-3


def test_a_latent_fixes_what_the_generator_starts_from():
    game = real_game().eval()
    asked = {"condition": torch.arange(6) % 5}

    def places(z):
        return game.sample(6, asked, z)[:, 2]  # what else is in a row, noise chooses

    z = game.latent(6)
    assert torch.equal(places(z), places(z))
    assert not torch.equal(places(z), places(game.latent(6)))


def test_a_condition_that_holds_only_other_things_asks_for_nothing():
    assert real_game().sample(3, {"y": torch.zeros(3)}).shape == (3, 6)


def test_a_table_without_categories_is_learnt_unasked():
    spans = [("bounded", 1), ("mode", 3)]
    pair = CTGANGenerator(4, spans, (8,)), CTGANDiscriminator(4, 0, 2, (16,), dropout=0.2)
    game = CTGAN(*pair, Normal(4), spans=spans)
    x = torch.cat([torch.rand(20, 1), torch.eye(3)[torch.arange(20) % 3]], 1)
    state = train(game, Conditioned(InMemory(x), spans, 8), steps=3, backend=Backend("cpu"))
    assert {name for terms in state.terms for name in terms} == {
        "discriminator/loss", "discriminator/gradient_penalty", "generator/loss",
    }  # fmt: skip
    assert game.sample(5).shape == (5, 4)


def mates(n=600):
    """Two categories that always go together, the second value in one row of ten."""
    first = (torch.arange(n) % 10 == 0).long()
    spans = [("category", 2), ("category", 2)]
    return InMemory(torch.cat([torch.eye(2)[first], torch.eye(2)[first]], 1)), spans


def test_it_learns_which_values_go_together_and_how_often_they_come():
    source, spans = mates()
    torch.manual_seed(0)
    batches = Conditioned(source, spans, 100)
    pair = CTGANGenerator(8, spans, (32, 32)), CTGANDiscriminator(4, 4, 10, (64, 64))
    frequencies = batches.categories.frequencies
    fast = Adam(2e-3, (0.5, 0.9))
    game = CTGAN(
        *pair, Normal(8), spans=spans, frequencies=frequencies,
        generator_optimizer=fast, discriminator_optimizer=fast,
    )  # fmt: skip
    train(game, batches, steps=700, backend=Backend("cpu"))
    game.eval()
    for value in (0, 1):
        row = game.sample(1000, {"condition": torch.full((1000,), value)})
        assert float((row[:, 2:].argmax(1) == value).float().mean()) > 0.95
    row = game.sample(4000)
    assert float((row[:, :2].argmax(1) == row[:, 2:].argmax(1)).float().mean()) > 0.95
    assert float(row[:, :2].argmax(1).float().mean()) == pytest.approx(0.1, abs=0.03)


def test_the_papers_own_networks_train_with_normalisation_over_the_batch():
    source, spans = mates()
    batches = Conditioned(source, spans, 40)
    pair = CTGANGenerator(8, spans), CTGANDiscriminator(4, 4)
    game = CTGAN(*pair, Normal(8), spans=spans, frequencies=batches.categories.frequencies)
    state = train(game, batches, steps=3, backend=Backend("cpu"))
    assert all(p.isfinite().all() for p in game.parameters())
    assert int(game.generator.norms[0].num_batches_tracked) == 6
    assert state.samples == 6 * 40


WRONG = {
    "frequencies for other spans": (
        lambda: on_paper(frequencies=[0.5, 0.5]),
        "frequencies must be one a category, 5 for these spans, got 2.",
    ),
    "a generator in one piece": (
        lambda: CTGAN(MLP((1,), (6,)), Slope([[1.0]]), Normal(1), spans=SPANS,
                      frequencies=FREQUENCIES),
        "a network of CTGAN must have logits and output, as those of networks='ctgan' have, got "
        "MLP.",
    ),
    "a judge of single rows": (
        lambda: CTGAN(Given([0.0]), MLP((1,), ()), Normal(1), spans=[("number", 1)]),
        "a network of CTGAN must have packing, as those of networks='ctgan' have, got MLP.",
    ),
    "packs of nothing": (
        lambda: CTGANDiscriminator(6, packing=0),
        "packing of CTGANDiscriminator must be at least 1, got 0.",
    ),
    "a batch that can't be packed": (
        lambda: on_paper().discriminator_loss(batch(3)),
        "the batch of CTGAN, or a process's share of it, must be a multiple of its packing, 2, "
        "got 3; give another batch_size.",
    ),
    "a batch without what was asked": (
        lambda: on_paper().generator_loss({"x": torch.zeros(4, 6)}),
        "CTGAN needs 'condition' in every batch and condition, got 'x'.",
    ),
    "a condition for others": (
        lambda: on_paper().sample(3, {"condition": torch.tensor([1, 2])}),
        "condition['condition'] must name 3 values from 0 to 4, one a row, got tensor([1, 2]).",
    ),
    "a value that there isn't": (
        lambda: on_paper().sample(1, {"condition": torch.tensor([5])}),
        "condition['condition'] must name 1 values from 0 to 4, one a row, got tensor([5]).",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_wrong_use_gets_its_sentence(case):
    provoke, sentence = WRONG[case]
    with pytest.raises(WrongUse) as caught:
        provoke()
    assert str(caught.value) == sentence
