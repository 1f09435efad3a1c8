"""Training loops that take turns in one process, so that all of them see the same machine.

Each loop runs as it would alone, in a thread of its own, and calls `tick` after every batch; only
one of them is awake at any time. So frameworks whose loop can't be left and entered again are
measured block by block as a loop written by hand is.
"""

import statistics
import threading
import time
from collections.abc import Callable, Mapping

Tick = Callable[..., None]
Loop = Callable[[Tick], None]


class Finished(BaseException):
    """Raised in a loop by its tick when nothing more is asked of it; no framework catches it."""


class _Runner:
    """One loop, asleep between its blocks."""

    def __init__(self, loop: Loop, block: int) -> None:
        self.block, self._left, self._over = block, 0, False
        self._go, self._done = threading.Semaphore(0), threading.Semaphore(0)
        self._error: BaseException | None = None
        self._loop = loop
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._wait()
            self._loop(self.tick)
            raise RuntimeError("a loop ended before its last block.")
        except Finished:
            pass
        except BaseException as error:
            self._error = error
        finally:
            self._done.release()

    def _wait(self) -> None:
        self._go.acquire()
        if self._over:
            raise Finished
        self._left = self.block

    def tick(self, batches: int = 1) -> None:
        """So many batches have been trained on."""
        self._left -= batches
        if self._left <= 0:
            self._done.release()
            self._wait()

    def take(self) -> float:
        """Processor seconds of one block."""
        before = time.process_time()
        self._go.release()
        self._done.acquire()
        spent = time.process_time() - before
        if self._error is not None:
            raise self._error
        return spent

    def end(self) -> None:
        """Let the loop go."""
        self._over = True
        self._go.release()
        self._thread.join()


def seconds_a_block(loops: Mapping[str, Loop], block: int, rounds: int) -> dict[str, list[float]]:
    """Processor seconds of each loop's blocks, one a round, after a round that isn't counted.

    Args:
        loops: by name; each calls what it is given after every batch, with the number of batches
            where that isn't 1.
        block: batches in a block.
        rounds: that are counted.
    """
    runners = {name: _Runner(loop, block) for name, loop in loops.items()}
    found: dict[str, list[float]] = {name: [] for name in loops}
    try:
        for number in range(rounds + 1):
            # Another one begins every round, so that nobody always runs in the same place.
            names = list(runners)
            first = number % len(names)
            for name in names[first:] + names[:first]:
                seconds = runners[name].take()
                if number:
                    found[name].append(seconds)
    finally:
        for runner in runners.values():
            runner.end()
    return found


def times_as_fast(seconds: Mapping[str, list[float]], ours: str, theirs: str) -> float:
    """How many times as much one loop does as another: the median over the rounds."""
    pairs = zip(seconds[ours], seconds[theirs], strict=True)
    return statistics.median(b / a for a, b in pairs)
