"""Each wrong argument gets its sentence: what, of whom, what it must be, what it was."""

import pytest
import torch
from torch import nn

from sparring.core import (
    SGD,
    Adam,
    Backend,
    Consensus,
    Cosine,
    Game,
    Player,
    RMSprop,
    TrainingState,
    Turn,
    WrongUse,
    train,
)
from sparring.games import GAN, R3GAN, WGAN
from sparring.games.catalog import GAMES, find_game
from sparring.losses import RelativisticPaired
from sparring.networks import MLP, MixedOutput, ResidualGenerator
from sparring.networks.sizes import pyramid
from sparring.priors import Categorical, Mixture, Normal, Uniform
from sparring.regularizers import DRAGAN, R1, R2, Clip, GradientPenalty, Lazy


class Two(Game):
    """A whole game of two, to be broken in one place."""

    def __init__(self, players=None, turns=("left", "right"), extra=None):
        super().__init__()
        self.a, self.b, self.extra = nn.Linear(1, 1), nn.Linear(1, 1), extra
        owned = players or {"left": [self.a], "right": [self.b]}
        self.players = {name: Player(networks, self.loss) for name, networks in owned.items()}
        self.turns = list(turns)

    def loss(self, batch):
        return {"loss": (self.a(batch["x"]) * self.b(batch["x"])).mean()}


def doubly_owned():
    game = Two()
    game.players["right"].networks = [game.a, game.b]
    return game


def foreign():
    game = Two()
    game.players["right"].networks = [game.b, nn.Linear(1, 1)]
    return game


def empty_handed():
    game = Two()
    game.b.requires_grad_(False)
    return game


def gan(labels=None, discriminator=None):
    classes = 0 if labels is None else labels.classes
    judge = discriminator or MLP((2,), (), hidden=(4,), condition=classes)
    return GAN(MLP((3,), (2,), hidden=(4,), condition=classes), judge, Normal(3), labels)


class Stingy(nn.Module):
    """A discriminator that gives one score for the whole batch."""

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(()))

    def forward(self, x):
        return (self.weight * x).sum().reshape(1)


class Constant:
    batch_size = 6

    def __init__(self, **tensors):
        self.tensors = tensors

    def __next__(self):
        return self.tensors

    def state_dict(self):
        return {}

    def load_state_dict(self, state): ...


def play(game, batch=None, **options):
    given = {"x": torch.zeros(6, 2)} if batch is None else batch
    options = {"steps": 1, "backend": Backend("cpu"), **options}
    return train(game, Constant(**given), **options)


def sample(**condition):
    return gan(Categorical([1, 1])).sample(3, condition=condition)


WRONG = {
    # regularizers and constraints
    "negative gamma of R1": (lambda: R1(-1.0), "gamma of R1 must be at least 0, got -1.0."),
    "negative gamma of R2": (lambda: R2(-0.5), "gamma of R2 must be at least 0, got -0.5."),
    "negative gamma of R3GAN": (
        lambda: R3GAN(MLP((1,), (1,)), MLP((1,), ()), Normal(1), gamma=-1),
        "gamma of R1 must be at least 0, got -1.",
    ),
    "negative penalty": (
        lambda: GradientPenalty(-1), "weight of GradientPenalty must be at least 0, got -1.",
    ),
    "negative weight of DRAGAN": (
        lambda: DRAGAN(-1), "weight of DRAGAN must be at least 0, got -1.",
    ),
    "negative deviation of DRAGAN": (
        lambda: DRAGAN(1, -2), "deviation of DRAGAN must be at least 0, got -2.",
    ),
    "lazy every 0": (lambda: Lazy(R1(), every=0), "every of Lazy must be at least 1, got 0."),
    "clip at 0": (lambda: Clip(0.0), "limit of Clip must be above 0, got 0.0."),
    "negative clip of WGAN": (
        lambda: WGAN(MLP((1,), (1,)), MLP((1,), ()), Normal(1), clip=-0.1),
        "limit of Clip must be above 0, got -0.1.",
    ),
    "negative gamma of Consensus": (
        lambda: Consensus(-1.0), "gamma of Consensus must be at least 0, got -1.0.",
    ),
    # optimizers
    "rate 0": (lambda: Adam(0.0), "lr of Adam must be above 0, got 0.0."),
    "negative rate": (lambda: SGD(-0.1), "lr of SGD must be above 0, got -0.1."),
    "negative rate of RMSprop": (lambda: RMSprop(-1), "lr of RMSprop must be above 0, got -1."),
    "schedule without steps": (lambda: Cosine(0), "steps of Cosine must be at least 1, got 0."),
    "schedule below 0": (lambda: Cosine(9, -1), "end of Cosine must be at least 0, got -1."),
    # turns and players
    "turn 0 times": (
        lambda: Turn("judge", times=0), "times of the turn of 'judge' must be at least 1, got 0.",
    ),
    "turn every 0": (
        lambda: Turn("judge", every=0), "every of the turn of 'judge' must be at least 1, got 0.",
    ),
    "no discriminator turns": (
        lambda: WGAN(MLP((1,), (1,)), MLP((1,), ()), Normal(1), discriminator_turns=0),
        "times of the turn of 'discriminator' must be at least 1, got 0.",
    ),
    "turn without a player": (
        lambda: play(Two(turns=["left", "right", "nobody"])),
        "Two has a turn for 'nobody', who is no player; its players are 'left', 'right'.",
    ),
    "player without a turn": (
        lambda: play(Two(turns=["left"])),
        "Two's player 'right' never has a turn; add it to the turns.",
    ),
    "unowned parameter": (
        lambda: play(Two(extra=nn.Linear(1, 1))),
        "parameter extra.weight of Two is trainable and no player owns it; add its network to a "
        "player, or call requires_grad_(False) on it.",
    ),
    "doubly owned parameter": (
        lambda: play(doubly_owned()),
        "parameter a.weight of Two is owned by both 'left' and 'right'; give it to one of them.",
    ),
    "network that is no attribute": (
        lambda: play(foreign()),
        "Two's player 'right' owns a network that is no attribute of the game; assign it in the "
        "constructor, else it isn't saved.",
    ),
    "player without parameters": (
        lambda: play(empty_handed()), "Two's player 'right' owns no trainable parameter.",
    ),
    # training
    "0 steps": (lambda: play(gan(), steps=0), "steps must be at least 1, got 0."),
    "negative steps": (lambda: play(gan(), steps=-3), "steps must be at least 1, got -3."),
    "no end": (
        lambda: play(gan(), steps=None),
        "give the training a number of steps, or a callback that stops it.",
    ),
    "batch that can't be shared": (
        lambda: TrainingState(gan(), Constant(), Backend("cpu", processes=4)),
        "batch_size must be a multiple of the 4 processes, got 6.",
    ),
    "0 processes": (lambda: Backend(processes=0), "processes must be at least 1, got 0."),
    "unknown device": (
        lambda: Backend("tpu"), "device must be auto, cpu or cuda, got 'tpu'.",
    ),
    "unknown precision": (
        lambda: Backend(precision="float8"),
        "precision must be one of float32, bfloat16, got 'float8'.",
    ),
    # what games are given
    "batch without y": (
        lambda: play(gan(Categorical([1, 1]))),
        "GAN needs 'y' in every batch and condition, got 'x'.",
    ),
    "batch without x": (
        lambda: play(gan(), {"image": torch.zeros(6, 2)}),
        "GAN needs 'x' in every batch and condition, got 'image'.",
    ),
    "one score for all": (
        lambda: play(gan(discriminator=Stingy())),
        "the discriminator of GAN must return scores of shape (12, ...) for 12 items, got (1,).",
    ),
    "condition without y": (
        lambda: sample(colour=torch.zeros(3)),
        "GAN needs 'y' in every batch and condition, got 'colour'.",
    ),
    "condition for others": (
        lambda: sample(y=torch.zeros(2, dtype=torch.long)),
        "condition['y'] must have 3 rows, one a sample, got 2.",
    ),
    "score without condition": (
        lambda: gan(Categorical([1, 1])).score(torch.zeros(3, 2)),
        "GAN needs 'y' in every batch and condition, got nothing.",
    ),
    "relative loss without real scores": (
        lambda: RelativisticPaired().generator(None, torch.zeros(2)),
        "RelativisticPaired.generator needs the scores of real items, got None.",
    ),
    "unknown game, nearly right": (
        lambda: find_game("lsgn"), "there is no game 'lsgn'; did you mean lsgan?",
    ),
    "unknown game": (
        lambda: find_game("chess"),
        f"there is no game 'chess'; there are {', '.join(GAMES)}.",
    ),
    # priors
    "no dimensions": (lambda: Normal(0), "dimensions of Normal must be at least 1, got 0."),
    "negative dimensions": (
        lambda: Uniform(-1), "dimensions of Uniform must be at least 1, got -1.",
    ),
    "mixture of points": (
        lambda: Mixture(torch.zeros(2, 2), 0.0), "deviation of Mixture must be above 0, got 0.0.",
    ),
    "negative weights": (
        lambda: Categorical([1, -1]),
        "weights of Categorical must be at least 0 with a sum above 0, got [1, -1].",
    ),
    "no weights": (
        lambda: Categorical([]),
        "weights of Categorical must be at least 0 with a sum above 0, got [].",
    ),
    "weights of 0": (
        lambda: Categorical([0, 0]),
        "weights of Categorical must be at least 0 with a sum above 0, got [0, 0].",
    ),
    # networks
    "pictures too small": (
        lambda: pyramid(7),
        "the size of pictures must be between 8 and 128 pixels, got 7; have them resized with "
        "size=64.",
    ),
    "pictures too large": (
        lambda: ResidualGenerator(4, 1, 129),
        "the size of pictures must be between 8 and 128 pixels, got 129; have them resized with "
        "size=64.",
    ),
    "temperature 0": (
        lambda: MixedOutput([("number", 1)], 0.0),
        "temperature of MixedOutput must be above 0, got 0.0.",
    ),
    "unknown span": (
        lambda: MixedOutput([("numbers", 1)]),
        "a span of MixedOutput must be 'number', 'bounded', 'category' or 'mode' with a width of "
        "at least 1, got ('numbers', 1).",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_each_wrong_argument_gets_its_sentence(case):
    provoke, sentence = WRONG[case]
    with pytest.raises(ValueError) as caught:
        provoke()
    assert str(caught.value) == sentence


def test_wrong_use_is_a_value_error():
    assert issubclass(WrongUse, ValueError)


def test_a_refused_game_has_not_moved():
    game = Two(extra=nn.Linear(1, 1))
    before = [p.clone() for p in game.parameters()]
    with pytest.raises(WrongUse):
        play(game)
    assert all(torch.equal(p, q) for p, q in zip(before, game.parameters(), strict=True))
