"""Turns the 150 rows of iris data into raw little-endian `features.f32` and the true `species.i64`."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=Path, required=True, help="models/iris/rows.csv")
    parser.add_argument("--out", type=Path, required=True, help="folder to write")
    arguments = parser.parse_args()
    rows = np.loadtxt(arguments.rows, delimiter=",", skiprows=1)
    if rows.shape != (150, 5):
        raise SystemExit(f"{arguments.rows}: expected 150 rows of 5 columns, got {rows.shape}")
    arguments.out.mkdir(parents=True, exist_ok=True)
    rows[:, :4].astype("<f4").tofile(arguments.out / "features.f32")
    rows[:, 4].astype("<i8").tofile(arguments.out / "species.i64")
    print(f"{arguments.out}: {len(rows)} rows")


if __name__ == "__main__":
    main()
