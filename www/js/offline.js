// Works offline once loaded: registers the service worker, says so, and offers a new version instead of mixing it in.
import { make } from "./dom.js";

/**
 * @param {HTMLElement} place where the state is shown
 * @returns {Promise<{ keep: (models: readonly string[], simd: string) => void }>} `keep` stores models' modules for offline use
 */
export async function workOffline(place) {
  const nothing = { keep: () => {} };
  // Not offered on plain http (other than this machine), nor in some private windows: the page works, online only.
  if (!("serviceWorker" in navigator)) return nothing;
  followConnection(place);
  try {
    const registration = await navigator.serviceWorker.register("sw.js", { updateViaCache: "none" });
    offerUpdates(place, registration);
    return {
      keep: async (models, simd) => {
        const { active } = await navigator.serviceWorker.ready;
        active?.postMessage({ keep: { models, simd } });
      },
    };
  } catch (error) {
    console.info("Not available offline:", error);
    return nothing;
  }
}

/** @param {HTMLElement} place */
function followConnection(place) {
  let stored = false;
  const show = () => {
    if (place.dataset.state === "update") return;
    const [state, words] = !navigator.onLine ? ["cut", "Offline"] : stored ? ["ready", "Works offline"] : ["", ""];
    place.dataset.state = state;
    place.textContent = words;
  };
  navigator.serviceWorker.addEventListener("message", ({ data }) => {
    stored = stored || Boolean(data?.kept);
    show();
  });
  addEventListener("online", show);
  addEventListener("offline", show);
  show();
}

/**
 * A new version is installed beside the old one and waits; this page stays whole until the reader reloads. Other open
 * pages reload with it: one that stayed would be given files of a version that it isn't of.
 * @param {HTMLElement} place
 * @param {ServiceWorkerRegistration} registration
 */
function offerUpdates(place, registration) {
  const offer = () => {
    // Without a controller this is the first visit: nothing old to replace.
    if (!registration.waiting || !navigator.serviceWorker.controller) return;
    const { waiting } = registration;
    const button = make("button", { className: "button", type: "button" }, "New version: reload");
    button.addEventListener("click", () => waiting.postMessage({ activate: true }));
    place.dataset.state = "update";
    place.replaceChildren(button);
  };
  if (navigator.serviceWorker.controller) {
    navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
  }
  registration.addEventListener("updatefound", () => registration.installing?.addEventListener("statechange", offer));
  offer();
}
