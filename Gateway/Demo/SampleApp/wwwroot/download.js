import { mark, size } from "./navigation.js";

mark("download");
const [measure, progress, status] = ["measure", "progress", "status"].map(id => document.getElementById(id));

measure.addEventListener("click", async () => {
  measure.disabled = true;
  const start = performance.now();
  let bytes = 0;
  try {
    const response = await fetch("download?size=50MB", { cache: "no-store" });
    const total = Number(response.headers.get("Content-Length"));
    for (const reader = response.body.getReader(); ;) {
      const { done, value } = await reader.read();
      if (done) break;
      bytes += value.length;
      progress.value = total ? bytes / total : 0;
    }
    const seconds = (performance.now() - start) / 1000;
    status.textContent = `${size(bytes)} in ${seconds.toFixed(1)} s, ${size(bytes / seconds)} a second`;
  } catch (error) {
    status.textContent = `Broke off after ${size(bytes)}: ${error.message}`;
  }
  measure.disabled = false;
});

document.getElementById("range").addEventListener("click", async () => {
  const response = await fetch("download/sample.bin", { headers: { Range: "bytes=1000-1015" } });
  const bytes = [...new Uint8Array(await response.arrayBuffer())].map(b => b.toString(16).padStart(2, "0")).join(" ");
  document.getElementById("part").textContent = `${response.status} ${response.statusText}\nContent-Range: ${response.headers.get("Content-Range")}\n\n${bytes}`;
});
