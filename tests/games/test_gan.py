"""The game of two: what its losses see, and what it can do."""

import pytest
import torch
from torch import nn

from sparring.core import (
    SGD,
    Alternating,
    Backend,
    Samples,
    Scores,
    TrainingState,
    WrongUse,
    train,
)
from sparring.core.penalised import are_penalised
from sparring.games import GAN, LSGAN, R3GAN, SNGAN, WGAN, WGANGP
from sparring.losses import LeastSquares, Minimax, NonSaturating, RelativisticPaired
from sparring.networks import MLP
from sparring.priors import Categorical, Normal
from sparring.regularizers import R1, R2, Checked, GradientPenalty, Lazy, Violation


class Recording(nn.Module):
    """A network that remembers what it was given."""

    def __init__(self, network):
        super().__init__()
        self.network, self.calls = network, []

    def forward(self, x, y=None):
        self.calls.append((x.detach().clone(), y, torch.is_grad_enabled()))
        return self.network(x) if y is None else self.network(x, y)


def make(kind=GAN, classes=0, **options):
    generator = Recording(MLP((3,), (2,), (8,), classes))
    discriminator = Recording(MLP((2,), (), (8,), classes))
    labels = Categorical([1.0] * classes) if classes else None
    return kind(generator, discriminator, Normal(3), labels, **options)


def batch(n=4, classes=0):
    items = {"x": torch.randn(n, 2)}
    return {**items, "y": torch.arange(n) % classes} if classes else items


def test_real_and_generated_items_are_judged_in_one_call():
    game, items = make(), batch()
    game.discriminator_loss(items)
    (judged,) = game.discriminator.calls
    assert judged[0].shape == (8, 2)
    assert torch.equal(judged[0][:4], items["x"])


def test_both_turns_of_a_step_are_about_the_same_items():
    game = make()
    game.discriminator_loss(batch())
    game.generator_loss(batch())
    assert [graph for _, _, graph in game.generator.calls] == [True]
    # What the discriminator judged was a constant to it.
    judged = [call[0] for call in game.discriminator.calls]
    assert torch.equal(judged[0][4:], judged[1])


def test_a_generator_that_has_moved_makes_new_items():
    game = make()
    game.discriminator_loss(batch())
    with torch.no_grad():
        for parameter in game.generator.parameters():
            parameter.add_(0.1)
    game.generator_loss(batch())
    assert len(game.generator.calls) == 2


def test_items_for_one_of_several_turns_are_made_without_a_graph():
    game = make(discriminator_turns=2)
    game.discriminator_loss(batch())
    game.generator_loss(batch())
    assert [graph for _, _, graph in game.generator.calls] == [False, True]


def test_the_generator_is_judged_alone_unless_the_loss_is_relative():
    for loss, judged in ((NonSaturating(), 4), (RelativisticPaired(), 8)):
        game = make(loss=loss)
        game.generator_loss(batch())
        assert len(game.discriminator.calls[0][0]) == judged


def test_each_generated_item_has_the_class_of_the_real_one_beside_it():
    game, items = make(classes=3), batch(classes=3)
    game.discriminator_loss(items)
    assert torch.equal(game.generator.calls[0][1], items["y"])
    assert torch.equal(game.discriminator.calls[0][1], torch.cat([items["y"], items["y"]]))


def test_every_move_draws_new_latents():
    game, items = make(), batch()
    for loss in (game.discriminator_loss, game.generator_loss) * 2:
        loss(items)
    game.generator_loss(items)
    latents = [z for z, _, _ in game.generator.calls]
    assert not torch.equal(latents[0], latents[1])
    assert not torch.equal(latents[1], latents[2])


def test_regularizers_add_their_terms_beside_the_loss():
    terms = make(R3GAN).discriminator_loss(batch())
    assert sorted(terms) == ["loss", "r1", "r2"]
    assert sorted(make(WGANGP).discriminator_loss(batch())) == ["gradient_penalty", "loss"]


def test_a_lazy_regularizer_counts_the_games_steps():
    game = make(regularizers=[Lazy(R1(), every=2)])
    found = []
    for game.step in range(3):
        found.append(sorted(game.discriminator_loss(batch())))
    assert found == [["loss", "r1"], ["loss"], ["loss", "r1"]]


def test_scores_of_patches_count_as_one_game():
    """A discriminator may give several scores an item; every one is judged."""
    patches = MLP((2,), (1, 3, 3), (8,))
    game = GAN(MLP((3,), (2,), (8,)), patches, Normal(3), loss=Minimax())
    items = batch()
    torch.manual_seed(0)
    loss = game.discriminator_loss(items)["loss"]
    torch.manual_seed(0)
    fake = game.generator(Normal(3).sample(4))
    expected = Minimax().discriminator(patches(items["x"]), patches(fake))
    torch.testing.assert_close(loss, expected)
    assert game.score(items["x"]).shape == (4,)
    torch.testing.assert_close(game.score(items["x"]), patches(items["x"]).mean((1, 2, 3)))


def test_samples_follow_from_their_latents_and_condition():
    game = make(classes=3)
    latent, y = game.latent(5), torch.tensor([0, 1, 2, 0, 1])
    first = game.sample(5, {"y": y}, latent)
    assert first.shape == (5, 2)
    assert torch.equal(first, game.sample(5, {"y": y}, latent))
    assert torch.equal(first, game.generator.network(latent, y))
    assert not torch.equal(first, game.sample(5, {"y": 2 - y}, latent))


def test_without_a_condition_classes_come_as_often_as_in_the_data():
    game = GAN(
        Recording(MLP((3,), (2,), (8,), 3)), MLP((2,), (), (8,), 3), Normal(3),
        Categorical([0.0, 1.0, 0.0]),
    )  # fmt: skip
    game.sample(20)
    assert game.generator.calls[0][1].tolist() == [1] * 20


def test_scores_are_higher_for_what_the_discriminator_was_taught_is_real():
    torch.manual_seed(0)
    game = make(generator_optimizer=SGD(1e-6), discriminator_optimizer=SGD(0.1))

    class Far:
        batch_size = 16

        def __next__(self):
            return {"x": torch.randn(16, 2) + 4}

        def state_dict(self):
            return {}

        def load_state_dict(self, state): ...

    train(game, Far(), steps=100, backend=Backend("cpu"))
    real, fake = game.score(torch.randn(200, 2) + 4), game.score(game.sample(200))
    assert real.min() > fake.max()


def test_it_samples_and_scores_and_averages_its_generator():
    game = make()
    assert isinstance(game, Samples)
    assert isinstance(game, Scores)
    assert len(game.averaged_tensors()) == len(list(game.generator.parameters()))


@pytest.mark.parametrize(
    ("kind", "turns", "fresh"),
    [
        (GAN, 1, False),
        (LSGAN, 1, False),
        (R3GAN, 1, False),
        (WGAN, 5, True),
        (WGANGP, 5, True),
        (SNGAN, 5, True),
    ],
)
def test_the_discriminator_moves_as_often_as_in_the_paper(kind, turns, fresh):
    first, second = make(kind).order()
    assert (first.player, first.times, first.fresh) == ("discriminator", turns, fresh)
    assert (second.player, second.times) == ("generator", 1)


def test_games_are_one_class_with_other_parts():
    assert make(LSGAN, a=-1.0, c=0.0).adversarial_loss == LeastSquares(-1.0, 1.0, 0.0)
    assert [regularizer.gamma for regularizer in make(R3GAN, gamma=0.3).regularizers] == [0.3, 0.3]
    assert make(WGANGP, penalty=2.0).regularizers[0].weight == 2.0


def test_wgans_weights_stay_in_their_box_from_the_first_move():
    game = make(WGAN, clip=0.02)
    state = TrainingState(game, Steady(), Backend("cpu"))
    assert max(p.abs().max() for p in state.parameters["discriminator"]) > 0.1
    Alternating().step(state)
    assert max(p.abs().max() for p in state.parameters["discriminator"]) <= 0.02
    assert max(p.abs().max() for p in state.parameters["generator"]) > 0.1


class Steady:
    batch_size = 4

    def __next__(self):
        return batch()

    def state_dict(self):
        return {}

    def load_state_dict(self, state): ...


@pytest.mark.parametrize(
    ("regularizers", "expected"),
    [
        ([], [False]),
        ([R1(), R2()], [True]),
        ([R1()], [True, False]),
        ([GradientPenalty()], [False, True]),
        ([Lazy(R1(), 4)], [False]),
    ],
)
def test_layers_are_told_when_their_slopes_will_be_penalised(regularizers, expected):
    told = []

    discriminator = MLP((2,), ())
    discriminator.register_forward_pre_hook(lambda *_: told.append(are_penalised()))
    judge = Recording(discriminator)
    game = GAN(MLP((3,), (2,)), judge, Normal(3), regularizers=regularizers)
    game.step = 1
    game.discriminator_loss({"x": torch.randn(4, 2)})
    assert told == expected
    game.generator_loss({"x": torch.randn(4, 2)})
    assert told[-1] is False


def test_every_one_of_several_terms_of_one_name_counts():
    low, high = (Violation(lambda x, s=s: x.square().sum(1) * s, name="at") for s in (1, 2))
    game = make(hints=[low, high], extra_regularizers=[R1(1.0), R1(2.0)])
    batch = {"x": torch.randn(4, 2)}
    made, judged = game.generator_loss(batch), game.discriminator_loss(batch)
    assert float(made["at 2"].detach()) == pytest.approx(2 * float(made["at"].detach()))
    assert float(judged["r1 2"].detach()) == pytest.approx(2 * float(judged["r1"].detach()))


def test_two_players_of_one_name_are_refused():
    hints = [Checked(lambda x: x[:, 0] > 0, MLP((2,), ())) for _ in range(2)]
    with pytest.raises(WrongUse, match="two players are named 'valid'; give each hint a name"):
        make(hints=hints)
