/** Columns padded to their widest cell; all but the first are aligned to the right. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => (row[at] ?? "").length)));
  const line = (row: readonly string[]) => {
    const cells = row.map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0)));
    return `  ${cells.join("  ")}`.trimEnd();
  };
  return rows.map(line).join("\n");
}

/** `1.2 MB`, `345 KB`, `67 B`. */
export function size(bytes: number): string {
  if (bytes >= 1e6) return `${(bytes / 1e6).toFixed(bytes >= 1e7 ? 1 : 2)} MB`;
  return bytes >= 1e3 ? `${(bytes / 1e3).toFixed(bytes >= 1e5 ? 0 : 1)} KB` : `${bytes} B`;
}

/** Milliseconds, with as many digits as they are worth. */
export function milliseconds(ms: number): string {
  return `${ms.toFixed(ms < 1 ? 3 : ms < 10 ? 2 : 1)} ms`;
}
