import pytest
import torch

from sparring.callbacks import Memorising
from sparring.core import WrongUse


def test_fifty_items_for_very_long_are_memorised(tiny, watched, names, copying):
    x = tiny.digits()
    train, heldout = x[:50], x[-400:]
    game = tiny.GAN(numbers=64, gamma=1.0, generator=(128, 128), discriminator=(128, 128))
    alarm = Memorising(copying, train, heldout, every=4)
    state = watched(game, train, 1700, [alarm], every=50)
    assert names(state) == ["memorising"]
    assert state.events[0]["numbers"]["copying"] < -3
    assert "C_T = -" in state.events[0]["saw"]


def test_the_statistic_sees_features_of_all_three_in_order(tiny, watched):
    seen = []
    x = tiny.ring()
    alarm = Memorising(lambda *sets: seen.append(sets) or 0.0, x[:100], x[100:150], every=2)
    watched(tiny.GAN(), x, 80, [alarm], every=20)
    assert [[len(part) for part in sets] for sets in seen] == [[100, 50, 50]] + [[100, 50, 256]] * 2
    assert torch.equal(seen[0][0], x[:100])
    assert torch.equal(seen[0][1], x[100:150])


def test_items_that_cannot_be_judged_yet_end_nothing(tiny, watched):
    def picky(train, heldout, generated):
        if generated is not heldout:
            raise WrongUse("too far off")
        return 0.0

    x = tiny.ring()
    state = watched(tiny.GAN(), x, 40, [Memorising(picky, x[:100], x[100:150], every=1)])
    assert state.step == 40
    assert state.events == []


def test_sets_that_cannot_be_judged_at_all_are_refused(tiny, watched):
    def refuse(train, heldout, generated):
        raise WrongUse("not like this")

    x = tiny.ring()
    with pytest.raises(WrongUse, match="not like this"):
        watched(tiny.GAN(), x, 40, [Memorising(refuse, x[:100], x[100:150], every=1)])


def test_too_few_held_out_items_are_refused(tiny, copying):
    with pytest.raises(WrongUse, match="at least 16 held-out items, got 15"):
        Memorising(copying, tiny.ring(50), tiny.ring(15))
