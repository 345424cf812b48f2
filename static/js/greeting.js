/*
 * A classic script in the head of the chat in a frame (docs/embed.md): the page around says that it is shown, and one
 * may write, while everything else is still on its way. The modules go on from what is left at `#widget`.
 */
{
  const ended = new AbortController();
  const { signal } = ended;
  /** What the page around has said. */
  let said = null;

  /** Exact, or below a name: `https://*.example.com`. */
  const isAllowed = (origin) =>
    document.documentElement.dataset.origins.split(" ").some((each) => {
      const [before, below] = each.split("*");
      if (below === undefined) return each === origin;
      return origin.startsWith(before) && origin.endsWith(below) && origin.length > each.length - 1;
    });

  const named = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (each) => each.toString(16).padStart(2, "0")).join("");

  /** As the outbox does (`outbox.js`), which finds it also when this page goes before the scripts come. */
  const keep = (item) => {
    const key = `deskbell:outbox:${document.body.dataset.site}:${item.clientId}`;
    const value = JSON.stringify(item);
    try {
      localStorage.setItem(key, value);
    } catch {
      if (said.isKept) said.port.postMessage({ type: "keep", key, value });
    }
  };

  /** Once both are there: the chat, and what is said of it. */
  const greet = () => {
    const chat = document.getElementById("widget");
    const field = chat?.querySelector(".composer-text");
    if (!field || !said || chat.greeting) return;
    /** @type {HTMLElement[]} */
    const waiting = [];
    const taken = () => {
      ended.abort();
      for (const row of waiting) row.remove();
      return waiting.map((row) => ({ clientId: row.id, text: row.querySelector(".bubble").textContent, topicId: Number(row.dataset.topic) }));
    };
    chat.greeting = { ...said, taken };
    chat.hidden = !said.isOpen;
    // Where somebody is asked who they are, that comes first.
    if (said.takesFocus && !document.getElementById("ask")) field.focus({ preventScroll: true });
    said.port.postMessage({ type: "ready" });
    // What is sent before it can be is seen to wait, and is sent as soon as it can; what is typed on is not.
    const send = () => {
      const text = field.value.trim();
      const row = document.getElementById("pending-message")?.content.firstElementChild.cloneNode(true);
      // The rest of the page may be on its way as well.
      if (!row) return document.addEventListener("readystatechange", send, { once: true, signal });
      if (!text || [...text].length > Number(document.body.dataset.messageLength)) return;
      row.id = named();
      // What it is about, where that is asked.
      row.dataset.topic = new FormData(field.form).get("topic_id") ?? "";
      row.querySelector(".bubble").textContent = text;
      row.querySelector("time").dateTime = new Date().toISOString();
      chat.querySelector(".log-body").append(row);
      keep({ clientId: row.id, chatId: null, text, order: Date.now(), state: "waiting", topicId: Number(row.dataset.topic) });
      waiting.push(row);
      field.value = "";
    };
    field.form.addEventListener("submit", (event) => {
      event.preventDefault();
      send();
    }, { signal });
    field.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
      event.preventDefault();
      if (!event.repeat) field.form.requestSubmit();
    }, { signal });
    dispatchEvent(new Event("deskbell:greeted"));
  };
  addEventListener("deskbell:parsed", greet);
  addEventListener("message", ({ data, origin, source, ports: [port] }) => {
    if (data?.deskbell !== "host" || source !== parent || said || !port || !isAllowed(origin)) return;
    said = { ...data, port };
    greet();
  });

  // What is lost on its way is fetched again: somebody may be writing, and no other page will come.
  let lost = 0;
  addEventListener("error", ({ target }) => {
    if (!(target instanceof HTMLScriptElement || target instanceof HTMLLinkElement)) return;
    setTimeout(() => {
      const again = document.createElement(target.localName);
      for (const { name, value } of target.attributes) again.setAttribute(name, value);
      const name = target.src ? "src" : "href";
      again[name] = `${target[name].split("&again")[0]}&again=${(lost += 1)}`;
      target.replaceWith(again);
    }, Math.min(1_000 * 2 ** lost, 30_000));
  }, true);

  // The page around hears of the frame; there is nothing in it, so that it may go to anybody.
  parent.postMessage({ deskbell: "frame" }, "*");
}
