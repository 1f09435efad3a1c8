"""Where a game runs: the device, the precision, the processes. Nothing else in the package knows.

Lightning Fabric places tensors, opens the processes and speaks between them. No network is wrapped:
a player's gradients are averaged after they are taken, which holds for any number of networks,
losses and gradient penalties.
"""

import atexit
import functools
import os
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Any, Protocol, TypeVar, runtime_checkable

import torch
from torch import Tensor, nn

from sparring.core.errors import WrongUse
from sparring.core.shares import set_share

Result = TypeVar("Result")

_PRECISIONS = {"float32": "32-true", "bfloat16": "bf16-mixed"}

# Data may take a quarter of a GPU's free memory: networks and what they keep need the rest.
_SHARE_OF_DATA = 4


@runtime_checkable
class Moves(Protocol):
    """Batches whose data can lie on a device as a whole."""

    def move(self, device: torch.device, room: int) -> None: ...


class Backend:
    """A device, a precision and a number of processes.

    Args:
        device: "auto" (a GPU where there is one), "cpu" or "cuda".
        precision: "float32", or "bfloat16" for mixed precision.
        processes: how many play together, each a share of every batch; under torchrun the number
            comes from there.
        compiled: compile the networks for the players' turns; `core.compiling` says what it can't
            do, and that it wins little on processors.

    Raises:
        WrongUse: for a device or precision that isn't one, or isn't here.

    Example:
        >>> backend = Backend("cpu")
        >>> backend.processes, backend.main
        (1, True)
    """

    def __init__(
        self,
        device: str = "auto",
        precision: str = "float32",
        processes: int = 1,
        *,
        compiled: bool = False,
    ) -> None:
        if precision not in _PRECISIONS:
            raise WrongUse(f"precision must be one of {', '.join(_PRECISIONS)}, got {precision!r}.")
        if device not in ("auto", "cpu", "cuda"):
            raise WrongUse(f"device must be auto, cpu or cuda, got {device!r}.")
        if device == "cuda" and not torch.cuda.is_available():
            raise WrongUse('device "cuda" was asked for and torch finds no GPU; use device "cpu".')
        if processes < 1:
            raise WrongUse(f"processes must be at least 1, got {processes}.")
        self.accelerator = "cuda" if device != "cpu" and torch.cuda.is_available() else "cpu"
        self.precision, self.compiled = precision, compiled
        self._torchrun = "TORCHELASTIC_RUN_ID" in os.environ
        self.processes = int(os.environ["WORLD_SIZE"]) if self._torchrun else processes
        self._fabric: Any = None

    @property
    def fabric(self) -> Any:
        """The Lightning Fabric object, made at first use."""
        if self._fabric is None:
            from lightning_fabric import Fabric

            devices = self.processes
            if self._torchrun:
                devices = int(os.environ.get("LOCAL_WORLD_SIZE", self.processes))
            several = "ddp" if self._torchrun or self.accelerator == "cuda" else "ddp_fork"
            self._fabric = Fabric(
                accelerator=self.accelerator,
                devices=devices,
                num_nodes=max(1, self.processes // devices),
                strategy=several if self.processes > 1 else "auto",
                precision=_PRECISIONS[self.precision],  # type: ignore[arg-type]
            )
        return self._fabric

    def launch(self, function: Callable[[], Result]) -> Result:
        """Run a function in every process and return what the first one's returns."""
        if self.processes == 1:
            return function()

        def play(fabric: Any) -> Result:
            mean = functools.partial(fabric.all_reduce, reduce_op="mean")
            set_share(fabric.global_rank, fabric.world_size, mean)
            torch.set_num_threads(max(1, torch.get_num_threads() // fabric.world_size))
            return function()

        if self._torchrun:
            atexit.register(_leave)
        result: Result = self.fabric.launch(play)
        return result

    @property
    def device(self) -> torch.device:
        """Where this process computes."""
        return self.fabric.device if self.accelerator == "cuda" else torch.device("cpu")

    @property
    def rank(self) -> int:
        """Which process this is, from 0."""
        if self._torchrun:
            return int(os.environ["RANK"])
        return self.fabric.global_rank if self.processes > 1 else 0

    @property
    def main(self) -> bool:
        """Whether this process writes files and speaks to the user."""
        return self.rank == 0

    def place(self, batch: Mapping[str, Tensor]) -> Mapping[str, Tensor]:
        """A batch on this process's device."""
        if self.accelerator == "cpu":
            return batch
        device = self.device
        return {name: tensor.to(device, non_blocking=True) for name, tensor in batch.items()}

    def place_data(self, batches: object) -> None:
        """Let data lie on this process's GPU as a whole where it takes little of what is free.

        Then a step waits for no transfer; larger data comes batch by batch.
        """
        if self.accelerator == "cuda" and isinstance(batches, Moves):
            free, _ = torch.cuda.mem_get_info(self.device)
            batches.move(self.device, free // _SHARE_OF_DATA)

    def place_module(self, module: nn.Module) -> None:
        """Move a game's networks to this process's device."""
        if self.accelerator == "cuda":
            module.to(self.device)

    def autocast(self) -> AbstractContextManager[Any]:
        """The context in which losses are computed, in the backend's precision."""
        return torch.autocast(self.accelerator, torch.bfloat16, self.precision == "bfloat16")

    def average(self, tensors: list[Tensor]) -> None:
        """Replace tensors by their means over the processes, in place, in one exchange."""
        if self.processes == 1:
            return
        flat = torch.cat([tensor.reshape(-1) for tensor in tensors])
        flat = self.fabric.all_reduce(flat, reduce_op="mean")
        parts = flat.split([tensor.numel() for tensor in tensors])
        for tensor, part in zip(tensors, parts, strict=True):
            tensor.copy_(part.view_as(tensor))

    def barrier(self) -> None:
        """Wait until every process has come here."""
        if self.processes > 1:
            self.fabric.barrier()


def _leave() -> None:
    # Threads of a connection that is still open abort a process at its exit, now and then.
    if torch.distributed.is_initialized():
        torch.distributed.destroy_process_group()
