// Pictures that come in: dropped, picked, or pasted.

/**
 * @param {{ zone: HTMLElement, input: HTMLInputElement, active: () => boolean }} places
 *   `zone` takes drops, `input` picks, `active` tells whether a paste is meant for this panel
 * @param {(file: File) => void} received
 */
export function followIntake({ zone, input, active }, received) {
  input.addEventListener("change", () => {
    const file = input.files?.[0];
    if (file) received(file);
    input.value = ""; // So that picking the same file again is a change again.
  });
  followDrops(zone, active, received);
  document.addEventListener("paste", (event) => {
    if (!active()) return;
    const file = imageIn(event.clipboardData);
    if (!file) return;
    event.preventDefault();
    received(file);
  });
}

/**
 * @param {HTMLElement} zone
 * @param {() => boolean} active
 * @param {(file: File) => void} received
 */
function followDrops(zone, active, received) {
  // The whole page takes the drop: a file that misses the pad must not replace the page.
  document.addEventListener("dragover", (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    zone.toggleAttribute("data-dropping", active());
  });
  document.addEventListener("dragleave", (event) => {
    if (event.relatedTarget === null) zone.removeAttribute("data-dropping");
  });
  document.addEventListener("drop", (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    zone.removeAttribute("data-dropping");
    const file = event.dataTransfer.files[0];
    if (file && active()) received(file);
  });
}

/** @param {DataTransfer | null} data */
function imageIn(data) {
  const files = [...(data?.files ?? [])];
  return files.find((file) => file.type.startsWith("image/")) ?? files[0];
}
