// Marks the page that is open, for eyes and for screen readers.
export function mark(page) {
  document.querySelector(`nav a[data-page="${page}"]`).setAttribute("aria-current", "page");
}

export function size(bytes) {
  const units = ["bytes", "KB", "MB", "GB"];
  let unit = 0;
  while (bytes >= 1024 && unit < units.length - 1) { bytes /= 1024; unit++; }
  return `${unit === 0 ? bytes : bytes.toFixed(1)} ${units[unit]}`;
}
