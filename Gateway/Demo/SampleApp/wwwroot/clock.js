import { mark } from "./navigation.js";

mark("clock");
const [time, count, gap, status, toggle] = ["time", "count", "gap", "status", "toggle"].map(id => document.getElementById(id));
let source, events = 0, last = 0, longest = 0;

function start() {
  last = 0;
  toggle.textContent = "Stop";
  source = new EventSource("clock");
  source.onopen = () => { status.textContent = "Connected"; };
  source.onerror = () => { last = 0; status.textContent = "Broken off; the browser tries again"; };
  source.onmessage = e => {
    const now = performance.now();
    if (last) { longest = Math.max(longest, now - last); gap.textContent = `${longest.toFixed(0)} ms`; }
    last = now;
    time.textContent = new Date(e.data).toLocaleTimeString();
    count.textContent = ++events;
  };
}

toggle.addEventListener("click", () => {
  if (source) { source.close(); source = undefined; toggle.textContent = "Start"; status.textContent = "Stopped"; } else { start(); }
});
start();
