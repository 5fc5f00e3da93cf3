// The reference of the API: Swagger UI around the server's own /openapi.json. Nothing is loaded from elsewhere.

/**
 * What is used of Swagger UI, which has no types of its own.
 * @typedef {{ headers: Record<string, string> }} Sent
 * @typedef {{ filter(keep: (operations: unknown, tag: string) => boolean): Tagged }} Tagged operations by their tag
 * @typedef {(settings: object) => void} SwaggerUI
 */

const form = /** @type {HTMLFormElement} */ (document.getElementById("key"));
const problem = /** @type {HTMLElement} */ (document.getElementById("problem"));

/** The tag of HEAD and OPTIONS, which every path has: they are in the document, but would bury the rest here. */
const HIDDEN = "HTTP";

const withoutHidden = () => ({
  statePlugins: {
    spec: {
      wrapSelectors: {
        taggedOperations:
          (/** @type {(...given: unknown[]) => Tagged} */ original) =>
          (/** @type {unknown[]} */ ...given) =>
            original(...given).filter((_, tag) => tag !== HIDDEN),
      },
    },
  },
});

form.addEventListener("submit", (event) => {
  event.preventDefault();
  void show(/** @type {HTMLInputElement} */ (form.querySelector("input")).value);
});
void show("");

/**
 * Shows the reference, or asks for a key.
 * @param {string} key sent with every request, unless it is empty
 */
async function show(key) {
  problem.textContent = "";
  /** @type {Record<string, string>} */
  const headers = key ? { "x-api-key": key } : {};
  const response = await fetch("../openapi.json", { headers }).catch(() => undefined);
  form.hidden = response?.status !== 401;
  if (response?.status === 401 && !key) return;
  if (!response?.ok) {
    problem.textContent = response ? `The server answers ${response.status}: ${await response.text()}` : "The server can't be reached.";
    return;
  }
  const spec = /** @type {{ info: { title: string } }} */ (await response.json());
  document.title = `${spec.info.title}: the API`;
  const swagger = /** @type {{ SwaggerUIBundle?: SwaggerUI }} */ (globalThis).SwaggerUIBundle;
  swagger?.({
    spec,
    dom_id: "#reference",
    deepLinking: true,
    tryItOutEnabled: true,
    requestSnippetsEnabled: true,
    defaultModelsExpandDepth: -1,
    validatorUrl: null,
    plugins: [withoutHidden],
    requestInterceptor: (/** @type {Sent} */ sent) => ({ ...sent, headers: { ...headers, ...sent.headers } }),
  });
}
