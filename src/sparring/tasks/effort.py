"""How much computing a training takes, counted and not timed: the same on every machine."""

from types import TracebackType
from typing import Any, Self

from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import flop_registry

from sparring.core import Callback, TrainingState

# What one core of today takes, about, in microseconds.
_CALL, _NUMBER, _PRODUCT = 4.0, 5e-4, 2.5e-5
_COUNTED = 5


class Effort(Callback):
    """Counts a training's work, and ends it when so much has been done.

    Clocks tell more of a machine's load than of a game, and would make the same seed give another
    result. So the operations of the first five steps are counted: each call as 4 microseconds,
    each number that it reads or writes as 0.5 ns, each addition or multiplication of a matrix
    product as 0.025 ns, which is about what a core takes. Later steps are taken to cost as much.

    It is a context, as operations are counted until it is left.

    Args:
        limit: so much work, above 0; the step in which it is reached is finished, and five steps
            are taken at least. None sets none.

    Attributes:
        work: done so far, in microseconds of such a core.
        steps: taken so far.
        planned: how many were to be, or None where a callback says when to end.
        cut: whether the limit ended it.

    Example:
        >>> from sparring.tasks import Synthesizer
        >>> import numpy as np
        >>> with Effort() as whole:
        ...     options = {"steps": 40, "alarms": False, "callbacks": [whole]}
        ...     _ = Synthesizer("gan", **options).fit(np.random.default_rng(0).normal(size=(99, 2)))
        >>> with Effort(limit=whole.work / 4) as quarter:
        ...     options = {**options, "callbacks": [quarter]}
        ...     _ = Synthesizer("gan", **options).fit(np.random.default_rng(0).normal(size=(99, 2)))
        >>> whole.steps, quarter.steps, quarter.planned
        (40, 10, 40)
    """

    def __init__(self, limit: float | None = None) -> None:
        self.limit = limit
        self.work, self.steps = 0.0, 0
        self.planned: int | None = None
        self.cut = False
        self._count = _Count()
        self._counting = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        where: TracebackType | None,
    ) -> None:
        self._end_counting()

    def _end_counting(self) -> None:
        if self._counting:
            self._counting = False
            self._count.__exit__(None, None, None)

    def on_start(self, state: TrainingState) -> None:
        self.planned = state.steps
        self._counting = True
        self._count.__enter__()

    def on_step(self, state: TrainingState) -> None:
        self.steps += 1
        if self.steps >= _COUNTED:
            self._end_counting()
        self.work = self._count.work * max(1.0, self.steps / _COUNTED)
        if self.limit is not None and not self._counting and self.work >= self.limit:
            self.cut = not state.finished
            state.stop("it has done as much work as it may")

    def on_end(self, state: TrainingState) -> None:
        self._end_counting()


class _Count(TorchDispatchMode):
    """Adds up what is computed while it is entered."""

    def __init__(self) -> None:
        super().__init__()
        self.work = 0.0

    def __torch_dispatch__(
        self, function: Any, types: Any, arguments: Any = (), named: Any = None
    ) -> Any:
        named = named or {}
        result = function(*arguments, **named)
        self.work += _CALL
        if not function.is_view:
            self.work += _NUMBER * (_numbers(arguments) + _numbers(result))
        products = flop_registry.get(function.overloadpacket)
        if products is not None:
            self.work += _PRODUCT * products(*arguments, **named, out_val=result)
        return result


def _numbers(thing: Any) -> int:
    if isinstance(thing, Tensor):
        return thing.numel()
    if isinstance(thing, list | tuple):
        return sum(map(_numbers, thing))
    return 0
