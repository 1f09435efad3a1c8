"""The table of games: one row a catalogue entry, unconditional and class-conditional.

A new game comes under the contract with one line in `UNCONDITIONAL` and one in `CONDITIONAL` of the
rows that it belongs to.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
import rows_of_likelihood
import rows_of_pictures
import rows_of_tables
import torch
from rows_of_likelihood import bits
from rows_of_pictures import CLASSES, pictures
from rows_of_tables import MIXED, NUMBERS, encoded, tokens

from sparring.core import (
    Alternating,
    Batch,
    Callback,
    Consensus,
    Extragradient,
    Game,
    Optimistic,
    Simultaneous,
    TrainingState,
    share,
)
from sparring.core import Batches as Stream
from sparring.data import Batches, FewLabels
from sparring.data.conditioned import Conditioned

UNCONDITIONAL = {
    **rows_of_pictures.UNCONDITIONAL,
    **rows_of_likelihood.UNCONDITIONAL,
    **rows_of_tables.UNCONDITIONAL,
}
CONDITIONAL = {
    **rows_of_pictures.CONDITIONAL,
    **rows_of_likelihood.CONDITIONAL,
    **rows_of_tables.CONDITIONAL,
}

# Games whose batches aren't plain noise: encoded rows, and what is asked of them.
BATCHES: dict[str, Callable[[tuple[tuple[str, int], ...], int], Stream]] = {
    "nade": lambda spans, size: Batches(tokens(spans), size),
    "rbm": lambda _, size: Batches(bits(), size),
    "dbm": lambda _, size: Batches(bits(), size),
    "s3gan": lambda _, size: FewLabels(pictures(), size, labelled=4),
    "ctgan": lambda spans, size: Conditioned(encoded(spans), spans, size),
    "tvae": lambda spans, size: Batches(encoded(spans), size),
}

# Games that draw nothing while they are played, beside their batches.
UNDRAWN = {
    *("pixelcnn", "gated-pixelcnn", "pixelrnn", "multiscale-pixelcnn", "wavenet"),
    *("maf", "iaf", "neural-spline"),
}

RULES = [Alternating(), Simultaneous(), Extragradient(), Optimistic(), Consensus(0.1)]


class Noise:
    """Batches that follow from their number alone; each process takes its share."""

    def __init__(self, shape: tuple[int, ...], labelled: bool, batch_size: int = 8) -> None:
        self.shape, self.labelled, self.batch_size, self.number = shape, labelled, batch_size, 0

    def __next__(self) -> Batch:
        source = torch.Generator().manual_seed(self.number)
        self.number += 1
        batch = {"x": share(torch.randn(self.batch_size, *self.shape, generator=source))}
        if self.labelled:
            labels = torch.randint(CLASSES, (self.batch_size,), generator=source)
            batch["y"] = share(labels)
        return batch

    def state_dict(self) -> dict[str, Any]:
        return {"number": self.number}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        self.number = state["number"]


class RunningMean(Callback):
    """Averages weights as a real training would, and remembers how often it was called."""

    def __init__(self) -> None:
        self.calls = 0

    def on_start(self, state: TrainingState) -> None:
        if "game" not in state.averages:
            state.averages["game"] = [t.clone() for t in state.game.averaged_tensors()]

    def on_step(self, state: TrainingState) -> None:
        self.calls += 1
        torch._foreach_lerp_(state.averages["game"], state.game.averaged_tensors(), 0.25)

    def state_dict(self) -> dict[str, Any]:
        return {"calls": self.calls}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        self.calls = state["calls"]


@dataclass(frozen=True)
class Row:
    """One game under the contract."""

    name: str
    conditional: bool

    def game(self, seed: int = 1) -> Game:
        """The same game every time; another seed, other weights."""
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            return (CONDITIONAL if self.conditional else UNCONDITIONAL)[self.name]()

    def batches(self, batch_size: int = 8) -> Stream:
        """A stream that fits the game, from its start."""
        if self.name in BATCHES:
            return BATCHES[self.name](MIXED if self.conditional else NUMBERS, batch_size)
        shape: tuple[int, ...] = tuple(self.game().sample(1).shape[1:])  # type: ignore[attr-defined]
        return Noise(shape, self.conditional, batch_size)

    @property
    def draws(self) -> bool:
        """Whether the game draws random numbers while it is played."""
        return self.name not in UNDRAWN

    def __str__(self) -> str:
        return f"{self.name}-conditional" if self.conditional else self.name


ROWS = [
    *(Row(name, conditional=False) for name in UNCONDITIONAL),
    *(Row(name, conditional=True) for name in CONDITIONAL),
]


@pytest.fixture(params=ROWS, ids=str)
def row(request: pytest.FixtureRequest) -> Row:
    """Every game in its turn."""
    return request.param


@pytest.fixture(params=RULES, ids=lambda rule: type(rule).__name__.lower())
def rule(request: pytest.FixtureRequest) -> Any:
    """Every update rule in its turn."""
    return request.param


@pytest.fixture
def rows() -> list[Row]:
    """The whole table."""
    return ROWS


@pytest.fixture
def running_mean() -> type[RunningMean]:
    """A callback that averages weights."""
    return RunningMean


@pytest.fixture
def weights() -> Callable[[Game], dict[str, torch.Tensor]]:
    """A game's weights and buffers at this moment, copied."""
    return lambda game: {name: tensor.clone() for name, tensor in game.state_dict().items()}
