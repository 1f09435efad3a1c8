"""Networks whose forward is compiled while players take their gradients, and as it is elsewhere.

Measured on processors, compiling wins little with convolutions and costs 10 to 50 seconds at the
start (benchmarks/images.py, compiled_vs_eager); hence it is an option and never a default. What
can't be compiled runs as it is, and the reason stands in the events of the log.
"""

import contextlib
import traceback
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import torch
from torch import nn

from sparring.core.game import Game, Terms

if TYPE_CHECKING:
    from sparring.core.state import TrainingState

_TWICE = "double backward"


class Compiled:
    """The compiled forward of every network of a game, for the players' turns alone.

    Sampling, scoring and saving see the networks as they are: there shapes differ from call to
    call, and each shape would be compiled anew. A compiled network can't be differentiated twice,
    as a penalty on the discriminator's slopes or a consensus of players does; in the turn of a
    player whose loss does so, that player's own networks run as they are.

    Args:
        game: its players' networks and their direct parts are compiled at their first call.
    """

    def __init__(self, game: Game) -> None:
        self._game = game
        game.shares = False  # a turn that fails is taken again, from its start
        self._forwards: dict[str, list[tuple[nn.Module, Callable[..., Any]]]] = {}
        for name, player in game.players.items():
            # A game may call a network or a method of it that calls its parts: both are compiled.
            parts = [part for network in player.networks for part in (network, *network.children())]
            # Sizes stay the same all through a training.
            self._forwards[name] = [
                (part, torch.compile(part.forward, dynamic=False))
                for part in parts
                if _runs(part) and any(True for _ in part.parameters())
            ]
        self._plain: dict[str, set[str]] = {name: set() for name in game.players}

    def gradient(self, state: "TrainingState", name: str, take: Callable[[], Terms]) -> Terms:
        """Take a player's gradient through compiled networks, or through plain ones if need be."""
        random = torch.get_rng_state(), [torch.cuda.get_rng_state(d) for d in state.cuda_devices()]
        buffers = [(buffer, buffer.clone()) for buffer in self._game.buffers()]
        try:
            with self._swapped(name):
                return take()
        except RuntimeError as error:
            plain, saw = self._why(name, error)
            if plain <= self._plain[name]:
                raise
        # As if it had not been tried.
        torch.set_rng_state(random[0])
        for device, kept in zip(state.cuda_devices(), random[1], strict=True):
            torch.cuda.set_rng_state(kept, device)
        with torch.no_grad():
            for buffer, value in buffers:
                buffer.copy_(value)
        self._plain[name] |= plain
        state.events.append(
            {
                "step": state.step, "alarm": "compiling", "state": "raised", "since": state.step,
                "saw": saw, "numbers": {}, "advice": "Leave compiled off for this game.",
            }
        )  # fmt: skip
        with self._swapped(name):
            return take()

    def _why(self, name: str, error: RuntimeError) -> tuple[set[str], str]:
        """Whose networks must stay plain in a player's turn, and the reason."""
        if _TWICE in str(error) or _in_compiled_backward(error):
            return {name}, (
                f"The loss of player {name!r} differentiates its networks twice, which compiled "
                f"ones can't be; in its turn they run uncompiled."
            )
        if isinstance(error, torch._dynamo.exc.TorchDynamoException):
            reason = str(error).strip().splitlines()[0].rstrip(".")
            return set(self._forwards), (
                f"The compiler failed in the turn of player {name!r} ({reason}); in it all "
                f"networks run uncompiled."
            )
        return set(), ""

    @contextlib.contextmanager
    def _swapped(self, name: str) -> Iterator[None]:
        changed: list[nn.Module] = []
        for owner, forwards in self._forwards.items():
            if owner in self._plain[name]:
                continue
            for module, forward in forwards:
                # An attribute of the object hides its class's method, and no state holds it.
                object.__setattr__(module, "forward", forward)
                changed.append(module)
        try:
            yield
        finally:
            for module in changed:
                object.__delattr__(module, "forward")


def _in_compiled_backward(error: BaseException) -> bool:
    """Whether the backward of compiled code broke: it is asked to be differentiated again."""
    files = [frame.filename for frame in traceback.extract_tb(error.__traceback__)]
    return any("_aot_autograd" in file for file in files)


def _runs(module: nn.Module) -> bool:
    """Whether a module can be called, as a list of modules can't."""
    return not isinstance(module, nn.ModuleList | nn.ModuleDict) and "forward" not in vars(module)
