"""S3GAN: what it does with labels that it has, and with those that it hasn't."""

import copy
import math

import pytest
import torch
from torch import nn

from sparring.core import SGD, Adam, evaluating, train
from sparring.core.errors import WrongUse
from sparring.data import FewLabels, InMemory, Relabelled, hide
from sparring.games import S3GAN
from sparring.networks import MLP, DCGANDiscriminator, DCGANGenerator
from sparring.priors import Categorical, Normal


def make(classes=3, width=4, **options):
    torch.manual_seed(0)
    pair = (
        DCGANGenerator(5, 1, 8, width, condition=classes),
        DCGANDiscriminator(1, 8, width, condition=classes),
    )
    labels = Categorical([1.0] * classes) if classes else None
    return S3GAN(*pair, Normal(5), labels, **options)


def batch(y, labelled=4):
    x = torch.randn(len(y) + labelled, 1, 8, 8)
    known = torch.arange(labelled) % 3
    return {"x": x[labelled:], "y": y, "x_labelled": x[:labelled], "y_labelled": known}


UNKNOWN = torch.full((6,), -1)


def test_known_labels_are_kept_and_others_inferred_by_the_class_head():
    game, x = make(), torch.randn(6, 1, 8, 8)
    y = torch.tensor([0, -1, 2, -1, 1, -1])
    with evaluating(game):
        inferred = game.predict(x).argmax(1)
        assert torch.equal(game.completed(x, y), torch.where(y < 0, inferred, y))


def test_the_discriminator_judges_by_completed_labels():
    game, asked = make(), []
    game.discriminator.conditioning.register_forward_hook(lambda _, args, __: asked.append(args[1]))
    with evaluating(game):
        items = batch(torch.tensor([0, -1, 2, -1, 1, -1]))
        expected = game.completed(items["x"], items["y"])
        game.discriminator_loss(items)
    assert torch.equal(asked[0], torch.cat([expected, expected]))
    assert int(asked[0].min()) >= 0


def test_labelled_items_are_changed_like_all_that_the_discriminator_sees():
    class Nought(nn.Module):
        def forward(self, x, batches=1):
            return torch.zeros_like(x)

        def observe(self, real_scores, done):
            pass

    game, items = make(augmentation=Nought()), batch(UNKNOWN)
    with evaluating(game):
        cost = game.discriminator_loss(items)["class"]
        logits = game.predict(torch.zeros(4, 1, 8, 8))
        expected = nn.functional.cross_entropy(logits, items["y_labelled"])
    torch.testing.assert_close(cost, expected)


def test_unlabelled_items_never_enter_the_labelled_loss():
    game, items = make(), batch(UNKNOWN)
    with evaluating(game):
        costs = [
            game.discriminator_loss({**items, "x": x})["class"].item()
            for x in (items["x"], 5 * torch.randn(6, 1, 8, 8))
        ]
        logits = game.predict(items["x_labelled"])
    probabilities = logits.softmax(1)[torch.arange(4), items["y_labelled"]]
    expected = -sum(math.log(p) for p in probabilities.tolist()) / 4
    assert costs == pytest.approx([expected] * 2)


def test_what_is_inferred_gives_the_class_head_no_gradient():
    game = make(class_weight=0.0)
    terms = game.discriminator_loss(batch(UNKNOWN))
    sum(terms.values()).backward()
    assert torch.count_nonzero(game.classify.linear.weight.grad) == 0
    assert torch.count_nonzero(game.rotation.linear.weight.grad) > 0


@pytest.mark.parametrize(
    ("option", "player", "term"),
    [
        ("class_weight", "discriminator", "class"),
        ("rotation_weight", "discriminator", "rotation"),
        ("generator_rotation_weight", "generator", "rotation"),
    ],
)
def test_each_term_has_its_weight(option, player, term):
    def cost(weight):
        game = make(**{option: weight})
        torch.manual_seed(1)
        return game.players[player].loss(batch(UNKNOWN))[term].item()

    assert cost(3.0) == pytest.approx(3 * cost(1.0))
    assert cost(1.0) > 0


def test_the_heads_belong_to_the_discriminators_player():
    game = make()
    game.check()
    owned = {id(p) for p in game.players["discriminator"].parameters()}
    assert {id(p) for head in (game.rotation, game.classify) for p in head.parameters()} <= owned


def test_without_labels_it_is_the_self_supervised_gan():
    game = make(classes=0)
    assert set(game.discriminator_loss({"x": torch.randn(4, 1, 8, 8)})) == {"loss", "rotation"}
    assert set(game.generator_loss({"x": torch.randn(4, 1, 8, 8)})) == {"loss", "rotation"}
    with pytest.raises(WrongUse, match="was made without"):
        game.predict(torch.randn(4, 1, 8, 8))


def test_items_of_unknown_class_are_scored_by_the_inferred_one():
    game, x = make(), torch.randn(6, 1, 8, 8)
    with evaluating(game):
        inferred = game.predict(x).argmax(1)
        torch.testing.assert_close(game.score(x, {"y": UNKNOWN}), game.score(x, {"y": inferred}))


def test_where_no_class_is_asked_for_any_comes():
    game, z = make(), torch.randn(1, 5).expand(30, 5)
    y = torch.tensor([0] * 10 + [-1] * 20)
    with evaluating(game):
        made = game.sample(30, {"y": y}, z).flatten(1)
        each = game.sample(3, {"y": torch.arange(3)}, z[:3]).flatten(1)
    same = torch.cdist(made, each).argmin(1)
    assert (same[:10] == 0).all()
    assert set(same[10:].tolist()) == {0, 1, 2}


def test_a_copy_plays_on_alone():
    game = make()
    before = copy.deepcopy(game.state_dict())
    twin = copy.deepcopy(game)
    x = torch.randn(40, 1, 8, 8)
    train(twin, FewLabels(InMemory(x, torch.arange(40) % 3), 8), steps=2)
    assert all(torch.equal(before[name], tensor) for name, tensor in game.state_dict().items())
    assert twin.hints[-1].game is twin


def test_it_learns_classes_from_a_label_in_twenty():
    """Dark, grey and light: from 15 labels of 300, samples are what they are asked to be."""
    torch.manual_seed(0)
    y, levels = torch.arange(300) % 3, torch.tensor([-0.7, 0.0, 0.7])
    x = levels[y][:, None, None, None] + 0.1 * torch.randn(300, 1, 8, 8)
    fast = Adam(2e-3, (0.0, 0.9))
    game = make(width=8, generator_optimizer=fast, discriminator_optimizer=fast)
    source = Relabelled(InMemory(x), hide(y, 0.05))
    train(game, FewLabels(source, 32), steps=200)
    with evaluating(game):
        inferred = game.predict(x).argmax(1)
        made = game.sample(60, {"y": torch.arange(60) % 3}).flatten(1).mean(1)
    assert (inferred == y).float().mean() > 0.95
    nearest = (made[:, None] - levels).abs().argmin(1)
    assert (nearest == torch.arange(60) % 3).float().mean() > 0.9


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"class_weight": -1.0}, "weights of S3GAN must be at least 0, got -1.0"),
        ({"labels": Normal(3)}, "must be classes, Categorical"),
        ({"discriminator": MLP((1, 8, 8), (), (4,))}, "needs a network with features"),
    ],
)
def test_wrong_parts_are_refused(change, said):
    parts = {
        "generator": DCGANGenerator(5, 1, 8, 4, condition=3),
        "discriminator": DCGANDiscriminator(1, 8, 4, condition=3),
        "prior": Normal(5),
        "labels": Categorical([1, 1, 1]),
    }
    with pytest.raises(WrongUse, match=said):
        S3GAN(**{**parts, **change})


def test_a_batch_without_a_labelled_part_is_refused():
    items = {"x": torch.randn(4, 1, 8, 8), "y": torch.zeros(4, dtype=torch.long)}
    with pytest.raises(WrongUse, match="needs 'x_labelled'"):
        make(generator_optimizer=SGD(0.1)).discriminator_loss(items)
