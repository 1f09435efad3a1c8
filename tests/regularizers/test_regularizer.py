"""What a regularizer asks of a game."""

import pytest
import torch

from sparring.regularizers import DRAGAN, R1, R2, Evaluation, GradientPenalty, Lazy


def evaluation(step=0):
    x = torch.randn(6, 2, requires_grad=True)
    return Evaluation(lambda x: x.square().sum(1), x, x.square().sum(1), step)


@pytest.mark.parametrize(
    ("regularizer", "halves"),
    [(R1(), {0}), (R2(), {1}), (GradientPenalty(), set()), (DRAGAN(), set())],
)
def test_only_penalties_at_the_items_themselves_ask_for_their_gradient(regularizer, halves):
    assert regularizer.sloped(0) == halves


def test_the_gradient_at_the_items_is_taken_once_for_all_who_ask(monkeypatch):
    calls = []
    grad = torch.autograd.grad
    monkeypatch.setattr(torch.autograd, "grad", lambda *a, **k: calls.append(1) or grad(*a, **k))
    seen = evaluation()
    R1()(seen)
    R2()(seen)
    assert calls == [1]


def test_slopes_of_one_half_are_those_of_both():
    whole = evaluation()
    items = whole.x.detach()[:3].requires_grad_()
    apart = Evaluation(
        whole.discriminator, whole.x.detach(), whole.scores, 0, 0.0,
        {0: (items, whole.discriminator(items))},
    )  # fmt: skip
    torch.testing.assert_close(apart.slopes(0), whole.slopes(0))
    assert R1()(apart)["r1"].item() == pytest.approx(R1()(whole)["r1"].item())


def test_the_first_half_is_real_and_the_second_generated():
    seen = evaluation()
    assert torch.equal(seen.real, seen.x[:3])
    assert torch.equal(seen.fake, seen.x[3:])


def test_a_lazy_regularizer_asks_for_gradients_only_when_it_acts():
    lazy = Lazy(R1(), every=3)
    assert [bool(lazy.sloped(step)) for step in range(7)] == [True, False, False] * 2 + [True]
    assert [bool(lazy(evaluation(step))) for step in range(4)] == [True, False, False, True]


def test_a_lazy_regularizer_of_another_kind_never_asks():
    assert not Lazy(GradientPenalty(), every=1).sloped(0)


def test_the_terms_are_named_apart():
    names = [name for r in (R1(), R2(), GradientPenalty(), DRAGAN()) for name in r(evaluation())]
    assert len(set(names)) == 4
