"""Small data of each kind, and settings that train in a blink."""

import numpy as np
import pandas as pd
import pytest

TINY = {
    "networks": "mlp",
    "width": 8,
    "batch_size": 8,
    "steps": 3,
    "alarms": False,
    "previews": False,
}
_generator = np.random.default_rng(0)
IMAGES = _generator.integers(0, 256, (40, 8, 8), dtype=np.uint8)
COLOURED = _generator.integers(0, 256, (40, 8, 8, 3), dtype=np.uint8)
LABELS = np.array(["cat", "dog", "owl", "ant"] * 10)
NUMBERS = _generator.normal(size=(40, 3))
FRAME = pd.DataFrame(
    {
        "age": _generator.integers(18, 90, 40),
        "city": _generator.choice(["Ulm", "Bonn", "Kiel"], 40),
        "member": _generator.random(40) < 0.5,
        "since": pd.date_range("2024-01-01", periods=40),
        "income": np.where(_generator.random(40) < 0.2, np.nan, _generator.normal(size=40)),
    }
)
KINDS = {
    "images": (IMAGES, {}),
    "coloured": (COLOURED, {}),
    "numbers": (NUMBERS, {}),
    "points": (NUMBERS, {"modality": "points"}),
    "table": (FRAME, {}),
}


@pytest.fixture
def tiny():
    return dict(TINY)


@pytest.fixture(params=list(KINDS))
def kind(request):
    """Data, and the settings that go with it."""
    data, settings = KINDS[request.param]
    return data, {**TINY, **settings}


@pytest.fixture
def images():
    return IMAGES


@pytest.fixture
def labels():
    return LABELS


@pytest.fixture
def numbers():
    return NUMBERS


@pytest.fixture
def frame():
    return FRAME
