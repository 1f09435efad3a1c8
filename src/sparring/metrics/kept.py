"""Small networks that are trained once and kept beside the data that they belong to."""

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from sparring.core.errors import Failure


def key(name: str, *content: Any) -> str:
    """A file's name that follows from all that a network depends on: arrays, and JSON.

    Example:
        >>> key("reader", np.zeros(2), [1]) == key("reader", np.zeros(2), [1])
        True
        >>> key("reader", np.zeros(2), [1]) == key("reader", np.zeros(2), [2])
        False
    """
    digest = hashlib.sha256()
    for part in content:
        if isinstance(part, np.ndarray):
            digest.update(str((part.shape, part.dtype)).encode())
            digest.update(np.ascontiguousarray(part).tobytes())
        else:
            digest.update(json.dumps(part, sort_keys=True).encode())
    return f"{name}-{digest.hexdigest()[:24]}"


def keep(file: Path, network: nn.Module, facts: Mapping[str, Any]) -> None:
    """Write a network and what is known of it, aside first.

    Raises:
        Failure: if it can't be written.
    """
    tensors = {name: t.cpu().contiguous() for name, t in network.state_dict().items()}
    aside = file.with_suffix(f".{os.getpid()}.part")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        save_file(tensors, aside, {"kept": json.dumps(facts)})
        aside.replace(file)
    except OSError as error:
        raise Failure(
            f"a trained network can't be kept in {file.parent}: {error.strerror}; give another "
            f"cache."
        ) from error


def fetch(file: Path, network: nn.Module) -> dict[str, Any]:
    """Fill a network with what was kept of it, and return what is known of it.

    Raises:
        Failure: if the file is damaged.
    """
    try:
        with safe_open(file, "pt") as kept:
            facts: dict[str, Any] = json.loads(kept.metadata()["kept"])
            tensors: dict[str, Tensor] = {n: kept.get_tensor(n) for n in kept.keys()}  # noqa: SIM118
        network.load_state_dict(tensors)
    except (OSError, SafetensorError, KeyError, TypeError, ValueError, RuntimeError) as error:
        raise Failure(f"the network kept in {file} is damaged; delete that file.") from error
    return facts
