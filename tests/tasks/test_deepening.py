"""Which games can be asked what, and what a deep report asks of them."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from sparring.core import Mixes, WrongUse
from sparring.data import Image, open_dataset
from sparring.games import GAN, InfoGAN, StyleGAN2
from sparring.metrics.features import Identity
from sparring.networks import (
    MLP,
    DCGANDiscriminator,
    DCGANGenerator,
    StyleDiscriminator,
    StyleGenerator,
)
from sparring.priors import Categorical, Normal, Uniform
from sparring.report.measures import Sample
from sparring.tasks import deepening
from sparring.tasks.deepening import deep_measures
from sparring.tasks.fitted import Fitted


@pytest.fixture(autouse=True)
def _seed():
    torch.manual_seed(0)
    torch.set_num_threads(1)


def pair():
    return MLP((6,), (1, 8, 8)), MLP((1, 8, 8), ())


def styled(classes=0):
    return StyleGAN2(
        StyleGenerator(6, 1, 8, 4, condition=classes),
        StyleDiscriminator(1, 8, 4, condition=classes),
        Normal(6),
        Categorical([1.0] * classes) if classes else None,
    )


def asked():
    networks = DCGANGenerator(6, 1, 8, 4, 10), DCGANDiscriminator(1, 8, 4, 10)
    return GAN(*networks, Normal(6), Categorical([0.1] * 10))


def fitted(game, classes=()):
    found = Fitted()
    found.model_, found.modality_ = game.eval(), Image(8, 1)
    known = {"kind": "classes"} if classes else {}
    found.spec_ = SimpleNamespace(classes=classes, fit=SimpleNamespace(asked=known))
    return found


@pytest.mark.parametrize(
    ("game", "classes", "names"),
    [
        (lambda: GAN(*pair(), Normal(6)), 0, {"path_length", "truncation_monotone"}),
        (lambda: GAN(*pair(), Uniform(6)), 0, {"path_length"}),
        (
            asked,
            10,
            {"path_length", "truncation_monotone", "classification_accuracy_score"},
        ),
        (styled, 0, {"path_length", "truncation_monotone", "coarse_minus_fine"}),
        (lambda: InfoGAN(MLP((20,), (1, 8, 8)), pair()[1], Normal(20)), 0, {"path_length"}),
    ],
    ids=["normal", "uniform", "classes", "styles", "codes"],
)
def test_a_game_is_asked_what_it_can(game, classes, names):
    found = deep_measures(
        fitted(game(), tuple("0123456789"[:classes])), open_dataset("digits"), None
    )
    assert {kind.name for measure in found for kind in measure.kinds} == names


def test_anything_but_pictures_is_refused():
    points = open_dataset(np.eye(30)[:, :2], modality="points")
    with pytest.raises(WrongUse, match=r"a deep report is of pictures, and .* is points data"):
        deep_measures(fitted(GAN(*pair(), Normal(6))), points, None)


def test_truncations_are_the_games_own_and_it_bears_them():
    assert GAN(*pair(), Normal(6)).truncations == (2.0, 1.5, 1.0, 0.7, 0.5)
    assert GAN(*pair(), Uniform(6)).truncations == ()
    assert styled().truncations == (1.0, 0.8, 0.6, 0.4)
    for game in (GAN(*pair(), Normal(6)), styled()):
        for at in game.truncations:
            with game.truncated(at):
                assert game.sample(2).shape == (2, 1, 8, 8)


def test_narrower_draws_are_of_the_same_latents():
    narrowed = deepening._narrowed(fitted(game := GAN(*pair(), Normal(6))), game)
    seen = []
    game.generator.register_forward_hook(lambda module, z, _: seen.append(z[0]))
    for at in (2.0, 0.5):
        narrowed(20, 3, at)
    wide, narrow = seen
    assert (wide.sign() == narrow.sign()).all()
    assert (wide.abs() > narrow.abs()).all()
    assert torch.equal(wide.flatten().argsort(), narrow.flatten().argsort())


def test_narrower_draws_of_classes_are_asked_for_the_same_ones():
    narrowed = deepening._narrowed(fitted(game := asked(), tuple("0123456789")), game)
    (_, first), (_, last) = (narrowed(30, 1, at) for at in (2.0, 0.5))
    assert np.array_equal(first, last)
    assert len(set(first)) > 3


def test_ways_begin_and_end_at_samples_of_the_same_class():
    game = asked()
    ways = deepening._ways(fitted(game, tuple("0123456789")), game, 300, 5)
    assert ways.spherical
    assert ways.start.shape == ways.end.shape == (300, 6)
    wanted = []
    game.generator.register_forward_hook(lambda module, given, _: wanted.append(given[1]))
    for latents in (ways.start, ways.end):
        assert ways.make(latents).shape == (300, 8, 8)
    first, last = torch.cat(wanted).chunk(2)
    assert torch.equal(first, last)


@pytest.mark.parametrize("classes", [0, 3])
def test_ways_of_styles_are_straight_and_lead_through_styles(classes):
    game = styled(classes)
    ways = deepening._ways(fitted(game), game, 4, 5)
    assert isinstance(game, Mixes)
    assert not ways.spherical
    layers = ways.start.reshape(4, game.generator.count, 6)
    assert (layers == layers[:, :1]).all()  # one style for all layers
    with torch.no_grad():
        made = game.sample(4, latent=torch.from_numpy(layers).float())
    assert np.array_equal(ways.make(ways.start), Image(8, 1).decode(made))


def test_styles_are_drawn_and_made_by_the_game():
    game = styled()
    styles = deepening._styles(fitted(game), game)
    drawn = styles.draw(300, 2)
    assert drawn.shape == (300, game.generator.count, 6)
    assert np.array_equal(drawn, styles.draw(300, 2))
    assert styles.make(drawn).shape == (300, 8, 8)


def test_asking_leaves_the_games_mode_and_the_random_state_alone():
    model = fitted(game := styled())
    game.train()
    before = torch.get_rng_state()
    found = deep_measures(model, open_dataset("digits"), None)
    measure = next(m for m in found if m.kinds[0].name == "path_length")
    held = Sample(np.zeros((20, 8, 8), np.uint8), Identity())
    round = SimpleNamespace(seed=0, reference=held, features=Identity())
    assert np.isfinite(measure.generated(round).items)
    assert game.training
    assert torch.equal(before, torch.get_rng_state())
