import { mark, size } from "./navigation.js";

mark("upload");
const [form, file, progress, status, result] = ["form", "file", "progress", "status", "result"].map(id => document.getElementById(id));

// crypto.subtle exists on https and localhost only, and wants the whole body in memory.
async function hash(body) {
  if (!crypto.subtle || body.size > 256 * 1024 * 1024) return "not computed here";
  const digest = await crypto.subtle.digest("SHA-256", await body.arrayBuffer());
  return [...new Uint8Array(digest)].map(b => b.toString(16).padStart(2, "0")).join("");
}

// XMLHttpRequest, because fetch does not tell how far an upload is.
function send(body) {
  const start = performance.now();
  const request = new XMLHttpRequest();
  result.hidden = true;
  progress.value = 0;
  request.upload.addEventListener("progress", e => {
    progress.value = e.total ? e.loaded / e.total : 0;
    status.textContent = `${size(e.loaded)} of ${size(e.total)} sent`;
  });
  request.addEventListener("load", async () => {
    if (request.status !== 200) { status.textContent = `The answer was ${request.status} ${request.statusText}`; return; }
    const answer = JSON.parse(request.responseText);
    const seconds = (performance.now() - start) / 1000;
    progress.value = 1;
    status.textContent = `Done in ${seconds.toFixed(1)} s, ${size(answer.bytes / seconds)} a second`;
    document.getElementById("bytes").textContent = size(answer.bytes);
    document.getElementById("there").textContent = answer.sha256;
    document.getElementById("here").textContent = await hash(body);
    result.hidden = false;
  });
  request.addEventListener("error", () => { status.textContent = "The upload broke off."; });
  request.open("PUT", "upload");
  request.setRequestHeader("Content-Type", "application/octet-stream");
  request.send(body);
}

form.addEventListener("submit", e => { e.preventDefault(); send(file.files[0]); });
document.getElementById("generated").addEventListener("click", () => {
  const block = crypto.getRandomValues(new Uint8Array(65536));
  send(new Blob(Array.from({ length: 160 }, () => block)));
});
