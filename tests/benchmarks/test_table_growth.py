"""How a fit to a table grows."""

import json
import subprocess
import sys
from pathlib import Path

import pandas as pd

import table_growth


def test_made_tables_are_mixed_and_the_same_every_time():
    frame = table_growth.mixed_table(500, 20)
    assert frame.shape == (500, 20)
    pd.testing.assert_frame_equal(frame, table_growth.mixed_table(500, 20))
    assert {"float64", "int64", "bool"} <= set(frame.dtypes.astype(str))
    assert frame.isna().any(axis=None)
    # An atom, and columns that know of each other.
    assert 0.5 < (frame["column 0"] == 0).mean() < 0.8
    assert frame["column 0"].corr(frame["column 2"], method="spearman") > 0.5


def test_every_point_is_measured_or_told_to_have_failed(tmp_path):
    command = [sys.executable, table_growth.__file__, "--rows", "200", "4", "--columns", "--json"]
    command += ["--steps", "1", "--plot", str(tmp_path / "growth.png")]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(done.stdout.splitlines()[-1])
    good, few = found["more_rows"]
    assert (good["rows"], good["columns"], good["steps"]) == (200, 20, 1)
    assert all(good[name] > 0 for name in table_growth.FIGURES)
    assert "10 rows" in few["failed"]
    assert Path(tmp_path / "growth.png").stat().st_size > 1000
    assert f"| 200 | 20 | {good['encode_s']:,} |" in table_growth.report(found)
