"""Adversarial games between neural networks, and the generative models that compete with them."""

import importlib
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from sparring.tasks.detector import Detector
    from sparring.tasks.restorer import Restorer
    from sparring.tasks.synthesizer import Synthesizer
    from sparring.tasks.world import World

__all__ = ["Detector", "Restorer", "Synthesizer", "World", "__version__"]

_WHERE = {
    "Detector": "sparring.tasks.detector",
    "Restorer": "sparring.tasks.restorer",
    "Synthesizer": "sparring.tasks.synthesizer",
    "World": "sparring.tasks.world",
}


def __getattr__(name: str) -> Any:
    # Imported at first use: `import sparring` alone takes no time.
    if name in _WHERE:
        return getattr(importlib.import_module(_WHERE[name]), name)
    raise AttributeError(f"module 'sparring' has no attribute {name!r}")
