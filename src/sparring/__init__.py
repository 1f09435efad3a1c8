"""Adversarial games between neural networks, and the generative models that compete with them."""

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from sparring.tasks.synthesizer import Synthesizer

__all__ = ["Synthesizer", "__version__"]


def __getattr__(name: str) -> Any:
    # Imported at first use: `import sparring` alone takes no time.
    if name == "Synthesizer":
        from sparring.tasks.synthesizer import Synthesizer

        return Synthesizer
    raise AttributeError(f"module 'sparring' has no attribute {name!r}")
