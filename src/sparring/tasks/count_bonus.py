"""Rewards for what is rare, in any environment of gymnasium."""

from typing import Any, SupportsFloat

from sparring.core.errors import WrongUse
from sparring.tasks.exploring import PseudoCount, Sighting

try:
    import gymnasium
except ImportError as error:
    raise WrongUse(
        "CountBonus needs gymnasium, which isn't installed; run pip install 'sparring[rl]'."
    ) from error


class CountBonus(gymnasium.Wrapper, gymnasium.utils.RecordConstructorArgs):  # type: ignore[misc, type-arg]
    """Adds scale (N + .01)^-1/2 to the reward of a step, for the N times its end was seen before.

    Bellemare et al. 2016 (arXiv 1606.01868), section 6.1. `info` tells the bonus as it was added
    ("count_bonus"), the count ("pseudo_count"), how much the log-probability of the observation
    rose ("prediction_gain"), and the reward without bonus ("environment_reward"). What an episode
    begins with is counted too, and brings nothing.

    Since rewards depend on what was seen before, the environment's specification calls itself
    nondeterministic.

    Args:
        env: any environment.
        counts: of its observations; several environments may share them. What is made anew from
            the environment's specification has a copy of them as they were at first.
        scale: of the bonus, at least 0.

    Raises:
        WrongUse: for a negative scale, or something else than a `PseudoCount`.

    Example:
        >>> from sparring.tasks.exploring import Empirical
        >>> env = CountBonus(gymnasium.make("FrozenLake-v1"), PseudoCount(Empirical()))
        >>> _ = env.reset(seed=0)
        >>> _, reward, _, _, info = env.step(0)
        >>> reward == info["environment_reward"] + info["count_bonus"]
        True
    """

    def __init__(
        self, env: "gymnasium.Env[Any, Any]", counts: PseudoCount, scale: float = 0.05
    ) -> None:
        if not isinstance(counts, PseudoCount):
            raise WrongUse(
                f"counts of CountBonus must be a PseudoCount, got {type(counts).__name__}; "
                f"PseudoCount(Empirical()) counts states one by one."
            )
        if not scale >= 0:
            raise WrongUse(f"scale of CountBonus must be at least 0, got {scale}.")
        gymnasium.utils.RecordConstructorArgs.__init__(self, counts=counts, scale=scale)
        gymnasium.Wrapper.__init__(self, env)
        self.counts, self.scale = counts, scale

    @property
    def spec(  # type: ignore[override]
        self,
    ) -> "gymnasium.envs.registration.EnvSpec | None":
        """That of the environment, with this wrapper, and nondeterministic."""
        found = super().spec
        if found is not None:
            found.nondeterministic = True
        return found

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Any, dict[str, Any]]:
        """Begin an episode; its first observation is counted."""
        observation, info = self.env.reset(seed=seed, options=options)
        return observation, self._told(info, self.counts.see(observation))

    def step(self, action: Any) -> tuple[Any, SupportsFloat, bool, bool, dict[str, Any]]:
        """A step, whose reward has the bonus of where it ends."""
        observation, reward, terminated, truncated, info = self.env.step(action)
        sighting = self.counts.see(observation)
        bonus = self.scale * sighting.bonus
        told = {"count_bonus": bonus, "environment_reward": float(reward)}
        info = {**self._told(info, sighting), **told}
        return observation, float(reward) + bonus, terminated, truncated, info

    def _told(self, info: dict[str, Any], sighting: Sighting) -> dict[str, Any]:
        return {**info, "pseudo_count": sighting.count, "prediction_gain": sighting.gain}
