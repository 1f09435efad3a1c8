from types import SimpleNamespace

import pytest

from sparring.callbacks import DiscriminatorWinning, GeneratorWinning


def test_a_discriminator_with_fifty_times_the_rate_wins(tiny, watched, names):
    game = tiny.GAN(numbers=64, rates=(2e-4, 1e-2), saturating=True)
    state = watched(game, tiny.digits(), 400, [DiscriminatorWinning(), GeneratorWinning()])
    assert names(state) == ["discriminator winning"]
    assert "100.0% of pairs" in state.events[0]["saw"]


def test_a_generator_against_one_that_hardly_moves_wins(tiny, watched, names):
    game = tiny.GAN(rates=(1e-3, 1e-6))
    state = watched(game, tiny.ring(), 300, [DiscriminatorWinning(), GeneratorWinning()])
    assert names(state) == ["generator winning"]


def probe(accuracy, maker=1.0, judge=1.0):
    lengths = {"maker": maker, "judge": judge}
    return SimpleNamespace(
        accuracy=accuracy,
        makers=["maker"],
        judges=["judge"],
        gradient=lambda players: lengths[players[0]],
    )


@pytest.mark.parametrize(
    ("accuracy", "maker", "judge", "ill"),
    [
        (1.0, 1.0, 1.0, False),
        (1.0, 0.01, 1.0, True),
        (1.0, 1.0, 0.01, True),
        (0.9, 0.01, 0.01, False),
    ],
)
def test_it_takes_both_a_sure_judge_and_a_faded_gradient(accuracy, maker, judge, ill):
    alarm = DiscriminatorWinning()
    for _ in range(3):
        alarm.look(probe(0.8))
    findings = [alarm.look(probe(accuracy, maker, judge)) for _ in range(3)]
    assert findings[-1].ill is ill


def test_a_single_weak_gradient_says_nothing():
    alarm = DiscriminatorWinning()
    lengths = [1.0, 1.0, 1.0, 1.0, 0.001]
    assert not [alarm.look(probe(1.0, length)) for length in lengths][-1].ill


def test_a_game_that_scores_nothing_is_left_alone():
    nothing = SimpleNamespace(accuracy=None)
    assert DiscriminatorWinning().look(nothing) is None
    assert GeneratorWinning().look(nothing) is None


def test_the_early_length_outlives_a_resumption():
    alarm, resumed = DiscriminatorWinning(), DiscriminatorWinning()
    for _ in range(5):
        alarm.look(probe(0.8, maker=8.0))
    resumed.load_state_dict(alarm.state_dict())
    assert resumed.look(probe(0.8, maker=2.0)) == alarm.look(probe(0.8, maker=2.0))
