"""How a command ends that went wrong: one sentence, and an exit code."""

import os
import re
import sys
from typing import Any

import typer

from sparring import __version__


def end(words: object, code: int) -> int:
    """Say why it ended on standard error, and hand back the exit code."""
    typer.secho(f"sparring: {words}", err=True, fg="red" if sys.stderr.isatty() else None)
    return code


def of_the_system(error: OSError | MemoryError) -> str:
    """What the machine refused, in a sentence."""
    if isinstance(error, MemoryError):
        return "memory ran out; ask for less at once, or close other programs."
    where = f"{error.filename} " if error.filename is not None else "a file "
    return (
        f"{where}could not be used: {error.strerror or error}; name another place, or change its "
        f"permissions."
    )


def usage(error: Exception) -> int:
    """Wrong words on the command line are the user's; anything else is a fault of ours."""
    if hasattr(error, "format_message"):
        words = re.sub(r"[.:]? Did you mean", "; did you mean", error.format_message())
        if not words.endswith("?"):
            words = f"{words.rstrip('.')}; see {_command_of(error)} --help."
        return end(words[0].lower() + words[1:], 2)
    if os.environ.get("SPARRING_DEBUG"):
        raise error
    words = (str(error).strip().splitlines() or ["without a word"])[-1]
    return end(
        f"a fault in sparring {__version__} ({type(error).__name__}: {words}); "
        f"set SPARRING_DEBUG=1 to see where, and please report it.",
        1,
    )


def _command_of(error: Any) -> str:
    context: Any = getattr(error, "ctx", None)
    inner = context is not None and context.parent is not None
    return f"sparring {context.info_name}" if inner else "sparring"
