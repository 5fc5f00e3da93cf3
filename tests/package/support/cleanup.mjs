import { after } from "node:test";

/** @type {(() => unknown)[]} */
const tasks = [];

// Registered here, at the top of the file's tests: inside a test, `after` would mean after that test.
after(async () => {
  for (const task of tasks.reverse()) await task();
});

/**
 * Has something done when all tests of the file are over, last asked first.
 * @param {() => unknown} task
 */
export function atEnd(task) {
  tasks.push(task);
}
