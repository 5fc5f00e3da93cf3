import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { compileBytes, compileResponse } from "../dist/runtime/compile.js";

const wasm = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
const routes = {
  "/right.wasm": { type: "application/wasm", body: wasm },
  "/wrong-type.wasm": { type: "application/octet-stream", body: wasm },
  "/no-type.wasm": { body: wasm },
  "/page.wasm": { type: "text/html; charset=utf-8", body: "<!doctype html><p>Hello" },
  "/text.wasm": { type: "text/plain", body: "<!doctype html>" },
  "/garbage.wasm": { type: "application/wasm", body: "garbage!" },
};
let server;
let origin;

before(async () => {
  server = createServer(({ url }, response) => {
    const { type, body = "nothing here" } = routes[url] ?? {};
    response.writeHead(routes[url] ? 200 : 404, type ? { "content-type": type } : {}).end(body);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${server.address().port}`;
});
after(() => server.close());

const compile = async (path, download = {}) => compileResponse(await fetch(origin + path), download);

test("a module compiles whatever type the server gives it", async () => {
  for (const path of ["/right.wasm", "/wrong-type.wasm", "/no-type.wasm"]) {
    assert.ok((await compile(path)) instanceof WebAssembly.Module, path);
  }
});

test("progress counts up to the size", async () => {
  for (const path of ["/right.wasm", "/wrong-type.wasm"]) {
    const seen = [];
    await compile(path, { onProgress: (progress) => seen.push(progress), total: wasm.length });
    assert.deepEqual(seen.at(-1), { loaded: wasm.length, total: wasm.length }, path);
  }
});

test("errors name address, status and what was got", async () => {
  const expected = [
    ["/missing.wasm", /missing\.wasm: expected a WebAssembly module, got HTTP 404 Not Found/],
    ["/page.wasm", /page\.wasm: .*HTTP 200 with an HTML page/],
    ["/text.wasm", /text\.wasm: .*it begins with "<!doctype html>"/],
    ["/garbage.wasm", /garbage\.wasm: .*CompileError/],
  ];
  for (const [path, message] of expected) {
    await assert.rejects(compile(path), (error) => {
      assert.equal(error.code, "load");
      assert.match(error.message, message);
      assert.ok(error.message.includes(origin), error.message);
      return true;
    });
  }
});

test("bytes that are no module are refused", async () => {
  await assert.rejects(compileBytes(new Uint8Array(0), "wasm"), { code: "load", message: /begins with nothing/ });
});
