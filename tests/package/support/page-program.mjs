/**
 * A module for a page: `answers(options)` reads one picture of a 7 in every form that a page has.
 * @param {string} specifier what to import the package by
 */
export const pageProgram = (specifier) => `
import { load, OnnxletError } from "${specifier}";

const address = "/7.png";

async function forms() {
  const blob = await (await fetch(address)).blob();
  const bitmap = await createImageBitmap(blob);
  const image = new Image();
  image.src = address;
  const canvas = Object.assign(document.createElement("canvas"), { width: bitmap.width, height: bitmap.height });
  const context = canvas.getContext("2d");
  context.drawImage(bitmap, 0, 0);
  const offscreen = new OffscreenCanvas(bitmap.width, bitmap.height);
  offscreen.getContext("bitmaprenderer").transferFromImageBitmap(await createImageBitmap(blob));
  return {
    blob,
    file: new File([blob], "7.png"),
    response: await fetch(address),
    buffer: await blob.arrayBuffer(),
    bytes: new Uint8Array(await blob.arrayBuffer()),
    "image still loading": image,
    bitmap,
    canvas,
    "canvas of another context": offscreen,
    imageData: context.getImageData(0, 0, canvas.width, canvas.height),
    videoFrame: new VideoFrame(canvas, { timestamp: 0 }),
  };
}

async function problemOf(call) {
  try {
    await call();
    return "no error";
  } catch (error) {
    return error instanceof OnnxletError ? { code: error.code, message: error.message } : { name: error.name };
  }
}

export async function answers(options = {}) {
  const progress = [];
  const model = await load({ ...options, onProgress: (step) => progress.push(step) });
  const read = {};
  for (const [name, form] of Object.entries(await forms())) {
    const { top, outputs } = await model.predict(form);
    read[name] = { label: top[0].label, probs: [...outputs.probs.data] };
  }
  const { tops } = await model.predict(Object.values(await forms()));
  const errors = {
    aborted: await problemOf(() => model.predict(new Uint8Array(784), { signal: AbortSignal.abort() })),
    broken: await problemOf(() => model.predict(new Image())),
    misfit: await problemOf(() => model.predict([1, 2, 3])),
    missing: await problemOf(() => load({ wasm: "/no-such.wasm" })),
    html: await problemOf(() => load({ wasm: "/index.html" })),
  };
  const { simd } = model.describe().engine;
  model.dispose();
  errors.disposed = await problemOf(() => model.predict(new Uint8Array(784)));
  return { read, batch: tops.map(([best]) => best.label), errors, simd, progress: progress.at(-1), stats: model.stats };
}
`;
