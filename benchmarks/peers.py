"""Fits a peer, ctgan or tvae of the ctgan package, in the peer's own environment.

`benchmarks/tables.py` calls it; it imports nothing of sparring. A table comes as a CSV file and the
names of its discrete columns, and leaves as a CSV file of as many rows. The peers refuse missing
numbers: those are filled with the median and marked in a discrete column of their own, which is
read back after sampling, so that nothing is held against them that a user would not work around.

With `--warm-up` a table of 40 rows is fitted first, so that what is imported at first use is no
part of what is measured. `held_mb` is what the process held before the fit, and `peak_mb` the most
that it held from then on.
"""

import argparse
import json
import resource
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

MARK = " is missing"


class Limited:
    """Takes tqdm's place: epochs until the processor time is spent."""

    seconds = 0.0
    done = 0
    started = 0.0

    def __init__(self, epochs: Iterable[int], **_: object) -> None:
        self.epochs = epochs

    def __iter__(self) -> Iterator[int]:
        Limited.started = _spent()
        for epoch in self.epochs:
            if time.process_time() > Limited.seconds:
                return
            yield epoch
            Limited.done = epoch + 1

    def set_description(self, _: str) -> None:
        """As tqdm's."""


def main() -> None:
    """Fit, sample, and write rows and costs."""
    options = argparse.ArgumentParser()
    options.add_argument("peer", choices=("ctgan", "tvae"))
    options.add_argument("table", type=Path)
    options.add_argument("rows", type=Path)
    options.add_argument("--discrete", type=json.loads, required=True)
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--epochs", type=int, default=300)
    options.add_argument("--seconds", type=float, default=600.0)
    options.add_argument("--threads", type=int, default=1)
    options.add_argument("--warm-up", action="store_true")
    asked = options.parse_args()

    import ctgan
    import numpy as np
    import pandas as pd
    import torch
    from ctgan.synthesizers import ctgan as ctgan_module
    from ctgan.synthesizers import tvae as tvae_module

    torch.set_num_threads(asked.threads)
    kind = getattr(ctgan, {"ctgan": "CTGAN", "tvae": "TVAE"}[asked.peer])
    if asked.warm_up:
        small = pd.DataFrame({"number": np.linspace(0, 1, 40), "word": ["left", "right"] * 20})
        first = kind(epochs=1, batch_size=20)
        first.fit(small, ["word"])
        first.sample(10)
    torch.manual_seed(asked.seed)
    np.random.seed(asked.seed)
    discrete = list(asked.discrete)
    # Nothing alone is missing: "None" and "NA" may be values.
    frame = pd.read_csv(
        asked.table, dtype=dict.fromkeys(discrete, str), keep_default_na=False, na_values=[""]
    )
    for name in list(frame.columns):
        if name in discrete:
            frame[name] = frame[name].fillna("(missing)")
        elif frame[name].isna().any():
            frame[name + MARK] = frame[name].isna().astype(str)
            frame[name] = frame[name].fillna(frame[name].median())
            discrete.append(name + MARK)
    Limited.seconds = time.process_time() + asked.seconds
    ctgan_module.tqdm = tvae_module.tqdm = Limited
    model = kind(epochs=asked.epochs)
    model.set_random_state(asked.seed)
    held = _megabytes("VmRSS")
    counter = Path("/proc/self/clear_refs")
    if counter.exists():
        counter.write_text("5")  # the most there was is counted anew
    before = _spent()
    model.fit(frame, discrete)
    fitted = _spent() - before
    encoded = Limited.started - before
    before = _spent()
    made = model.sample(len(frame))
    sampled = _spent() - before
    for name in list(made.columns):
        if name.endswith(MARK):
            made.loc[made[name] == "True", name.removesuffix(MARK)] = np.nan
            made = made.drop(columns=name)
        elif name in discrete:
            made[name] = made[name].where(made[name] != "(missing)")
    made.to_csv(asked.rows, index=False)
    costs = {
        "train_cpu_s": round(fitted, 2),
        "sample_rows_per_s": round(len(made) / sampled),
        "peak_mb": round(_megabytes("VmHWM")),
        "held_mb": round(held),
        "encode_s": round(encoded, 3),
        "epoch_s": round((fitted - encoded) / max(Limited.done, 1), 3),
        "epochs": Limited.done,
        "package": ctgan.__version__,
    }
    json.dump(costs, sys.stdout)


def _spent() -> float:
    """CPU seconds of this process and those that it started."""
    return sum(
        used.ru_utime + used.ru_stime
        for used in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )


def _megabytes(what: str) -> float:
    """Resident memory: VmHWM the most there was, VmRSS what is there; elsewhere than on Linux the
    most in both cases."""
    # Linux's ru_maxrss would be the parent's where that had more before it ran this.
    status = Path("/proc/self/status")
    if status.exists():
        lines = status.read_text().splitlines()
        return int(next(line for line in lines if line.startswith(what)).split()[1]) / 1024
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


if __name__ == "__main__":
    main()
