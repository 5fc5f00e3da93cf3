"""What JSON Schema can't say of requests, for schemathesis: pictures, tables, tensors whose elements fill their shape."""

import base64
import itertools
import json
import math
import os
import pathlib
import urllib.request

import schemathesis
from hypothesis import strategies as st
from schemathesis import GenerationMode

URL = os.environ["ONNXLET_URL"]
SAMPLES = pathlib.Path(__file__).parents[2] / "models" / "digits" / "samples"

with urllib.request.urlopen(f"{URL}/model") as answer:
    MODEL = json.load(answer)

PICTURES = [path.read_bytes() for path in sorted(SAMPLES.glob("*.png"))]

# Bytes are texts of as many characters until they are sent.
schemathesis.openapi.format("binary", st.sampled_from([one.decode("latin-1") for one in PICTURES]))


@schemathesis.serializer("image/png", "image/jpeg", "image/webp")
def as_picture(context, value):
    """A picture as it is, whatever its type (the server looks at the bytes); what is none as JSON."""
    return value.encode("latin-1") if is_latin(value) else json.dumps(value).encode()


def is_latin(value):
    return isinstance(value, str) and all(ord(character) < 256 for character in value)


schemathesis.openapi.format("picture", st.sampled_from([base64.b64encode(one).decode() for one in PICTURES]))


def features():
    """The names of a table's columns."""
    cards = MODEL["card"].get("inputs", {}).values()
    return [feature["name"] for card in cards for feature in card.get("features") or []]


def table(rows):
    lines = [features(), *rows]
    return "".join(",".join(map(str, line)) + "\n" for line in lines)


NUMBERS = st.floats(width=32, allow_nan=False, allow_infinity=False)
ROWS = st.lists(st.lists(NUMBERS, min_size=len(features()), max_size=len(features())), min_size=1, max_size=20)
TABLES = ROWS.map(table)
schemathesis.openapi.format("table", TABLES)


@schemathesis.serializer("text/csv")
def as_text(context, value):
    """A table as it is; what is none as JSON."""
    return (value if isinstance(value, str) else json.dumps(value)).encode()


@schemathesis.deserializer("application/octet-stream")
def as_bytes(context, response):
    """Tensors in binary, which have no schema."""
    return response.content.decode("latin-1")


@schemathesis.hook
def before_call(context, case, **kwargs):
    """Gives each tensor of a right request as many elements as its shape has."""
    if case.meta is not None and case.meta.generation.mode is GenerationMode.POSITIVE:
        case.body = filled(case.body)


def filled(value):
    """The same, with elements and shapes that agree."""
    if isinstance(value, list):
        return [filled(item) for item in value]
    if not isinstance(value, dict):
        return value
    if is_tensor(value):
        return with_elements(value)
    return {key: filled(item) for key, item in value.items()}


def is_tensor(value):
    data = value.get("data")
    return isinstance(data, list) and not any(isinstance(item, list) for item in data)


def with_elements(tensor):
    shape = tensor.get("shape")
    spec = next((one for one in MODEL["inputs"] if one["name"] == tensor.get("name")), MODEL["inputs"][0])
    if shape is None:
        shape = [size if isinstance(size, int) else 1 for size in spec["shape"]]
    else:
        # A batch of billions is refused with 413, as it should be; here it must be one that is answered.
        shape = tensor["shape"] = [int(size) if size == spec["shape"][axis] else 1 + int(size) % 4 for axis, size in enumerate(shape)]
    elements = itertools.cycle(tensor["data"] or ["" if spec["dtype"] == "string" else 0])
    return {**tensor, "data": list(itertools.islice(elements, math.prod(shape)))}
