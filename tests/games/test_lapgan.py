"""Every level of LAPGAN is a game of its own, played on real pictures."""

import pytest
import torch
from torch import nn

from sparring.core import Adam, Backend, TrainingState, WrongUse
from sparring.games import GAN, LAPGAN
from sparring.losses import LeastSquares
from sparring.networks import LaplacianDiscriminator, LaplacianGenerator
from sparring.networks.laplacian import gaussian
from sparring.priors import Categorical, Normal
from sparring.regularizers import R1, Augmentation, Hint

SIDES = (16, 8)


@pytest.fixture(autouse=True)
def _seed():
    torch.set_num_threads(1)
    torch.manual_seed(0)


class Pictures:
    batch_size = 4

    def __next__(self):
        return {"x": torch.rand(4, 1, 16, 16) * 2 - 1, "y": torch.tensor([0, 1, 2, 1])}

    def state_dict(self):
        return {}

    def load_state_dict(self, state): ...


def lapgan(condition=0, **options):
    generator = LaplacianGenerator(3, 1, 16, width=2, condition=condition)
    discriminator = LaplacianDiscriminator(1, 16, width=2, condition=condition)
    labels = Categorical([1] * condition) if condition else None
    return LAPGAN(generator, discriminator, Normal(256 + 3), labels, **options)


def test_each_levels_players_own_that_levels_networks_alone():
    game = lapgan()
    assert list(game.players) == [f"{who}_{side}" for side in SIDES for who in
                                  ("discriminator", "generator")]  # fmt: skip
    for index, side in enumerate(SIDES):
        for name in ("generator", "discriminator"):
            own = game.players[f"{name}_{side}"].parameters()
            assert own == list(getattr(game, name).levels[index].parameters())


def test_no_network_stands_twice_in_what_is_saved():
    kept = lapgan().state_dict()
    assert len({tensor.data_ptr() for tensor in kept.values()}) == len(kept)
    assert all(name.split(".")[0] in ("generator", "discriminator") for name in kept)


@pytest.mark.parametrize("condition", [0, 3])
def test_a_level_is_the_game_of_its_two_networks_beside_real_smaller_pictures(condition):
    """The losses are those of a GAN that is given I_k and makes u(I_(k+1)) + G_k."""
    game, batch = lapgan(condition, loss=LeastSquares()), next(Pictures())
    torch.nn.init.normal_(game.generator.levels[0].layers[-1].weight)
    fine, coarse = gaussian(batch["x"])
    band, z = game.generator.levels[0], torch.randn(4, 259)
    game.prior.sample = lambda n: z

    class Fixed(nn.Module):
        def forward(self, z, *y):
            return band(z[:, :256], coarse, *y)

    plain = GAN(
        Fixed(), game.discriminator.levels[0], game.prior, game.labels, loss=LeastSquares()
    )  # fmt: skip
    expected = {"x": fine, "y": batch["y"]}
    for name, loss in [("discriminator", plain.discriminator_loss),
                       ("generator", plain.generator_loss)]:  # fmt: skip
        found = game.players[f"{name}_16"].loss(batch)
        torch.testing.assert_close(found, loss(expected))


def test_the_coarsest_level_is_a_plain_gan():
    game, batch = lapgan(), next(Pictures())
    z = torch.randn(4, 259)
    game.prior.sample = lambda n: z
    fake = game.generator.levels[1](z[:, 256:])
    scores = game.discriminator.levels[1](fake)
    expected = nn.functional.softplus(-scores).mean()
    torch.testing.assert_close(game.players["generator_8"].loss(batch)["loss"], expected)


def test_no_level_depends_on_what_another_has_learnt():
    game, batch = lapgan(), next(Pictures())
    losses = []
    for _ in range(2):
        torch.manual_seed(1)
        losses.append(game.players["generator_16"].loss(batch)["loss"].item())
        for parameter in [*game.generator.levels[1].parameters(),
                          *game.discriminator.levels[1].parameters()]:  # fmt: skip
            nn.init.ones_(parameter)
    assert losses[0] == losses[1]


class Counting(Augmentation):
    """Keeps count of what it sees."""

    def __init__(self):
        super().__init__()
        self.register_buffer("seen", torch.zeros(()))

    def forward(self, x, batches=1):
        self.seen += len(x)
        return x

    def observe(self, real_scores, done): ...


class Sides(Hint):
    """Remembers which pictures it was asked about."""

    def __init__(self):
        self.seen = set()

    def __call__(self, generation):
        self.seen.add(generation.x.shape[-1])
        return {"hint": generation.x.mean()}


def test_what_is_given_to_all_levels_keeps_a_state_for_each():
    hint = Sides()
    game = lapgan(augmentation=Counting(), hints=[hint], extra_regularizers=[R1(1.0)],
                  generator_optimizer=Adam(0.5))  # fmt: skip
    state = TrainingState(game, Pictures(), Backend("cpu"))
    batch = next(Pictures())
    terms = {name: player.loss(batch) for name, player in game.players.items()}
    assert [name for name in terms if "r1" in terms[name]] == ["discriminator_16",
                                                               "discriminator_8"]  # fmt: skip
    assert hint.seen == {16}
    counts = [t for name, t in game.state_dict().items() if name.endswith("seen")]
    assert [int(count) for count in counts] == [12, 12]
    rates = {name: o.param_groups[0]["lr"] for name, o in state.optimizers.items()}
    assert rates["generator_16"] == rates["generator_8"] == 0.5


def test_networks_without_levels_are_refused():
    judge = LaplacianDiscriminator(1, 28, width=2)
    for maker in nn.Linear(3, 3), LaplacianGenerator(3, 1, 8, width=2):
        with pytest.raises(WrongUse, match=r"the same levels, got [02] and 3"):
            LAPGAN(maker, judge, Normal(3))


def test_a_score_needs_the_condition_that_the_game_has():
    game = lapgan(3)
    with pytest.raises(WrongUse, match="LAPGAN needs 'y'"):
        game.score(torch.zeros(2, 1, 16, 16))
    assert game.score(torch.zeros(2, 1, 16, 16), {"y": torch.tensor([0, 1])}).shape == (2,)
