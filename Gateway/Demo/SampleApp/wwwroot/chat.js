import { mark } from "./navigation.js";

mark("chat");
const [form, text, messages, status] = ["form", "text", "messages", "status"].map(id => document.getElementById(id));
const url = new URL("chat", location.href);
url.protocol = url.protocol.replace("http", "ws");
let socket, pause = 500;

function show(message) {
  const item = document.createElement("li");
  if (message.text === null) {
    item.className = "event";
    item.textContent = `${message.from} ${message.event}`;
  } else {
    const from = document.createElement("b");
    from.textContent = message.from;
    item.append(from, message.text);
  }
  messages.append(item);
  messages.scrollTop = messages.scrollHeight;
}

function connect() {
  socket = new WebSocket(url);
  socket.onopen = () => { pause = 500; status.textContent = "Connected"; };
  socket.onmessage = e => show(JSON.parse(e.data));
  socket.onclose = () => {
    status.textContent = "Not connected; trying again";
    setTimeout(connect, pause);
    pause = Math.min(pause * 2, 10000);
  };
}

form.addEventListener("submit", e => {
  e.preventDefault();
  if (socket.readyState !== WebSocket.OPEN) return;
  socket.send(text.value);
  text.value = "";
});
connect();
