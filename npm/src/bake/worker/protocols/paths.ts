// Every path of every protocol with every method, by the model's name and others.
import type { Description } from "../../../assemble/card.js";
import { call, METHODS } from "../heads.js";
import type { HttpCall } from "../http-call.js";

export function pathCalls({ name, version }: Description): HttpCall[] {
  const versions = [version, version.split(".")[0] ?? version, "99", "", encodeURIComponent("é%"), "%ff", "x".repeat(300)];
  const v2 = (model: string) => ["", "/ready", "/config", "/infer", "/stats"].map((end) => `/v2/models/${model}${end}`);
  const v1 = (model: string) => ["", "/metadata", ":predict", ":classify", ":regress", ":explain", "/labels/a"].map((end) => `/v1/models/${model}${end}`);
  const versioned = versions.map((version) => `${name}/versions/${version}`);
  const own = [...v2(name), ...v1(name), ...v2(`${name}/versions/${version}`), ...v1(`${name}/versions/${version}`)];
  const others = ["no-such-model", "", "é", "%2e", "x".repeat(300), ...versioned].flatMap((model) => [...v2(model), ...v1(model)]);
  const fixed = ["/v2", "/v2/", "/v2/health/live", "/v2/health/ready", "/v2/repository/index", "/v1", "/v1/models", "/v1/models/", "/ping", "/invocations", "/invocations/"];
  return [
    ...[...fixed, ...own].flatMap((path) => METHODS.map((method) => call("protocol", method, path))),
    ...others.map((path) => call("protocol", "GET", path)),
    ...[...fixed, ...own].map((path) => call("protocol", "GET", path, [["accept", "image/png"]])),
    ...[...fixed, ...own].map((path) => call("protocol", "GET", path, [["accept", "application/octet-stream"]])),
  ];
}
