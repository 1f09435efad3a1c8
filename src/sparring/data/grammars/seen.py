"""Which strings were in the data, without the strings."""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np
import pandas as pd

_BITS = 8
_HASHES = 4


@dataclass(frozen=True)
class Seen:
    """A Bloom filter of strings: those that were put in are always found.

    One of about 40 other strings is found too, which costs whoever draws strings a second draw,
    and is kept so high on purpose: who tries every telephone number against a filter finds far
    more wrong ones than right ones. Still, a filter says something about whether a given string
    was in the data: a model that holds one is no more public than that.

    Bloom, "Space/time trade-offs in hash coding with allowable errors", CACM 13(7), 1970; the
    hashes are sums of two halves of one SipHash (Kirsch and Mitzenmacher, 2006).

    Attributes:
        salt: 16 characters, the key of the hash.
        bits: base64 of the filter, 8 bits a string.

    Example:
        >>> seen = Seen.of(np.array(["a", "b"], dtype=object), salt="0123456789abcdef")
        >>> seen.holds(np.array(["b"], dtype=object)).tolist()
        [True]
    """

    salt: str
    bits: str

    @classmethod
    def of(cls, values: np.ndarray, salt: str | None = None) -> Self:
        """The filter of these strings; without a salt, their own digest is it.

        Args:
            values: (n,) of objects.
        """
        if salt is None:
            salt = hashlib.blake2b("\0".join(values).encode("utf-8", "replace")).hexdigest()[:16]
        flags = np.zeros(_BITS * max(len(values), 8), dtype=bool)
        flags[_places(values, salt, len(flags))] = True
        return cls(salt, base64.b64encode(np.packbits(flags).tobytes()).decode())

    @cached_property
    def _flags(self) -> np.ndarray:
        return np.unpackbits(np.frombuffer(base64.b64decode(self.bits), np.uint8)).astype(bool)

    @property
    def size(self) -> int:
        """How many strings there is room for: those that were put in, and 8 at least."""
        return len(self._flags) // _BITS

    def holds(self, values: np.ndarray) -> np.ndarray:
        """(n,) which of these strings may have been put in; false means certainly not."""
        found: np.ndarray = self._flags[_places(values, self.salt, len(self._flags))].all(axis=1)
        return found

    def describe(self) -> dict[str, Any]:
        """Salt and bits."""
        return {"salt": self.salt, "bits": self.bits}

    @classmethod
    def from_description(cls, description: Mapping[str, Any]) -> Self:
        """The filter that `describe` described."""
        return cls(**description)


def _places(values: np.ndarray, salt: str, size: int) -> np.ndarray:
    """(n, 4) places of the bits of each string."""
    hashes = pd.util.hash_array(values, hash_key=salt, categorize=False)
    low, high = hashes & 0xFFFFFFFF, (hashes >> np.uint64(32)) | np.uint64(1)
    steps = np.arange(_HASHES, dtype=np.uint64)
    return ((low[:, None] + steps * high[:, None]) % np.uint64(size)).astype(np.int64)
