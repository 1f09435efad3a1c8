"""Data: how items of each kind become tensors and back, and where they come from."""

from sparring.data.batches import Batches
from sparring.data.catalog import Named, names
from sparring.data.dataset import Dataset, Modes
from sparring.data.image import Image
from sparring.data.matrix import Matrix
from sparring.data.modality import Modality
from sparring.data.opening import open_dataset
from sparring.data.points import Points
from sparring.data.restoring import modality_from
from sparring.data.sources import Files, InMemory, Source
from sparring.data.table import Table

__all__ = [
    "Batches",
    "Dataset",
    "Files",
    "Image",
    "InMemory",
    "Matrix",
    "Modality",
    "Modes",
    "Named",
    "Points",
    "Source",
    "Table",
    "modality_from",
    "names",
    "open_dataset",
]
