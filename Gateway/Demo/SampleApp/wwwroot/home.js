import { mark } from "./navigation.js";

mark("home");
const answer = document.getElementById("answer");
for (const button of document.querySelectorAll("button[data-url]")) {
  button.addEventListener("click", async () => {
    const { method, url } = button.dataset;
    const start = performance.now();
    try {
      const response = await fetch(url, { method, body: method === "POST" ? "Hello from the browser" : undefined });
      const body = await response.text();
      answer.textContent = `${response.status} ${response.statusText}, ${(performance.now() - start).toFixed(0)} ms\n\n${body}`;
    } catch (error) {
      answer.textContent = `No answer: ${error.message}`;
    }
  });
}
