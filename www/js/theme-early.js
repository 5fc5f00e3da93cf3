// Runs before the first paint, so that a remembered theme never flashes the other one. A classic script: modules wait.
(() => {
  try {
    const theme = localStorage.getItem("onnxlet-theme");
    if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  } catch {
    // Storage is refused (a privacy setting): the system's theme holds.
  }
})();
