"use strict";
// What the terminal of textual-serve leaves open: the font before the first letter, files to fetch under any path,
// the end and why, and links, which nobody is to be led to by a text that a stranger wrote.
(() => {
  const Socket = window.WebSocket;
  const start = window.onload;
  const terminal = () => document.querySelector(".xterm-helper-textarea");

  window.open = () => null;

  function end(text) {
    const dialog = document.querySelector("#ended");
    if (dialog.open) return;
    document.querySelector("#why").textContent = text;
    const again = new URLSearchParams(location.search);
    again.set("resume", "1");
    document.querySelector("#again").href = "./?" + again;
    dialog.showModal();
  }

  function fetchFile(key) {
    const link = document.createElement("a");
    link.href = "download/" + encodeURIComponent(key);
    link.download = "";
    link.click();
  }

  function heard(event) {
    if (typeof event.data !== "string") return;
    const [kind, value] = JSON.parse(event.data);
    if (kind === "pong") return;
    event.stopImmediatePropagation();
    if (kind === "file") fetchFile(value);
    if (kind === "ended") end(value);
  }

  window.WebSocket = class extends Socket {
    constructor(path) {
      const address = new URL(path, location.href);
      address.protocol = address.protocol.replace("http", "ws");
      for (const [name, value] of new URLSearchParams(location.search)) address.searchParams.set(name, value);
      super(address);
      let opened = false;
      const said = document.querySelector("#ended").dataset;
      this.addEventListener("message", heard);
      this.addEventListener("open", () => {
        opened = true;
        setTimeout(() => terminal().focus());
      });
      this.addEventListener("close", () => end(opened ? said.lost : said.unreachable));
    }

    send(data) {
      if (this.readyState === Socket.OPEN) super.send(data);
    }
  };

  window.addEventListener("focus", () => terminal() && terminal().focus());

  window.onload = async (event) => {
    await Promise.race([document.fonts.load("16px 'Roboto Mono'", "A가"), new Promise((done) => setTimeout(done, 5000))]);
    start.call(window, event);
  };
})();
