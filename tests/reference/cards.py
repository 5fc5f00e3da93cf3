"""Checks the card schema itself, and every model's card against it."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from jsonschema import Draft202012Validator


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", type=Path, required=True, help="the folder models/")
    models = parser.parse_args().models
    schema = json.loads((models / "card.schema.json").read_text())
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    cards = sorted(models.glob("*/card.json"))
    problems = [
        f"{card}: {error.json_path}: {error.message}"
        for card in cards
        for error in validator.iter_errors(json.loads(card.read_text()))
    ]
    if problems or not cards:
        raise SystemExit("\n".join(problems) or f"{models}: no cards")
    print(f"{len(cards)} cards fit {models / 'card.schema.json'}")


if __name__ == "__main__":
    main()
