"""The GAN of packs: what the discriminator sees, and what doesn't change."""

import pytest
import torch
from torch import nn

from sparring.core import Adam, Backend, WrongUse, train
from sparring.games import GAN, PacGAN
from sparring.games.packing import join, parted
from sparring.losses import RelativisticPaired
from sparring.networks import MLP, AuxiliaryClassifier, DCGANDiscriminator, DCGANGenerator
from sparring.priors import Categorical, Normal, Uniform
from sparring.regularizers import R1, Augmentation, Hint
from sparring.regularizers.hint import LearningHint


class Recording(nn.Module):
    def __init__(self, network):
        super().__init__()
        self.network, self.calls = network, []

    def forward(self, x, y=None):
        self.calls.append((x.detach().clone(), y))
        return self.network(x) if y is None else self.network(x, y)


def make(pac=2, classes=0, labels=None, **options):
    generator = Recording(MLP((3,), (2,), (8,), classes))
    discriminator = Recording(MLP((2 * pac,), (), (8,), pac * classes))
    if classes and labels is None:
        labels = Categorical([1.0] * classes)
    return PacGAN(generator, discriminator, Normal(3), labels, pac=pac, **options)


def test_real_packs_are_items_that_follow_each_other():
    game, x = make(), torch.arange(12.0).reshape(6, 2)
    game.discriminator_loss({"x": x})
    seen, _ = game.discriminator.calls[0]
    assert seen.shape == (6, 4)  # three real packs, three generated
    assert seen[0].tolist() == [0, 1, 2, 3]
    assert seen[2].tolist() == [8, 9, 10, 11]


def test_pictures_are_joined_along_their_channels():
    x = torch.randn(4, 3, 5, 5)
    packs = join(x, 2)
    assert packs.shape == (2, 6, 5, 5)
    assert torch.equal(packs[1, :3], x[2])
    assert torch.equal(packs[1, 3:], x[3])


@pytest.mark.parametrize("shape", [(6, 4), (6, 2, 3, 3), (6, 5, 4)])
@pytest.mark.parametrize("along", [1, -1])
def test_what_is_parted_was_joined(shape, along):
    x = torch.randn(shape)
    assert torch.equal(parted(join(x, 3, along), 3, along), x)


def test_as_many_items_are_generated_as_there_are_real_ones():
    game = make(pac=3)
    game.generator_loss({"x": torch.randn(6, 2)})
    assert game.generator.calls[0][0].shape == (6, 3)
    assert game.discriminator.calls[0][0].shape == (2, 6)


class Batches:
    batch_size = 8

    def __next__(self):
        return {"x": torch.randn(8, 2) + 1}

    def state_dict(self):
        return {}

    def load_state_dict(self, state): ...


def test_packs_of_one_are_the_plain_game():
    ends = []
    for kind, options in ((GAN, {}), (PacGAN, {"pac": 1})):
        torch.manual_seed(0)
        game = kind(MLP((3,), (2,), (8,)), MLP((2,), (), (8,)), Normal(3), **options)
        train(game, Batches(), steps=5, backend=Backend("cpu"))
        ends.append(torch.cat([p.flatten() for p in game.parameters()]))
    assert torch.equal(*ends)


def test_classes_of_a_pack_are_told_one_after_the_other():
    game = make(classes=3)
    y = torch.tensor([0, 2, 1, 1])
    game.discriminator_loss({"x": torch.randn(4, 2), "y": y})
    assert torch.equal(game.generator.calls[0][1], y)
    asked = game.discriminator.calls[0][1]
    assert asked[:2].tolist() == [[1, 0, 0, 0, 0, 1], [0, 1, 0, 0, 1, 0]]
    assert torch.equal(asked[:2], asked[2:])


def test_attributes_of_a_pack_are_told_one_after_the_other():
    rows = torch.tensor([[1.0, 0.0], [1.0, 1.0]])
    game = make(classes=2, labels=Uniform(2))  # any prior but of classes
    game.generator_loss({"x": torch.randn(2, 2), "y": rows})
    assert torch.equal(game.generator.calls[0][1], rows)
    assert game.discriminator.calls[0][1].tolist() == [[1, 0, 1, 1]]


def test_texts_of_a_pack_are_told_word_beside_word():
    """(n, 1 + words, k): row 0 holds the whole texts of all items of the pack."""
    y = torch.randn(2, 4, 3)
    (joined,) = join(y, 2, along=-1)
    assert torch.equal(joined[0], torch.cat([y[0, 0], y[1, 0]]))


def test_other_conditionings_hold_packs_to_the_joined_condition():
    discriminator = DCGANDiscriminator(2, 8, 4, 6, conditioning=AuxiliaryClassifier)
    game = PacGAN(
        DCGANGenerator(3, 1, 8, 4, 3), discriminator, Normal(3), Categorical([1.0] * 3), pac=2
    )
    batch = {"x": torch.randn(4, 1, 8, 8), "y": torch.tensor([0, 1, 2, 0])}
    assert len(game.discriminator_loss(batch)) > 1
    assert all(value.isfinite() for value in game.generator_loss(batch).values())


def test_regularizers_are_of_packs():
    """Of D(pack) = sum of its 4 numbers the squared slope is 4, however many packs there are."""

    class Sum(nn.Module):
        def __init__(self):
            super().__init__()
            self.w = nn.Parameter(torch.ones(()))

        def forward(self, x):
            return self.w * x.sum(1)

    game = PacGAN(MLP((3,), (2,), (8,)), Sum(), Normal(3), pac=2, regularizers=[R1(2.0)])
    assert game.discriminator_loss({"x": torch.randn(6, 2)})["r1"].item() == pytest.approx(4.0)


def test_augmentation_and_hints_are_of_single_items():
    class Look(Augmentation):
        def __init__(self):
            super().__init__()
            self.shapes = []

        def forward(self, x, batches=1):
            self.shapes.append(tuple(x.shape))
            return x * 2

    class Count(Hint):
        def __call__(self, generation):
            self.found = generation
            return {"hint": generation.x.square().mean()}

    look, count = Look(), Count()
    game = make(classes=3, augmentation=look, hints=[count])
    x, y = torch.randn(4, 2), torch.tensor([0, 2, 1, 1])
    game.discriminator_loss({"x": x, "y": y})
    assert look.shapes == [(8, 2)]
    assert torch.equal(game.discriminator.calls[0][0][:2], 2 * join(x, 2))
    assert "hint" in game.generator_loss({"x": x, "y": y})
    assert count.found.x.shape == (4, 2)
    assert count.found.z.shape == (4, 3)
    assert torch.equal(count.found.y, y)


def test_a_hint_that_learns_sees_single_items():
    class Learn(LearningHint):
        name, optimizer = "judge", Adam()

        def __init__(self):
            super().__init__()
            self.network = nn.Linear(2, 1)

        def forward(self, generation):
            return {"hint": self.network(generation.x).mean()}

        def learn(self, real, fake):
            self.seen = real, fake
            return {"loss": self.network(real).mean() - self.network(fake).mean()}

    hint = Learn()
    game, x = make(hints=[hint]), torch.randn(4, 2)
    game.check()
    game.players["judge"].loss({"x": x})
    assert torch.equal(hint.seen[0], x)
    assert hint.seen[1].shape == (4, 2)
    assert "hint" in game.generator_loss({"x": x})


def test_relative_losses_pair_packs():
    game = make(loss=RelativisticPaired())
    game.generator_loss({"x": torch.randn(4, 2)})
    assert len(game.discriminator.calls[0][0]) == 4


def test_an_item_is_scored_beside_those_that_follow_it():
    game, x = make(), torch.randn(3, 2)
    scores = game.score(x)
    packs = torch.stack([torch.cat([x[i], x[(i + 1) % 3]]) for i in range(3)])
    torch.testing.assert_close(scores, game.discriminator.network(packs))


def test_few_items_can_be_scored():
    assert make(pac=4).score(torch.randn(2, 2)).shape == (2,)


def test_a_discriminator_of_packs_tells_sameness_that_one_of_items_cannot():
    """Real items are 1 or -1 at random; generated packs are of one of them twice."""

    class Twins(nn.Module):
        def __init__(self):
            super().__init__()
            self.nothing = nn.Parameter(torch.zeros(()))

        def forward(self, z):
            signs = z[::2].sign().repeat_interleave(2, 0)
            return signs + self.nothing

    class Signs(Batches):
        batch_size = 64

        def __next__(self):
            return {"x": torch.randn(64, 1).sign()}

    losses = []
    for pac in (1, 2):
        torch.manual_seed(0)
        game = PacGAN(
            Twins(), MLP((pac,), (), (16,)), Normal(1), pac=pac, discriminator_optimizer=Adam(0.01)
        )
        game.turns = ["discriminator"]
        del game.players["generator"]
        game.nobody = game.generator.requires_grad_(False)
        train(game, Signs(), steps=200, backend=Backend("cpu"))
        batches = [game.discriminator_loss(next(Signs()))["loss"] for _ in range(20)]
        losses.append(torch.stack(batches).mean().item())
    assert losses[0] > 1.36  # 2 log 2 = 1.386: it can't tell
    assert losses[1] < 1.05  # at best 1.5 log 3 - log 2 = .955


@pytest.mark.parametrize(
    ("act", "sentence"),
    [
        (lambda: make(pac=0), "pac of PacGAN must be at least 1, got 0."),
        (
            lambda: make().discriminator_loss({"x": torch.zeros(5, 2)}),
            "the batch of PacGAN, or a process's share of it, must be a multiple of its pac, 2, "
            "got 5; give another batch_size.",
        ),
    ],
)
def test_wrong_packs_get_their_sentence(act, sentence):
    with pytest.raises(WrongUse) as caught:
        act()
    assert str(caught.value) == sentence
