"""Count bonuses in real environments of gymnasium."""

import subprocess
import sys
import warnings

import gymnasium
import pytest
from gymnasium.utils.env_checker import check_env

from sparring.core.errors import WrongUse
from sparring.tasks.count_bonus import CountBonus
from sparring.tasks.exploring import Empirical, PseudoCount


def lake(**settings):
    """A frozen lake on which nobody slips: states 0 to 15, row by row."""
    made = gymnasium.make("FrozenLake-v1", is_slippery=False)
    return CountBonus(made, PseudoCount(Empirical()), **settings)


@pytest.mark.parametrize("name", ["FrozenLake-v1", "Taxi-v4", "CartPole-v1"])
def test_a_rewarded_environment_is_one_of_gymnasiums(name):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        # Of the wrapper itself, and of CartPole's bounds.
        for known in ("different from the unwrapped", "Box observation space", "not able to test"):
            warnings.filterwarnings("ignore", message=f".*{known}.*")
        # What draws them isn't installed.
        check_env(
            CountBonus(gymnasium.make(name), PseudoCount(Empirical())), skip_render_check=True
        )


def test_the_reward_has_the_bonus_of_the_state_that_was_reached():
    env = lake(scale=0.5)
    _, info = env.reset(seed=0)
    assert info["pseudo_count"] == 0
    right, left = 2, 0
    told = []
    for action in (right, left, right, left):
        _, reward, _, _, info = env.step(action)
        assert reward == pytest.approx(info["environment_reward"] + info["count_bonus"])
        assert info["environment_reward"] == 0
        told.append((round(info["pseudo_count"], 9), round(reward, 9)))
    # State 1 is new, 0 was where it began; then both were seen once more each.
    once, twice = (round(0.5 * (n + 0.01) ** -0.5, 9) for n in (1, 2))
    assert told == [(0, 5.0), (1, once), (1, once), (2, twice)]


def test_the_environments_own_reward_and_end_stay():
    env = lake(scale=0.0)
    env.reset(seed=0)
    down, right = 1, 2
    for action in (down, down, right, right, down, right):
        _, reward, terminated, _, _ = env.step(action)
    assert (reward, terminated) == (1.0, True)


def test_environments_can_share_their_counts():
    counts = PseudoCount(Empirical())
    one, other = (CountBonus(gymnasium.make("FrozenLake-v1"), counts) for _ in range(2))
    one.reset(seed=0)
    counts.see("elsewhere")
    assert other.reset(seed=0)[1]["pseudo_count"] == pytest.approx(1)


def test_what_is_made_from_its_specification_begins_to_count_anew():
    env = lake(scale=0.25)
    env.reset(seed=0)
    env.step(2)
    again = env.spec.make()
    assert (again.scale, again.counts.seen) == (0.25, 0)
    assert env.spec.nondeterministic


@pytest.mark.parametrize(
    ("counts", "scale", "said"),
    [
        (Empirical(), 1.0, "counts of CountBonus must be a PseudoCount, got Empirical"),
        (PseudoCount(Empirical()), -1.0, "scale of CountBonus must be at least 0, got -1.0"),
    ],
)
def test_other_arguments_are_refused(counts, scale, said):
    with pytest.raises(WrongUse, match=said):
        CountBonus(gymnasium.make("FrozenLake-v1"), counts, scale)


def test_without_gymnasium_the_extra_is_named():
    code = (
        "import sys; sys.modules['gymnasium'] = None\n"
        "import sparring.tasks.exploring\n"
        "import sparring.tasks.count_bonus"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    last = done.stderr.strip().splitlines()[-1]
    assert "WrongUse: CountBonus needs gymnasium, which isn't installed" in last
    assert "pip install 'sparring[rl]'" in last
