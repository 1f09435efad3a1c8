"""StyleGAN 2: mixing, truncation, lazy terms, and what it asks of a generator."""

import pytest
import torch

from sparring.core import Adam, WrongUse, evaluating
from sparring.games import StyleGAN2
from sparring.games.middles import mean_style
from sparring.networks import MLP, StyleDiscriminator, StyleGenerator
from sparring.priors import Categorical, Normal


@pytest.fixture(autouse=True)
def _seed():
    torch.manual_seed(0)
    torch.set_num_threads(1)


def make(classes=0, **options):
    generator = StyleGenerator(6, 1, 8, width=4, condition=classes)
    discriminator = StyleDiscriminator(1, 8, width=4, group=2, condition=classes)
    labels = Categorical([1.0] * classes) if classes else None
    return StyleGAN2(generator, discriminator, Normal(6), labels, **options)


def batch(n=8):
    return {"x": torch.randn(n, 1, 8, 8)}


def watched(game):
    """The styles that the synthesis is given, call by call."""
    calls, synthesis = [], game.generator.synthesis

    def record(w):
        calls.append(w.detach())
        return synthesis(w)

    game.generator.synthesis = record
    return calls


def test_terms_are_lazy():
    game = make(penalty_every=4, path_every=2)
    found = []
    for game.step in range(5):
        found.append(sorted([*game.discriminator_loss(batch()), *game.generator_loss(batch())]))
    full = ["loss", "loss", "path_length", "r1"]
    paths = ["loss", "loss", "path_length"]
    assert found == [full, ["loss", "loss"], paths, ["loss", "loss"], full]


def test_path_lengths_are_kept_with_the_game():
    game = make()
    game.generator_loss(batch())
    kept = [value for name, value in game.state_dict().items() if name.startswith("parts.")]
    assert len(kept) == 1
    assert kept[0] > 0


def test_items_have_the_styles_of_two_latents_from_a_crossing_on():
    game = make(mixing=0.9).eval()
    calls = watched(game)
    game.generate(2000, None)
    w = calls[0]  # (n, 4, 6)
    same_as_first = (w == w[:, :1]).all(2)
    same_as_last = (w == w[:, -1:]).all(2)
    mixed = ~same_as_first.all(1)
    assert mixed.float().mean().item() == pytest.approx(0.9, abs=0.03)
    crossing = same_as_first.sum(1)[mixed]
    assert torch.bincount(crossing).tolist()[0] == 0
    shares = torch.bincount(crossing)[1:] / len(crossing)
    torch.testing.assert_close(shares, torch.full((3,), 1 / 3), atol=0.04, rtol=0)
    # Nothing but the two, and in this order.
    assert (same_as_first | same_as_last)[mixed].all()


def test_without_mixing_all_layers_have_one_style():
    game = make(mixing=0.0).eval()
    calls = watched(game)
    z, x = game.generate(5, None)
    assert torch.equal(calls[0], calls[0][:, :1].expand_as(calls[0]))
    assert torch.equal(x, game.generator(z))


def test_samples_are_never_mixed_and_follow_from_their_latents():
    game, z = make(), torch.randn(5, 6)
    with evaluating(game):
        assert torch.equal(game.sample(5, latent=z), game.generator(z))
        w = game.styles(z)
        assert torch.equal(game.sample(5, latent=w), game.sample(5, latent=z))


def test_styles_can_be_mixed_by_hand():
    game = make()
    with evaluating(game):
        coarse, fine = game.styles(torch.randn(2, 6))
        w = torch.cat([coarse[:2], fine[2:]])[None]
        assert torch.equal(game.sample(1, latent=w), game.generator.synthesis(w))


def test_truncation_by_0_is_the_mean_style_and_by_1_nothing():
    game, z = make(), torch.randn(3, 6)
    for _ in range(20):
        game.generate(8, None)
    with evaluating(game):
        plain = game.sample(3, latent=z)
        with game.truncated(1.0):
            assert torch.equal(game.sample(3, latent=z), plain)
        mean = game.generator.mapping.average.expand(3, 4, 6)
        with game.truncated(0.0):
            torch.testing.assert_close(game.sample(3, latent=z), game.generator.synthesis(mean))
        with game.truncated(0.5):
            half = game.generator.synthesis((mean + game.styles(z)) / 2)
            torch.testing.assert_close(game.sample(3, latent=z), half)
        assert torch.equal(game.sample(3, latent=z), plain)


def test_less_truncation_is_more_variety():
    game = make()
    for _ in range(60):
        game.generate(16, None)
    z, spreads = torch.randn(64, 6), []
    with evaluating(game):
        for truncation in (0.0, 0.3, 0.7, 1.0):
            with game.truncated(truncation):
                spreads.append(float(game.sample(64, latent=z).std(0).mean()))
    assert spreads == sorted(spreads)
    assert spreads[0] == pytest.approx(0, abs=1e-6)


def test_truncation_ends_when_something_fails_inside():
    game = make()
    with pytest.raises(KeyError), game.truncated(0.5):
        raise KeyError
    assert game.truncation == 1.0


def test_mixed_items_are_of_the_class_that_is_asked_for():
    game = make(classes=3).eval()
    seen = []
    game.generator.mapping.register_forward_hook(lambda m, given, w: seen.append(given[1]))
    y = torch.tensor([0, 2, 1])
    game.generate(3, y)
    assert torch.equal(seen[0], torch.cat([y, y]))


def test_it_steps_as_the_paper_does_unless_told_otherwise():
    game = make(generator_optimizer=Adam(1e-4))
    assert game.players["generator"].optimizer.lr == 1e-4
    assert game.players["discriminator"].optimizer == Adam(2e-3, (0.0, 0.99))


@pytest.mark.parametrize(
    ("use", "message"),
    [
        (
            lambda: StyleGAN2(MLP((6,), (1, 8, 8)), MLP((1, 8, 8), ()), Normal(6)),
            r"StyleGAN2 needs a generator with .*, got MLP; use networks='style'",
        ),
        (lambda: make(mixing=1.5), "mixing of StyleGAN2 must be between 0 and 1, got 1.5"),
        (lambda: make().truncated(-0.1).__enter__(), "truncation of StyleGAN2 must be between"),
        (lambda: make().truncated(1.1).__enter__(), "truncation of StyleGAN2 must be between"),
        (lambda: make(path_weight=-1.0), "weight of PathLength must be at least 0"),
        (lambda: make(gamma=-1.0), "gamma of R1 must be at least 0"),
    ],
)
def test_wrong_use_gets_its_sentence(use, message):
    with pytest.raises(WrongUse, match=message):
        use()


class Shifted(torch.nn.Module):
    """Styles that are the latent and ten times the class."""

    def __init__(self):
        super().__init__()
        self.register_buffer("average", torch.tensor([5.0]))

    def forward(self, z, y):
        return z + 10 * y[:, None]


def test_the_mean_style_is_that_of_the_condition_that_is_asked_for():
    torch.manual_seed(0)
    middle = mean_style(Shifted(), Normal(1), torch.tensor([0, 2, 0]))
    assert middle.shape == (3, 1, 1)
    assert (middle.flatten() - torch.tensor([0.0, 20.0, 0.0])).abs().max() < 0.5
    assert float(mean_style(Shifted(), Normal(1), None)) == 5
