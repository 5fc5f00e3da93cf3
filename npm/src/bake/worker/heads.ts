// Requests that their head decides: every route with every method, every header that the Worker reads.
import type { HttpCall } from "./http-call.js";

/** Where the requests go; the Worker looks at the path alone. */
const ORIGIN = "https://model.example.workers.dev";

const SHOWN = ["/model", "/version", "/healthz", "/readyz", "/metrics", "/openapi.json"];
export const METHODS = ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "PROPFIND"];

const NONE = new Uint8Array();

export type Headers = readonly (readonly [string, string])[];

/** A request without a body. */
export function call(about: string, method: string, path: string, headers: Headers = []): HttpCall {
  const url = path.includes("://") ? path : ORIGIN + path;
  return { about: `${about}: ${method} ${path.slice(0, 40)}`, method, url, headers, body: NONE };
}

/** A request to predict. */
export function post(about: string, type: string, body: HttpCall["body"], headers: Headers = []): HttpCall {
  return { ...call(about, "POST", "/predict", [["content-type", type], ...headers]), body };
}

/** Every request that needs no right body. */
export function heads(): HttpCall[] {
  const routes = [...SHOWN, "/predict", "/nope"].flatMap((path) => METHODS.map((method) => call("route", method, path)));
  return [...routes, ...paths(), ...ids(), ...accepts(), ...types(), ...crowded(), ...preflights(), ...traces(), ...compressions(), ...crashes()];
}

function paths(): HttpCall[] {
  const odd = [
    ..."/ // /predict/ /PREDICT /model/x /%6dodel /m%C3%B6del /favicon.ico /.env /a/b/c/d?x=1&y=2 /healthz?x=| /healthz#top".split(" "),
    ..."http://127.0.0.1:8787/healthz http://[::1]:8787/healthz https://a.example/healthz".split(" "),
    `/${"x".repeat(300)}`,
    `/${"é".repeat(200)}`,
    `/healthz?${"x".repeat(5000)}`,
    `/${"x".repeat(70_000)}`,
  ];
  return odd.flatMap((path) => [call("path", "GET", path), call("path", "POST", path)]);
}

function ids(): HttpCall[] {
  const given = ["a", "0190a8f2-3c5e-7b11-9d2a-000000000001", "svc.7:abc_DEF", "x".repeat(128), "x".repeat(129), "a b", "<script>", "é", ""];
  return given.flatMap((id) => [
    call("request id", "GET", "/healthz", [["x-request-id", id]]),
    call("request id", "GET", "/nope", [["x-request-id", id]]),
  ]);
}

function accepts(): HttpCall[] {
  const ranges = [
    ...["*/*", "application/json", "application/*", "APPLICATION/JSON", "application/json;q=0.1", "text/html, */*;q=0.8", "é"],
    ...["text/html", "application/json;q=0", "image/*", "*/*, application/json; q=0", "*/*;q=0.0", "a;Q=0.5,*/*;q=x", " "],
    "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8",
  ];
  return ranges.flatMap((accept) => [
    call("accept", "GET", "/model", [["accept", accept]]),
    call("accept", "POST", "/predict", [["accept", accept], ["content-type", "application/json"]]),
  ]);
}

function types(): HttpCall[] {
  const given = [
    ...["text/plain", "image/gif", "application/octet-stream", "application/x-www-form-urlencoded", "", "é", "application/json;"],
    ...["application/json; charset=iso-8859-1", 'application/json; a=b; charset="latin1"', "multipart/form-data; boundary=x"],
    ...["Application/JSON; charset=UTF-8", 'application/json;charset="utf-8"', "IMAGE/PNG", "image/jpeg; name=a.jpg", "image/webp"],
  ];
  const encodings = ["gzip", "x-gzip", "deflate", "br", "deflate, gzip", "identity", "IDENTITY", " ", "é"];
  const lengths = ["0", "3", "10485760", "10485761", "99999999999999999999", "nonsense", "-1"];
  const body = new TextEncoder().encode("[0]");
  return [
    { ...call("no content type", "POST", "/predict"), body },
    ...given.map((type) => post("content type", type, body)),
    ...encodings.map((encoding) => post("content encoding", "application/json", body, [["content-encoding", encoding]])),
    ...lengths.map((length) => post("content length", "application/json", body, [["content-length", length]])),
    post("an empty body", "application/json", NONE),
    post("an empty picture", "image/png", NONE),
    post("a broken body", "application/json", "broken"),
    post("a broken picture", "image/png", "broken"),
    post("too many", "application/json", "rate limited"),
  ];
}

/** What browsers and Cloudflare's edge send along. */
const USUAL: Headers = [
  ["accept", "application/json, text/plain, */*"],
  ["accept-encoding", "gzip, br"],
  ["accept-language", "en-GB,en;q=0.9,de;q=0.8"],
  ["cache-control", "no-cache"],
  ["cf-connecting-ip", "2001:db8::1"],
  ["cf-ipcountry", "XX"],
  ["cf-ray", "8c1d2e3f4a5b6c7d-FRA"],
  ["cf-visitor", '{"scheme":"https"}'],
  ["connection", "keep-alive"],
  ["cookie", "a=1; b=2"],
  ["dnt", "1"],
  ["host", "model.example.workers.dev"],
  ["origin", "https://example.com"],
  ["pragma", "no-cache"],
  ["priority", "u=1, i"],
  ["referer", "https://example.com/page"],
  ["sec-ch-ua", '"Chromium";v="140"'],
  ["sec-ch-ua-mobile", "?0"],
  ["sec-ch-ua-platform", '"Linux"'],
  ["sec-fetch-dest", "empty"],
  ["sec-fetch-mode", "cors"],
  ["sec-fetch-site", "cross-site"],
  ["traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"],
  ["user-agent", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"],
  ["x-forwarded-for", "2001:db8::1"],
  ["x-forwarded-proto", "https"],
  ["x-real-ip", "2001:db8::1"],
  ["x-requested-with", "XMLHttpRequest"],
  ["x-text", "naïve"],
];

/** From no headers to very many: a map grows in between. */
function crowded(): HttpCall[] {
  const many = Array.from({ length: 120 }, (_, at) => [`x-many-${at * 7919}`, "x".repeat(at)] as const);
  return [0, 1, 3, 6, 7, 12, 13, 24, 25, 29].map((count) => call(`${count} headers`, "GET", "/healthz", USUAL.slice(0, count)))
    .concat([30, 60, 120].map((count) => call(`${count} headers`, "GET", "/healthz", many.slice(0, count))))
    .concat(call("headers of a browser", "POST", "/nope", USUAL), post("headers of a browser", "image/png", "broken", USUAL));
}

function preflights(): HttpCall[] {
  const asked: Headers = [
    ["origin", "https://example.com"],
    ["access-control-request-method", "POST"],
    ["access-control-request-headers", "authorization,content-type,x-api-key,x-request-id"],
  ];
  return ["/predict", "/model", "/nope"].map((path) => call("preflight", "OPTIONS", path, asked));
}

/** How clients say which compression they take: Cloudflare's edge, libraries, and nobody. */
export const ACCEPTED = [
  ...["gzip", "br, gzip", "gzip, deflate, br, zstd", "deflate", "gzip;q=0.5, deflate;q=1.0", "x-gzip", "*", "identity", "br"],
  ...["gzip;q=0", "*;q=0", "gzip;q=x", "GZIP ; q=0.1", "", "é"],
];

/** Answers of every size, compressed and not. */
function compressions(): HttpCall[] {
  const paths = [...SHOWN, "/nope", `/${"x".repeat(2000)}`];
  return paths.flatMap((path) => ACCEPTED.map((encodings) => call("accept-encoding", "GET", path, [["accept-encoding", encodings]])));
}

/** Traces, right and wrong. */
function traces(): HttpCall[] {
  const parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  const parents = [parent, `cc${parent.slice(2)}-what-is-to-come`, `${parent}-more`, parent.toUpperCase(), parent.replaceAll("4", "g"), "00-0-0-0", "", "é"];
  const zeros = "00-00000000000000000000000000000000-0000000000000000-00";
  const states = ["congo=t61rcWkgMzE", "rojo=00f067aa0ba902b7, congo=t61rcWkgMzE,,a@b=1 2", "A=b", "a", "a=", "a=b=c", "", "é", "a=b,".repeat(40), `a=${"x".repeat(600)}`];
  return [
    ...[...parents, zeros].map((given) => call("traceparent", "GET", "/healthz", [["traceparent", given]])),
    ...states.map((state) => call("tracestate", "GET", "/nope", [["traceparent", parent], ["tracestate", state]])),
  ];
}

/** The answer to a request that trapped another instance. */
function crashes(): HttpCall[] {
  return [post("a crash", "application/json", "crashed"), { ...call("a crash", "GET", "/model", USUAL), body: "crashed" }];
}
