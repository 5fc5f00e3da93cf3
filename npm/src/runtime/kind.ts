/**
 * Name of a value's built-in class, such as `Blob` or `HTMLCanvasElement`. Unlike `instanceof` it works for classes that
 * this host lacks, and for objects of another realm (an iframe, a test runner's sandbox).
 */
export function kindOf(value: object): string {
  return Object.prototype.toString.call(value).slice("[object ".length, -1);
}
