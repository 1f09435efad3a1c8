"""What the library must know about a kind of data: how it becomes tensors and back."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Self

from PIL.Image import Image as Picture
from torch import Tensor

from sparring.core.errors import WrongUse


class Modality(ABC):
    """A kind of data: items as users have them, and tensors as networks see them.

    The tensors are called *model space*: float32, one item along the first dimension. A new kind
    of data is one subclass; nothing else of the library looks inside items.
    """

    name: ClassVar[str]
    shape: tuple[int, ...]
    """Shape of one item in model space."""
    previews: ClassVar[int] = 1000
    """How many items are drawn now and then while a game is trained."""

    @abstractmethod
    def encode(self, items: Any) -> Tensor:
        """Items -> (n, *shape) float32 in model space."""

    @abstractmethod
    def decode(self, x: Tensor) -> Any:
        """(n, *shape) in model space -> items. Any finite tensor gives valid items."""

    def log_unit(self) -> float:
        """What makes a log-density in model space one in the items' own units, when it is added."""
        return 0.0

    @abstractmethod
    def show(self, items: Any) -> Picture:
        """One picture of some items."""

    def preview(self, items: Any, path: Path) -> None:
        """Write some items to files whose names begin with the path given: one picture."""
        self.show(items).save(f"{path}.png")

    @abstractmethod
    def save(self, items: Any, path: str | Path) -> None:
        """Write items to a file or folder, whole or not at all; the suffix chooses the format."""

    @abstractmethod
    def describe(self) -> dict[str, Any]:
        """All that is needed to rebuild this modality, in JSON's types; holds "modality": name."""

    @classmethod
    @abstractmethod
    def from_description(cls, description: Mapping[str, Any]) -> Self:
        """The modality that `describe` described."""


def wrong_suffix(path: Path, allowed: str) -> WrongUse:
    """The refusal of a file whose suffix names no format that this kind of data has."""
    return WrongUse(f"can't save to {path}: the name must end in {allowed}, got {path.suffix!r}.")
