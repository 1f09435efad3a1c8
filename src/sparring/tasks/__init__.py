"""The front for users."""

from sparring.tasks.synthesizer import Synthesizer

__all__ = ["Synthesizer"]
