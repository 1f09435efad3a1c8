"""All that a training is at one moment, and the only two ways in which it may change.

`gradient` takes a player's gradient, `move` lets the player step. Update rules are made of these
two; no optimizer exists anywhere else.
"""

import contextlib
import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from sparring.core.backend import Backend
from sparring.core.compiling import Compiled
from sparring.core.errors import Failure, WrongUse
from sparring.core.game import Batch, Batches, Game, Player, Terms


class Stateful(Protocol):
    """What is kept in a checkpoint beside the game: a callback."""

    def state_dict(self) -> dict[str, Any]: ...
    def load_state_dict(self, state: Mapping[str, Any]) -> None: ...


class TrainingState:
    """A game, its optimizers, counters, averages, random state, and the position in the data.

    Args:
        game: checked and moved to the backend's device.
        batches: the stream of data.
        backend: where it runs.
        seed: of everything random.
        steps: how many are planned, or None.

    Attributes:
        step: steps taken. samples: items seen. seconds: time trained, over all sittings.
        done: the share of the training that is over; who ends it by time sets it.
        memory: what the update rule keeps, lists of tensors by name.
        averages: averaged tensors by name, kept by callbacks.
        terms: the players' latest terms, as `player/term`, until somebody records and clears them.
        events: what alarms have seen, JSON-able, oldest first.
        stopped: why the training ended early, or None.
        rate: factor on every learning rate.
        callbacks: what else is kept in a checkpoint.
    """

    def __init__(
        self,
        game: Game,
        batches: Batches,
        backend: Backend,
        seed: int = 0,
        steps: int | None = None,
    ) -> None:
        game.check()
        if batches.batch_size % backend.processes:
            raise WrongUse(
                f"batch_size must be a multiple of the {backend.processes} processes, "
                f"got {batches.batch_size}."
            )
        backend.place_module(game)
        backend.place_data(batches)
        self.game, self.batches, self.backend = game, batches, backend
        self.seed, self.steps = seed, steps
        self.step, self.samples, self.seconds, self.done = 0, 0, 0.0, 0.0
        self.parameters = {name: player.parameters() for name, player in game.players.items()}
        self.optimizers = {
            name: player.optimizer.build(self.parameters[name])
            for name, player in game.players.items()
        }
        self.memory: dict[str, list[Tensor]] = {}
        self.averages: dict[str, list[Tensor]] = {}
        self.terms: deque[dict[str, Tensor | float]] = deque(maxlen=4096)
        self.callbacks: Sequence[Stateful] = ()
        self.events: list[dict[str, Any]] = []
        self.stopped: str | None = None
        self.rate = 1.0
        self._precise = backend.precision == "float32"
        self._compiled = Compiled(game) if backend.compiled else None
        game.steps = steps

    # Moves

    def next_batch(self) -> Batch:
        """The next batch of data, on the device; counts its items as seen."""
        self.samples += self.batches.batch_size
        return self.backend.place(next(self.batches))

    def gradient(self, name: str, batch: Batch) -> None:
        """Leave a player's gradient, averaged over processes, in its parameters."""
        player, parameters = self.game.players[name], self.parameters[name]
        loss = player.loss if self._precise else self._autocast(player)
        if self._compiled is None:
            terms = player.gradient(loss, batch, parameters)
        else:
            terms = self._compiled.gradient(
                self, name, lambda: player.gradient(loss, batch, parameters)
            )
        self.record(name, terms)
        if self.backend.processes > 1:
            self.backend.average([p.grad for p in parameters if p.grad is not None])

    def _autocast(self, player: Player) -> Any:
        def loss(batch: Batch) -> Terms:
            with self.backend.autocast():
                return player.loss(batch)

        return loss

    def record(self, name: str, terms: Terms) -> None:
        """Keep a player's terms for the log, without waiting for the device."""
        # Of the CPU's nothing but the number: small tensors that stay, one a step, leave holes
        # between the large ones that go, and the process grows.
        self.terms.append(
            {
                f"{name}/{term}": value.item() if value.device.type == "cpu" else value.detach()
                for term, value in terms.items()
            }
        )

    def move(self, name: str) -> None:
        """Let a player step along the gradient in its parameters."""
        player, optimizer = self.game.players[name], self.optimizers[name]
        settings = player.optimizer.settings(self.step, self.done)
        if "lr" in settings:
            settings["lr"] *= self.rate
        for group in optimizer.param_groups:
            group.update(settings)
        optimizer.step()
        if player.projection is not None:
            with torch.no_grad():
                player.projection(self.parameters[name])

    def scale_rates(self, factor: float) -> None:
        """Multiply every learning rate by a factor, from now on."""
        self.rate *= factor
        self._set_rates()

    def _set_rates(self) -> None:
        for name, optimizer in self.optimizers.items():
            for group in optimizer.param_groups:
                group["lr"] = self.game.players[name].optimizer.lr * self.rate

    def advance(self) -> None:
        """Count a step as taken; games see it as `game.step` and `game.done`."""
        self.step += 1
        if self.steps is not None:
            self.done = self.step / self.steps
        self._tell()

    def _tell(self) -> None:
        self.game.step, self.game.done = self.step, self.done

    def stop(self, reason: str) -> None:
        """End the training after this step."""
        self.stopped = reason

    @property
    def finished(self) -> bool:
        """Whether the last step has been taken."""
        return self.stopped is not None or (self.steps is not None and self.step >= self.steps)

    # Looking aside

    @contextlib.contextmanager
    def aside(self) -> Iterator[None]:
        """Do something that draws random numbers and leave no trace of it in the training."""
        with torch.random.fork_rng(devices=self.cuda_devices()):
            yield

    def cuda_devices(self) -> list[torch.device]:
        """The GPU with a random state of its own, if the game plays on one."""
        return [self.backend.device] if self.backend.accelerator == "cuda" else []

    @contextlib.contextmanager
    def averaged(self, name: str = "game") -> Iterator[None]:
        """Let the game play with averaged weights inside; as it is where none are kept."""
        if name not in self.averages:
            yield
            return
        tensors = self.game.averaged_tensors()
        kept = [tensor.clone() for tensor in tensors]
        torch._foreach_copy_(tensors, self.averages[name])
        try:
            yield
        finally:
            torch._foreach_copy_(tensors, kept)

    # Keeping and restoring

    def state_dict(self) -> tuple[dict[str, Tensor], dict[str, Any]]:
        """All that is needed to go on as if nothing had happened: tensors by name, and JSON."""
        tensors = {f"game/{name}": value for name, value in self.game.state_dict().items()}
        for name, optimizer in self.optimizers.items():
            for index, parameter in enumerate(self.parameters[name]):
                for key, value in optimizer.state.get(parameter, {}).items():
                    tensors[f"optimizer/{name}/{index}/{key}"] = torch.as_tensor(value)
        for kind, lists in (("memory", self.memory), ("average", self.averages)):
            for name, values in lists.items():
                for index, value in enumerate(values):
                    tensors[f"{kind}/{name}/{index}"] = value
        tensors["random/cpu"] = torch.get_rng_state()
        for device in self.cuda_devices():
            tensors["random/cuda"] = torch.cuda.get_rng_state(device)
        meta = {
            "step": self.step,
            "samples": self.samples,
            "seconds": self.seconds,
            "done": self.done,
            "seed": self.seed,
            "rate": self.rate,
            "events": self.events,
            "batches": self.batches.state_dict(),
            "callbacks": [[type(c).__name__, c.state_dict()] for c in self.callbacks],
        }
        return tensors, meta

    def load_state_dict(self, tensors: Mapping[str, Tensor], meta: Mapping[str, Any]) -> None:
        """Become the state that `state_dict` described.

        Raises:
            Failure: if it belongs to another game.
        """
        # First: other data may well have made other networks.
        self.batches.load_state_dict(meta["batches"])
        parts = _by_first_word(tensors)
        try:
            self.game.load_state_dict(parts.pop("game", {}))
        except RuntimeError as error:
            raise Failure(
                f"the checkpoint doesn't fit {type(self.game).__name__} with these networks; "
                f"resume it with the recipe that it was made with."
            ) from error
        self._load_optimizers(parts.pop("optimizer", {}))
        self.memory = _lists(parts.pop("memory", {}), self.backend.device)
        self.averages = _lists(parts.pop("average", {}), self.backend.device)
        random = parts.pop("random")
        torch.set_rng_state(random["cpu"].cpu())
        if "cuda" in random and self.backend.accelerator == "cuda":
            torch.cuda.set_rng_state(random["cuda"].cpu(), self.backend.device)
        self.step, self.samples = int(meta["step"]), int(meta["samples"])
        self.seconds, self.seed = float(meta["seconds"]), int(meta["seed"])
        self.done = float(meta.get("done", 0.0))
        self.rate, self.events = float(meta["rate"]), list(meta["events"])
        self._tell()
        self.terms.clear()
        self._set_rates()
        self._load_callbacks(meta["callbacks"])

    def _load_callbacks(self, kept: Sequence[Sequence[Any]]) -> None:
        waiting = list(kept)
        for callback in self.callbacks:
            for entry in waiting:
                if entry[0] == type(callback).__name__:
                    callback.load_state_dict(entry[1])
                    waiting.remove(entry)
                    break

    def _load_optimizers(self, values: Mapping[str, Tensor]) -> None:
        for optimizer in self.optimizers.values():
            optimizer.state.clear()
        for path, value in values.items():
            name, index, key = path.rsplit("/", 2)
            parameter: nn.Parameter = self.parameters[name][int(index)]
            state = self.optimizers[name].state[parameter]
            if key == "step":  # some optimizers count on the CPU, others beside the parameter
                place = value.device if _steps_on_cpu(self, name) else parameter.device
                state[key] = value.clone().to(place)
            else:
                state[key] = lying_as(parameter, value)


def _steps_on_cpu(state: TrainingState, name: str) -> bool:
    return not state.optimizers[name].defaults.get("fused", False)


def _by_first_word(tensors: Mapping[str, Tensor]) -> dict[str, dict[str, Tensor]]:
    parts: dict[str, dict[str, Tensor]] = {}
    for path, tensor in tensors.items():
        kind, name = path.split("/", 1)
        parts.setdefault(kind, {})[name] = tensor
    return parts


def _lists(values: Mapping[str, Tensor], device: torch.device) -> dict[str, list[Tensor]]:
    lists: dict[str, dict[int, Tensor]] = {}
    for path, value in values.items():
        name, index = path.rsplit("/", 1)
        lists.setdefault(name, {})[int(index)] = value.clone().to(device)
    return {name: [items[i] for i in sorted(items)] for name, items in lists.items()}


def lying_as(parameter: Tensor, value: Tensor) -> Tensor:
    """A copy of a gradient or moment that lies in memory as its parameter does.

    Fused optimizers walk through memory, and would pair the wrong elements without a word.
    """
    return torch.empty_like(parameter, requires_grad=False).copy_(value)


def clock() -> float:
    """Seconds on a clock that only goes forward."""
    return time.monotonic()
