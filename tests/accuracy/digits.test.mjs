// The digits model over MNIST: inside wasm in Node, at the edge (workerd), and in a page (Chromium).

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { launch } from "../setup/chromium.mjs";
import { importInstalled, install } from "../setup/installed.mjs";
import { accuracy, CLASSES, classes, COUNT, PIXELS, readImages, readSample } from "../setup/mnist.mjs";
import { variable } from "../setup/paths.mjs";
import { largestDifference, readFloats } from "../setup/reference.mjs";

const ACCURATE = 0.99;
/** How far probabilities may be from onnxruntime's. */
const TOLERANCE = 1e-4;
const BATCH = 100;
const SIMDS = /** @type {const} */ (["relaxed", "baseline"]);

/** @typedef {Record<typeof SIMDS[number], Float32Array>} Answers */

/** @type {string} */
let folder;
/** @type {Awaited<ReturnType<typeof readImages>>} */
let images;
/** @type {Awaited<ReturnType<typeof readSample>>} */
let sample;
/** @type {Float32Array} */
let reference;
/** All images as tensors, in batches, in Node. */
const whole = /** @type {Answers} */ ({});
/** The sample as PNG files, one by one, in Node. */
const sampled = /** @type {Answers} */ ({});

before(async () => {
  folder = await install("digits", "accuracy-digits");
  images = await readImages();
  sample = await readSample();
  reference = await readFloats("digits/probs.f32");
  const { load } = await importInstalled(folder);
  for (const simd of SIMDS) {
    const model = await load({ simd });
    assert.equal(model.describe().engine.simd, simd);
    whole[simd] = await predictAll(model);
    sampled[simd] = await predictSample(model);
    model.dispose();
  }
});

describe("all 10,000 images in Node", () => {
  for (const simd of SIMDS) {
    test(`${simd}: at least 99 % are right`, (t) => {
      const share = accuracy(classes(whole[simd]), images.labels);
      t.diagnostic(`${(share * 100).toFixed(2)} %`);
      assert.ok(share >= ACCURATE, `${share} of ${COUNT}`);
    });

    test(`${simd}: the classes are onnxruntime's, image by image`, () => {
      assert.deepEqual(classes(whole[simd]), classes(reference));
    });

    test(`${simd}: the probabilities are within 1e-4 of onnxruntime's`, (t) => {
      const difference = largestDifference(whole[simd], reference);
      t.diagnostic(`largest difference ${difference.toExponential(2)}`);
      assert.ok(difference <= TOLERANCE, `${difference}`);
    });

    test(`${simd}: a PNG file gives what its pixels give as a tensor`, () => {
      const rows = sample.map(({ index }) => whole[simd].subarray(index * CLASSES, (index + 1) * CLASSES));
      const difference = largestDifference(sampled[simd], concatenate(rows));
      assert.ok(difference <= 1e-5, `${difference}`);
    });
  }
});

describe("500 images at the edge", () => {
  /** @type {Float32Array} */
  let answers;
  before(async () => {
    answers = concatenate(await Promise.all(sample.map(({ png }) => post(png))));
  });

  test("at least 99 % are right", () => {
    assert.ok(accuracy(classes(answers), truth()) >= ACCURATE);
  });

  test("the probabilities are bit for bit those of Node", () => {
    assert.deepEqual(answers, sampled.relaxed);
  });
});

describe("500 images in a page", () => {
  /** @type {Awaited<ReturnType<typeof launch>>} */
  let browser;
  /** @type {import("playwright-core").Page} */
  let page;
  before(async () => {
    browser = await launch();
    page = await browser.newPage();
    await page.goto(variable("ONNXLET_URL"));
  });
  after(() => browser?.close());

  for (const simd of SIMDS) {
    test(`${simd}: at least 99 % are right, bit for bit as in Node`, async () => {
      const answers = await predictInPage(page, simd);
      assert.ok(accuracy(classes(answers), truth()) >= ACCURATE);
      assert.deepEqual(answers, sampled[simd]);
    });
  }
});

function truth() {
  return sample.map(({ label }) => label);
}

/** @param {any} model */
async function predictAll(model) {
  const rows = [];
  for (let first = 0; first < COUNT; first += BATCH) {
    const data = Float32Array.from(images.pixels.subarray(first * PIXELS, (first + BATCH) * PIXELS), (pixel) => pixel / 255);
    const { outputs } = await model.predict({ data, shape: [BATCH, 1, 28, 28] });
    assert.deepEqual(outputs.probs.shape, [BATCH, CLASSES]);
    rows.push(outputs.probs.data);
  }
  return concatenate(rows);
}

/** @param {any} model */
async function predictSample(model) {
  const rows = [];
  for (const { png } of sample) rows.push((await model.predict(new Uint8Array(png))).outputs.probs.data);
  return concatenate(rows);
}

/** @param {Buffer<ArrayBuffer>} png */
async function post(png) {
  const answer = await fetch(new URL("/predict", variable("ONNXLET_URL")), {
    method: "POST",
    headers: { "content-type": "image/png" },
    body: png,
  });
  const body = await answer.json();
  assert.equal(answer.status, 200, JSON.stringify(body));
  return Float32Array.from(body.outputs.probs.data);
}

/**
 * @param {import("playwright-core").Page} page
 * @param {string} simd
 */
async function predictInPage(page, simd) {
  const { exports } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
  const entry = new URL(exports["."].browser, new URL("/packages/onnxlet-digits/", variable("ONNXLET_URL"))).href;
  const files = sample.map(({ png }) => png.toString("base64"));
  const answers = await page.evaluate(
    async ({ entry, files, simd }) => {
      const { load } = await import(entry);
      const model = await load({ simd });
      const rows = [];
      for (const base64 of files) {
        const png = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
        rows.push(...(await model.predict(png)).outputs.probs.data);
      }
      return rows;
    },
    { entry, files, simd },
  );
  return Float32Array.from(answers);
}

/** @param {Float32Array[]} rows */
function concatenate(rows) {
  return Float32Array.from(rows.flatMap((row) => [...row]));
}
