"""Small data of each kind, and settings that train in a blink."""

import numpy as np
import pandas as pd
import pytest

from sparring import Synthesizer

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


def _customers(rows=900):
    """Columns of all kinds; some follow from others, and Jena comes five times."""
    random = np.random.default_rng(0)

    def some(values, share):
        return np.where(random.random(rows) < share, None, values)

    city = random.choice(["Bonn", "Kiel", "Ulm", "Trier"], rows, p=[0.5, 0.3, 0.15, 0.05])
    city[np.arange(5) * 170] = "Jena"
    net, tax = (np.round(random.lognormal(mean, 1, rows), 2) for mean in (3, 1))
    minutes = random.integers(0, 40_000, rows)
    born = pd.Timestamp("1950-01-01") + pd.to_timedelta(random.integers(0, 20_000, rows), "D")
    member = random.random(rows) < 0.6
    first = random.integers(0, 1000, rows)
    return pd.DataFrame(
        {
            "city": city,
            "region": np.where(np.isin(city, ["Jena", "Ulm"]), "east", "west"),
            "age": random.integers(18, 90, rows),
            "salary": pd.array(some(random.integers(1000, 9000, rows), 0.1), dtype="Int64"),
            "weight": random.normal(70, 10, rows),
            "short": random.normal(size=rows).astype("float32").round(1),
            "net": net,
            "tax": tax,
            "total": np.round(net + tax, 2),
            "seen": pd.Timestamp("2024-01-01", tz="Europe/Berlin")
            + pd.to_timedelta(minutes, "min"),
            "born": pd.Series(born).dt.strftime("%d.%m.%Y"),
            "member": member,
            "asked": pd.array(some(random.random(rows) < 0.5, 0.2), dtype="boolean"),
            "fee": np.where(member, random.integers(1, 60, rows), np.nan),
            "first": first,
            "last": first + random.integers(0, 500, rows),
            "kind": pd.Categorical(random.choice(["a", "b"], rows), categories=["b", "a"]),
            "always": "yes",
        }
    )


@pytest.fixture(scope="session")
def customers():
    """A table with columns of all kinds."""
    return _customers()


@pytest.fixture(scope="session")
def fitted(customers):
    """The default game on it, after a short training."""
    return Synthesizer(steps=60, batch_size=60, width=16, alarms=False).fit(customers)
