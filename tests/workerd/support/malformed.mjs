// Bodies that are refused, and how: for POST /predict of digits.
import { claiming, damaged } from "./png.mjs";
import { sample } from "./samples.mjs";

/** @typedef {[number, string, string | RegExp]} Refusal status, code, and the detail or a part of it */

const zeros = (/** @type {number} */ count) => Array(count).fill(0);
const png = sample(7);
const EXPECTED = "image: expected f32[N,1,28,28]";

/** @type {[string, string | Uint8Array<ArrayBuffer>, Refusal][]} */
export const JSON_TEXTS = [
  ["an empty body", "", [400, "malformed", "the body is empty"]],
  ["blanks", " \n", [400, "malformed", "expected JSON, got an empty body"]],
  ["a word", "hello", [400, "malformed", "line 1 column 1"]],
  ["a truncated document", "[[0, 1], [2", [400, "malformed", "truncated"]],
  ["a trailing comma", "[1, 2,]", [400, "malformed", "trailing comma at line 1 column 7"]],
  ["two documents", "[1] [2]", [400, "malformed", "trailing characters at line 1 column 5"]],
  ["NaN", "[NaN]", [400, "malformed", "line 1 column 2"]],
  ["-Infinity", "[-Infinity]", [400, "malformed", "line 1 column 3"]],
  ["a number out of range", "[1e999]", [400, "malformed", "number out of range"]],
  ["single quotes", "{'image': [0]}", [400, "malformed", "line 1 column 2"]],
  ["a comment", "[0] // none", [400, "malformed", "trailing characters"]],
  ["bytes that are not UTF-8", new Uint8Array([0x5b, 0x22, 0xff, 0xfe, 0x22, 0x5d]), [400, "malformed", "line 1 column"]],
  ["a PNG said to be JSON", new Uint8Array(png), [400, "malformed", "line 1 column 1"]],
  ["a key twice", '{"image": [1], "image": [2]}', [400, "malformed", '"image" stands twice']],
  ["10,000 open arrays", "[".repeat(10_000), [413, "too_large", "nested too deeply"]],
  ["10,000 nested arrays", "[".repeat(10_000) + "]".repeat(10_000), [413, "too_large", "nested too deeply"]],
  ["10,000 nested objects", '{"a":'.repeat(10_000) + "0" + "}".repeat(10_000), [413, "too_large", "nested too deeply"]],
];

/** @type {[string, unknown, Refusal][]} */
export const VALUES = [
  ["too few values", zeros(27), [422, "invalid", `${EXPECTED}, got 27 values`]],
  ["too many values", zeros(785), [422, "invalid", `${EXPECTED}, got 785 values`]],
  ["null", null, [422, "invalid", "image: "]],
  ["true", true, [422, "invalid", EXPECTED]],
  ["a number", 7, [422, "invalid", EXPECTED]],
  ["a text", "seven", [422, "invalid", EXPECTED]],
  ["784 texts", Array(784).fill("0"), [422, "invalid", "image: expected"]],
  ["784 nulls", Array(784).fill(null), [422, "invalid", "image: expected"]],
  ["784 booleans", Array(784).fill(true), [422, "invalid", "image: "]],
  ["one null among numbers", [null, ...zeros(783)], [422, "invalid", "image: expected"]],
  ["one text among numbers", ["0", ...zeros(783)], [422, "invalid", 'image: expected a float32, got the text "0" at [0][0][0][0]']],
  ["one object among numbers", [{}, ...zeros(783)], [422, "invalid", EXPECTED]],
  ["ragged rows", [[0, 0], [0]], [422, "invalid", EXPECTED]],
  ["an empty list", [], [422, "invalid", EXPECTED]],
  ["an empty object", {}, [422, "invalid", "image: missing; expected f32[N,1,28,28]"]],
  ["transposed axes", { data: zeros(784), shape: [28, 28, 1, 1] }, [422, "invalid", `${EXPECTED}, got shape [28, 28, 1, 1]`]],
  ["a batch of none", { data: [], shape: [0, 1, 28, 28] }, [422, "invalid", "image: "]],
  ["an unknown input", { picture: zeros(784) }, [422, "invalid", "picture: no such input; the model has image"]],
  ["data without values", { data: zeros(3), shape: [1, 1, 28, 28] }, [422, "invalid", "holds 784 values, data has 3"]],
  ["a negative size", { data: zeros(784), shape: [-1, 1, 28, 28] }, [422, "invalid", "image: shape: "]],
  ["half a size", { data: zeros(784), shape: [1.5, 1, 28, 28] }, [422, "invalid", "image: shape: "]],
  ["a shape that is a text", { data: zeros(784), shape: "N" }, [422, "invalid", "shape"]],
  ["sizes whose product overflows", { data: [0], shape: Array(4).fill(2 ** 16) }, [413, "too_large", "image: the number of elements"]],
  ["a huge shape", { data: [0], shape: [2 ** 31, 1, 28, 28] }, [413, "too_large", "image: the number of elements"]],
  ["another dtype", { data: zeros(784), shape: [1, 1, 28, 28], dtype: "int8" }, [422, "invalid", "dtype: expected float32"]],
  ["an unknown field beside data", { data: zeros(784), form: [1] }, [422, "invalid", 'unknown field "form"']],
  ["an unknown output", { inputs: zeros(784), outputs: ["logits"] }, [422, "invalid", 'outputs: no such output "logits"; the model has probs']],
  ["outputs that are no list", { inputs: zeros(784), outputs: 3 }, [422, "invalid", "outputs: expected a list of output names"]],
  ["top_k zero", { inputs: zeros(784), top_k: 0 }, [422, "invalid", "top_k: expected a whole number of at least 1"]],
  ["top_k negative", { inputs: zeros(784), top_k: -3 }, [422, "invalid", "top_k: expected a whole number of at least 1"]],
  ["top_k a text", { inputs: zeros(784), top_k: "3" }, [422, "invalid", "top_k: expected a whole number"]],
  ["an unknown option", { inputs: zeros(784), topk: 3 }, [422, "invalid", "topk: unknown field; expected inputs, outputs or top_k"]],
  ["base64 that is none", { image: { base64: "!!" } }, [400, "malformed", "the base64 text cannot be decoded"]],
  ["base64 of no picture", { image: { base64: "aGVsbG8=" } }, [400, "malformed", "image: "]],
  ["base64 that is no text", { image: { base64: 3 } }, [422, "invalid", "image: base64: expected a text"]],
];

/** @type {[string, Uint8Array, Refusal][]} */
export const PICTURES = [
  ["no bytes", new Uint8Array(), [400, "malformed", "the body is empty"]],
  ["a text said to be a picture", Buffer.from("hello"), [400, "malformed", "image: "]],
  ["a PNG's signature alone", png.subarray(0, 8), [400, "malformed", "image: the PNG image cannot be decoded"]],
  ["a PNG's header alone", png.subarray(0, 33), [400, "malformed", "image: the PNG image cannot be decoded"]],
  ["half a PNG", png.subarray(0, png.length >> 1), [400, "malformed", "image: the PNG image cannot be decoded"]],
  ["a PNG without its last byte of pixels", png.subarray(0, png.length - 13), [400, "malformed", "image: the PNG image"]],
  ["a damaged PNG", damaged(png), [400, "malformed", "image: the PNG image cannot be decoded"]],
  ["a PNG of 0 × 0", claiming(png, 0, 0), [400, "malformed", "image: the PNG image cannot be decoded"]],
  ["a PNG that claims 30,000 × 30,000", claiming(png, 30_000, 30_000), [413, "too_large", "30000 × 30000 pixels"]],
  ["a JPEG's first bytes", Buffer.from("ffd8ffe000104a46494600010100", "hex"), [400, "malformed", "image: "]],
  ["a WebP's first bytes", Buffer.from("RIFF\x24\0\0\0WEBPVP8 "), [400, "malformed", "image: "]],
  ["a GIF", Buffer.from("GIF89a\x01\0\x01\0\0\0\0;"), [400, "malformed", "image: "]],
];
