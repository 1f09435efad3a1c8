"""Compiled networks: an option, and what becomes of what can't be compiled."""

import copy

import pytest
import torch

from sparring.core import Adam, Backend, Consensus, WrongUse, train
from sparring.games import GAN
from sparring.networks import DCGANDiscriminator, DCGANGenerator
from sparring.priors import Normal
from sparring.regularizers import R1

torch.set_num_threads(1)


class Stream:
    batch_size = 8

    def __init__(self):
        self.source = torch.Generator().manual_seed(0)

    def __next__(self):
        return {"x": torch.randn(8, 1, 8, 8, generator=self.source)}

    def state_dict(self):
        return {}

    def load_state_dict(self, state): ...


def game(**options):
    torch.manual_seed(0)
    adam = Adam(1e-3, (0.5, 0.9))
    made = GAN(
        DCGANGenerator(4, 1, 8, width=4), DCGANDiscriminator(1, 8, width=4), Normal(4),
        generator_optimizer=adam, discriminator_optimizer=adam, **options,
    )  # fmt: skip
    made.shares = False  # as compiled: a turn that fails is taken again
    return made


def far(one, other):
    pairs = zip(one.parameters(), other.parameters(), strict=True)
    return max(float((a - b).detach().abs().max()) for a, b in pairs)


@pytest.fixture
def pretend(monkeypatch):
    """A compiler that changes nothing, and counts; broken as compiled networks are if asked."""
    calls = []

    class Once(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x.clone()

        @staticmethod
        def backward(ctx, gradient):
            if torch.is_grad_enabled():
                raise RuntimeError("torch.compile does not currently support double backward")
            return gradient

    def compiler(function, dynamic=None):
        assert dynamic is False

        def run(*arguments):
            calls.append(function.__self__)
            return Once.apply(function(*arguments))

        return run

    monkeypatch.setattr(torch, "compile", compiler)
    return calls


def test_nothing_is_compiled_unless_asked_for(pretend):
    train(game(), Stream(), steps=1, backend=Backend("cpu"))
    assert not pretend


def test_compiled_networks_train_alike(pretend):
    one, other = game(), game()
    train(one, Stream(), steps=3, backend=Backend("cpu", compiled=True))
    train(other, Stream(), steps=3, backend=Backend("cpu"))
    assert any(module is one.generator for module in pretend)
    assert any(module is one.discriminator.layers for module in pretend)
    assert far(one, other) == 0


def test_a_penalty_on_slopes_runs_uncompiled_and_the_log_says_why(pretend):
    one, other = (game(regularizers=(R1(0.1),)) for _ in range(2))
    state = train(one, Stream(), steps=3, backend=Backend("cpu", compiled=True))
    train(other, Stream(), steps=3, backend=Backend("cpu"))
    assert far(one, other) == 0
    buffers = zip(one.buffers(), other.buffers(), strict=True)
    assert all(torch.equal(a, b) for a, b in buffers)
    (event,) = state.events
    assert "differentiates its networks twice" in event["saw"]
    assert event["step"] == 0


def test_an_error_of_the_loss_itself_is_not_hidden(pretend):
    broken = game()

    def loss(batch):
        raise RuntimeError("mine")

    broken.players["generator"].loss = loss
    with pytest.raises(RuntimeError, match="mine"):
        train(broken, Stream(), steps=1, backend=Backend("cpu", compiled=True))


def test_a_compiler_that_fails_is_told_of_and_left_alone(monkeypatch):
    def compiler(function, dynamic=None):
        def run(*arguments):
            raise torch._dynamo.exc.TorchDynamoException("no compiler here\nmore")

        return run

    monkeypatch.setattr(torch, "compile", compiler)
    one, other = game(), game()
    state = train(one, Stream(), steps=2, backend=Backend("cpu", compiled=True))
    train(other, Stream(), steps=2, backend=Backend("cpu"))
    assert far(one, other) == 0
    assert ["no compiler here" in event["saw"] for event in state.events] == [True, True]


def test_consensus_is_refused(pretend):
    with pytest.raises(WrongUse, match="Consensus differentiates networks twice"):
        train(game(), Stream(), steps=1, rule=Consensus(), backend=Backend("cpu", compiled=True))


def test_after_the_turns_the_networks_are_as_they_were(pretend):
    one = game()
    state = train(one, Stream(), steps=1, backend=Backend("cpu", compiled=True))
    del pretend[:]
    one.sample(2)
    copy.deepcopy(one).sample(2)
    assert not pretend
    assert state.game is one


@pytest.mark.slow
@pytest.mark.parametrize("regularizers", [(), (R1(0.1),)])
def test_the_real_compiler_trains_alike(regularizers):
    one, other = (game(regularizers=regularizers) for _ in range(2))
    state = train(one, Stream(), steps=3, backend=Backend("cpu", compiled=True))
    train(other, Stream(), steps=3, backend=Backend("cpu"))
    assert far(one, other) < 1e-4
    assert len(state.events) == len(regularizers)
