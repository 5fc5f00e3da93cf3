"""Trains and exports the models of the zoo, and asks onnxruntime about them.

Makes `<out>/<name>/` with `model.onnx`, `card.json` and `cases/` for each, and `<out>/zoo.json`: the
versions of the libraries, the models, and those that could not be exported, with the reason.
"""

from __future__ import annotations

import argparse
import importlib
import json
import random
import shutil
import warnings
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np

import cases
from entry import Entry, Tensor, Trained

FAMILIES = [
    "linear",
    "trees",
    "regressors",
    "pipelines",
    "columns",
    "text",
    "unsupervised",
    "boosters",
    "quantised",
]
LIBRARIES = [
    "scikit-learn",
    "xgboost",
    "lightgbm",
    "catboost",
    "skl2onnx",
    "onnxmltools",
    "onnx",
    "onnxruntime",
]
# A model whose exported form says something else than its library on more of the rows was not exported well.
AGREEMENT = 0.9


def make(entry: Entry, folder: Path) -> dict[str, Any]:
    """Makes an entry's folder; what `zoo.json` says of it."""
    random.seed(0)
    np.random.seed(0)
    shutil.rmtree(folder, ignore_errors=True)
    trained = entry.make()
    made = cases.cases_of(entry, trained)
    agreement = agreed(entry, trained, made["rows"][1])
    if agreement < AGREEMENT:
        raise ValueError(f"the exported model agrees with its library on {agreement:.0%} of the rows")
    written = cases.write(folder / "cases", made)
    (folder / "cases" / "cases.json").write_text(json.dumps(written, indent=1) + "\n")
    (folder / "card.json").write_text(json.dumps(card(entry, trained), indent=1) + "\n")
    (folder / "model.onnx").write_bytes(trained.onnx.SerializeToString())
    if trained.float_bytes is not None:
        (folder / "float.json").write_text(json.dumps(of_floats(trained)) + "\n")
    return {
        "name": entry.name,
        "library": entry.library,
        "about": entry.about,
        "tolerance": None if entry.tolerance is None else asdict(entry.tolerance),
        "opsets": {opset.domain or "ai.onnx": opset.version for opset in trained.onnx.opset_import},
        "operators": sorted({node.op_type for node in trained.onnx.graph.node}),
        "agreement": round(agreement, 3),
    }


def of_floats(trained: Trained) -> dict[str, Any]:
    """What a quantised model is held to: the size in floats, and which is the largest of each row."""
    return {"bytes": trained.float_bytes, "largest": largest(trained.own).reshape(-1).tolist()}


def largest(rows: Tensor) -> Tensor:
    """The place of the largest of each row."""
    return rows.argmax(axis=1)[:, None]


def agreed(entry: Entry, trained: Trained, given: cases.Answers) -> float:
    """The share of rows where the exported model says what its own library does."""
    first, _ = next(iter(given.values()))
    own = np.asarray(trained.own).reshape(len(trained.own), -1)
    theirs = np.asarray(first).reshape(len(trained.own), -1)
    if entry.agreement == "largest":
        own, theirs = largest(own), largest(theirs)
    return float(np.mean([same(a, b) for a, b in zip(own, theirs, strict=True)]))


def same(own: Tensor, theirs: Tensor) -> bool:
    """Equal texts or numbers; the library counts in double, the exported model mostly in single precision."""
    if theirs.dtype.kind in "OU":
        return [str(text) for text in own] == [str(text) for text in theirs]
    return np.allclose(own.astype(np.float64), theirs, rtol=1e-2, atol=1e-3)


def card(entry: Entry, trained: Trained) -> dict[str, Any]:
    """Its name, whether NaN may come, and the size of images, which the file may leave open."""
    card: dict[str, Any] = {"name": entry.name}
    images = {name: values for name, values in trained.rows.items() if values.ndim > 2}
    if images:
        card["inputs"] = {name: {"shape": ["N", *values.shape[1:]]} for name, values in images.items()}
    if entry.nan != "no":
        floats = [name for name, values in trained.rows.items() if values.dtype.kind == "f"]
        card["inputs"] = {name: {"allow_nan": True} for name in floats}
    return card


def installed(library: str) -> str:
    """The version of a library; XGBoost has another name where it is without kernels for GPUs."""
    for name in (library, f"{library}-cpu"):
        try:
            return version(name)
        except PackageNotFoundError:
            continue
    raise SystemExit(f"{library} is not installed")


def entries() -> list[Entry]:
    """All of them, by family."""
    found = [entry for family in FAMILIES for entry in importlib.import_module(f"families.{family}").MODELS]
    names = [entry.name for entry in found]
    if len(set(names)) != len(names):
        raise SystemExit(
            f"names that are used twice: {sorted({name for name in names if names.count(name) > 1})}"
        )
    return found


def others(out: Path, chosen: set[str]) -> tuple[list[Any], list[Any]]:
    """What `zoo.json` already says of models that are not made this time."""
    if not chosen or not (out / "zoo.json").exists():
        return [], []
    known = {entry.name for entry in entries()} - chosen
    zoo = json.loads((out / "zoo.json").read_text())
    models, failed = ([one for one in zoo[key] if one["name"] in known] for key in ("models", "not_exported"))
    return models, failed


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, required=True, help="folder to write")
    parser.add_argument("--filter", default="", help="only those whose name contains this")
    arguments = parser.parse_args()
    # Exporters warn of what they will change one day.
    warnings.simplefilter("ignore")

    chosen = [entry for entry in entries() if arguments.filter in entry.name]
    models, failed = others(arguments.out, {entry.name for entry in chosen})
    for entry in chosen:
        try:
            models.append(make(entry, arguments.out / entry.name))
        except Exception as error:  # Whatever an exporter raises is the reason that the table gives.
            shutil.rmtree(arguments.out / entry.name, ignore_errors=True)
            reason = f"{type(error).__name__}: {str(error).split('. ')[0]}"[:200]
            failed.append(
                {"name": entry.name, "library": entry.library, "about": entry.about, "reason": reason}
            )
            print(f"not exported: {entry.name}: {reason}", flush=True)
    versions = {library: installed(library) for library in LIBRARIES}
    zoo = {"versions": versions, "models": models, "not_exported": failed}
    (arguments.out / "zoo.json").write_text(json.dumps(zoo, indent=1) + "\n")
    print(f"{arguments.out}: {len(models)} models, {len(failed)} not exported")


if __name__ == "__main__":
    main()
