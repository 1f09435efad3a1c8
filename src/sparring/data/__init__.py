"""Data: how items of each kind become tensors and back, and where they come from."""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sparring.data.batches import Batches
    from sparring.data.catalog import Named, names
    from sparring.data.conditioned import Categories, Conditioned
    from sparring.data.dataset import Dataset, Modes
    from sparring.data.few_labels import FewLabels, Relabelled, hide
    from sparring.data.image import Image
    from sparring.data.matrix import Matrix
    from sparring.data.modality import Modality
    from sparring.data.opening import open_dataset
    from sparring.data.points import Points
    from sparring.data.restoring import modality_from
    from sparring.data.sound import Sound
    from sparring.data.sources import Files, InMemory, Pictures, Source, Subset
    from sparring.data.table import Table

__all__ = [
    "Batches",
    "Categories",
    "Conditioned",
    "Dataset",
    "FewLabels",
    "Files",
    "Image",
    "InMemory",
    "Matrix",
    "Modality",
    "Modes",
    "Named",
    "Pictures",
    "Points",
    "Relabelled",
    "Sound",
    "Source",
    "Subset",
    "Table",
    "hide",
    "modality_from",
    "names",
    "open_dataset",
]

_WHERE = {
    "Batches": "batches",
    "Categories": "conditioned",
    "Conditioned": "conditioned",
    "Dataset": "dataset",
    "FewLabels": "few_labels",
    "Files": "sources",
    "Image": "image",
    "InMemory": "sources",
    "Matrix": "matrix",
    "Modality": "modality",
    "Modes": "dataset",
    "Named": "catalog",
    "Pictures": "sources",
    "Points": "points",
    "Relabelled": "few_labels",
    "Sound": "sound",
    "Source": "sources",
    "Subset": "sources",
    "Table": "table",
    "hide": "few_labels",
    "modality_from": "restoring",
    "names": "catalog",
    "open_dataset": "opening",
}


def __getattr__(name: str) -> Any:
    # Imported at first use: who trains on tensors needn't load what tables need (70 MB).
    if name not in _WHERE:
        raise AttributeError(f"module 'sparring.data' has no attribute {name!r}")
    return getattr(importlib.import_module(f"sparring.data.{_WHERE[name]}"), name)
