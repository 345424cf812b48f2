/** The loader on a stranger's page, at most 6 KB compressed: docs/embed.md. */
(() => {
  const said = new Set();
  const warn = (text) => said.has(text) || (said.add(text), console.warn(`Deskbell: ${text}`));
  const attempt = (act) => {
    try {
      return act();
    } catch {}
  };

  const before = window.Deskbell;
  const script = [document.currentScript, document.querySelector('script[data-site][src*="/widget.js"]')].find(
    (each) => each?.dataset.site,
  );
  if (!script) return warn("the script has no data-site");
  const { site, agreed } = script.dataset;
  if (before?.site) return before.site === site || warn(`${site} is left out, ${before.site} is here already`);

  const KEY = `deskbell:${site}`;
  const desk = new URL(script.src).origin;
  const door = new URL(`embed/${site}`, script.src).href;
  const POLICY = `If a policy forbids it, it lacks: script-src ${desk}; frame-src ${desk}; connect-src ${desk}`;
  const UNKEPT = "storage is full or denied, the chat lasts as long as the page";
  const life = new AbortController();
  const { signal } = life;
  const heard = { ready: [], open: [], close: [], message: [], unread: [] };
  let locale = script.dataset.locale || document.documentElement.lang;
  let here = location.href;
  let from = document.referrer;
  let unread = 0;
  let fights = 0;
  /** What the frame is to hear once it is there. */
  let due = {};
  /** What the frame alone is to do, until then. */
  let lease = {};
  let asked, isHidden, refusal, settings, title, kept, given, opener, timer, round;
  let box, launcher, badge, status, greeting, frame, port;

  const emit = (name, detail) => heard[name].forEach((listener) => queueMicrotask(() => listener(detail)));
  const tell = (type, more) => port?.postMessage({ type, ...more });
  const listen = (target, type, act) => target?.addEventListener?.(type, act, { signal, capture: true });

  const read = () => kept ?? attempt(() => JSON.parse(localStorage.getItem(KEY))) ?? {};
  /** Whoever has never opened it has no token, and a page's start does not wait for another store. */
  let isOpen = !!read().token && attempt(() => sessionStorage.getItem(KEY)) === "open";
  const keep = (change) => {
    kept = { ...read(), ...change };
    attempt(() => {
      localStorage.setItem(KEY, JSON.stringify(kept));
      kept = undefined;
    });
    if (kept) warn(UNKEPT);
  };
  /** What the frame has us keep, where a browser keeps nothing in it. */
  const SHELF = `${KEY}:`;
  const onShelf = (key) => key?.startsWith(SHELF);
  const shelf = () => attempt(() => Object.keys(localStorage).filter(onShelf)) ?? [];
  const nameOf = (key) => key.slice(SHELF.length);
  const makeToken = () => {
    const random = btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(32))));
    keep({ token: random.replace(/\+/g, "-").replace(/\//g, "_").slice(0, 43) });
  };
  const token = () => {
    if (!/^[\w-]{43}$/.test(read().token)) makeToken();
    return read().token;
  };
  /** Another tab may have made a new one. What is stored counts, so that all come to have the same. */
  const renew = () => port && token() !== given && tell("token", { token: (given = token()) });

  const make = (tag, names, ...children) => {
    const made = document.createElement(tag);
    for (const name in names) made.setAttribute(name, names[name]);
    made.append(...children);
    return made;
  };
  const icon = (d) => {
    const [svg, path] = ["svg", "path"].map((tag) => document.createElementNS("http://www.w3.org/2000/svg", tag));
    svg.setAttribute("viewBox", "0 0 24 24");
    path.setAttribute("d", d);
    svg.append(path);
    return svg;
  };
  const button = (names, act, ...children) => {
    const made = make("button", { type: "button", ...names }, ...children);
    listen(made, "click", act);
    return made;
  };

  /** An important rule of a shadow root wins over all of the page. */
  const css = ({ colour, edge, distance }) => `
:host {
  all: initial !important;
  position: fixed !important;
  z-index: 2147483647 !important;
  color-scheme: light dark !important;
}
:host::before, :host::after, :host::backdrop { display: none !important }
[hidden] { display: none !important }
.box {
  --surface: #fff; --ink: #1c1b19; --line: #e5e2dc; --alert: #d1372f; --far: ${distance}px;
  --low: calc(var(--far) + env(safe-area-inset-bottom, 0px));
  color: var(--ink);
  font: .875em/1.5 system-ui, sans-serif;
}
button { all: unset; cursor: pointer }
:focus-visible { outline: 2px solid var(--ink); outline-offset: 2px; box-shadow: 0 0 0 2px var(--surface) }
svg {
  grid-area: 1 / 1;
  width: 24px;
  fill: none;
  stroke: currentColor;
  stroke-width: 1.75;
  stroke-linecap: round;
  stroke-linejoin: round;
  transition: 180ms;
}
.launcher, .greeting, iframe {
  position: fixed;
  inset-inline-${edge}: var(--far);
  inset-block-end: calc(var(--low) + 72px);
  box-sizing: border-box;
  border: 1px solid var(--line);
  border-radius: 16px;
  background: var(--surface);
  box-shadow: 0 2px 6px rgb(28 27 25 / 8%), 0 12px 40px rgb(28 27 25 / 16%);
}
.launcher, .x { display: grid; place-items: center }
.launcher {
  inset-block-end: var(--low);
  z-index: 1;
  width: 56px;
  height: 56px;
  border-color: transparent;
  border-radius: 50%;
  background: ${colour} border-box;
  color: #fff;
  color: lab(from ${colour} calc(999 * (62 - l)) 0 0); /* white where it can be seen (3:1), else black */
  transition: 180ms;
}
.launcher:hover { filter: brightness(.93) }
.launcher:active { transform: scale(.96) }
.launcher svg + svg, .open .launcher svg { opacity: 0; transform: rotate(-45deg) }
.open .launcher svg + svg { opacity: 1; transform: none }
.badge {
  position: absolute;
  inset-block-start: -4px;
  inset-inline-end: -4px;
  min-width: 10px;
  padding: 0 4px;
  border: 2px solid var(--surface);
  border-radius: 16px;
  background: var(--alert);
  color: var(--surface);
  font: 600 11px/18px system-ui, sans-serif;
  text-align: center;
}
.status { position: fixed; opacity: 0; pointer-events: none }
.greeting { display: flex; max-width: min(300px, 100% - 2 * var(--far)); border-end-${edge}-radius: 4px }
.greeting button { padding: 12px 0; padding-inline-start: 16px; border-radius: 16px; overflow-wrap: anywhere }
.greeting .x { min-width: 40px; height: 21px; padding-inline: 0 }
.x svg { width: 16px }
iframe {
  width: 380px;
  max-width: calc(100% - 2 * var(--far));
  height: calc(100% - var(--low) - 96px);
  max-height: 580px;
  background: linear-gradient(${colour} 73px, var(--surface) 0);
  animation: rise 180ms;
}
.box:not(.open) iframe { visibility: hidden; pointer-events: none; animation: none }
@keyframes rise { from { opacity: 0; transform: translateY(12px) } }
@media (prefers-color-scheme: dark) {
  .box { --surface: #232320; --ink: #f1efe9; --line: #45433d; --alert: #f0625b }
}
@media (max-width: 480px), (max-height: 480px) {
  .box { --far: ${Math.min(distance, 20)}px }
  iframe { inset: 0; width: 100%; max-width: none; height: 100%; max-height: none; border: 0; border-radius: 0 }
  .open.ready .launcher { display: none }
}
@media (prefers-reduced-motion: reduce) { * { animation: none !important; transition: none !important } }
@media print { :host { display: none !important } }`;
  /** Open: a closed root would keep nobody out who runs scripts here. */
  const element = make("deskbell-chat", { popover: "manual" });
  const root = element.attachShadow({ mode: "open" });
  listen(root, "keydown", (event) => {
    if (event.key !== "Escape" || (!isOpen && greeting.hidden)) return;
    event.stopPropagation();
    if (isOpen) close();
    else dismiss();
  });

  const render = () => {
    if (!box) return;
    const { words, greeting: hello } = settings;
    const { token: isOld, dismissed } = read();
    const news = unread ? words.unread.replace("{count}", unread) : "";
    launcher.setAttribute("aria-label", isOpen ? words.close : words.open + (news && `, ${news}`));
    launcher.setAttribute("aria-expanded", isOpen);
    launcher.hidden = isHidden;
    badge.textContent = unread > 99 ? "99+" : unread;
    badge.hidden = isOpen || !unread;
    // Shown, the chat speaks for itself.
    status.textContent = isOpen ? "" : news;
    greeting.hidden = isHidden || isOpen || isOld || !hello || dismissed === hello;
    box.classList.toggle("open", isOpen);
  };
  const build = () => {
    const { words, greeting: hello } = settings;
    badge = make("span", { class: "badge", "aria-hidden": true });
    status = make("span", { class: "status", role: "status" });
    const icons = ["M7.6 20.4a9.5 9.5 0 1 0-4-4L2 22Z", "m6 9 6 6 6-6"].map(icon);
    launcher = button({ class: "launcher" }, toggle, ...icons, badge);
    listen(launcher, "pointerdown", summon);
    const dismissing = button({ class: "x", "aria-label": words.dismiss }, dismiss, icon("M18 6 6 18M6 6l12 12"));
    greeting = make("div", { class: "greeting" }, button({ dir: "auto" }, open, hello), dismissing);
    box = make("div", { class: "box", lang: settings.locale, dir: settings.direction }, greeting, launcher, status);
    root.replaceChildren(box);
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css(settings));
    root.adoptedStyleSheets = [sheet];
    attach();
    const wasThere = frame;
    frame = undefined;
    port = port?.close();
    if (isOpen && !wasThere) show();
    else if (unread || wasThere || agreed) summon();
    render();
  };
  const dismiss = () => {
    keep({ dismissed: settings.greeting });
    render();
    launcher.focus();
  };

  /** Beside `<body>`, where no router reaches. Put back, the frame loads anew. */
  const attach = () => {
    observer.disconnect();
    for (const each of [document, document.documentElement]) each && observer.observe(each, { childList: true });
    if (!box || !document.body || element.isConnected) return;
    if ((fights += 1) > 99) return observer.disconnect() ?? warn("this page removes the chat again and again");
    port = port?.close();
    box.classList.remove("ready");
    document.documentElement.append(element);
    element.showPopover?.();
  };
  const observer = new MutationObserver(attach);

  const page = () => {
    if (location.href !== here) from = here;
    here = location.href;
    return { url: here, title: (title = document.title), referrer: from };
  };
  /** A router sets the title after the address. */
  const moved = () => {
    clearTimeout(timer);
    timer = setTimeout(() => (location.href !== here || document.title !== title) && tell("page", page()), 500);
  };
  /** Above a phone's keyboard; less is a browser's bar. */
  const fit = () => {
    if (!frame) return;
    const { height, offsetTop, scale } = visualViewport;
    const isCovered = isOpen && scale < 1.05 && innerHeight - height > 80;
    frame.style.height = isCovered ? `${height}px` : "";
    frame.style.top = isCovered ? `${offsetTop}px` : "";
  };
  /** From the press on: by the click it is on its way. */
  const summon = () => {
    if (frame) return;
    token();
    const src = `${door}/frame?locale=${encodeURIComponent(settings.locale)}`;
    frame = make("iframe", { title: settings.words.frame, allow: "clipboard-write; microphone; geolocation", src });
    box.append(frame);
    const mine = frame;
    setTimeout(() => {
      if (port || signal.aborted || mine !== frame) return;
      warn(`the frame does not answer. ${POLICY}`);
      greet({ problem: "frame_blocked" });
    }, 15000);
  };
  listen(window, "message", ({ source, origin, data }) => {
    if (!frame || source !== frame.contentWindow || origin !== desk || data?.deskbell !== "frame") return;
    const { port1, port2 } = new MessageChannel();
    port = port?.close() ?? port1;
    port.onmessage = (event) => answers[event.data.type]?.(event.data);
    given = token();
    const host = { deskbell: "host", token: given, isKept: !kept, isOpen, takesFocus: root.activeElement === frame };
    host.kept = Object.fromEntries(shelf().map((key) => [nameOf(key), localStorage.getItem(key)]));
    source.postMessage({ ...host, locale: settings.locale, page: page() }, desk, [port2]);
    for (const type in due) tell(type, due[type]);
    delete due.say;
  });

  /** Focus goes in when somebody has just done something. */
  const show = (isMeant = navigator.userActivation?.isActive ?? true) => {
    summon();
    render();
    opener = document.activeElement;
    if (isMeant) frame.focus();
    tell("open", { takesFocus: !!isMeant });
    emit("open");
  };
  const open = (isMeant) => {
    if (isOpen) return;
    isOpen = true;
    attempt(() => sessionStorage.setItem(KEY, "open"));
    if (box) show(isMeant);
  };
  const close = () => {
    if (!isOpen) return;
    isOpen = false;
    attempt(() => sessionStorage.removeItem(KEY));
    if (!box) return;
    const hadFocus = document.activeElement === element;
    render();
    if (hadFocus) (isHidden ? opener : launcher)?.focus();
    tell("close");
    emit("close");
  };

  const toggle = (isMeant) => (isOpen ? close() : open(isMeant));
  const answers = {
    ready: () => box.classList.add("ready"),
    close,
    unread: ({ count }) => {
      if (count !== unread) emit("unread", count);
      unread = count;
      render();
    },
    message: ({ message }) => emit("message", message),
    keep: ({ key, value }) => {
      key = SHELF + key;
      if (/:lease$/.test(key)) lease = { key, value };
      attempt(() => (value === null ? localStorage.removeItem(key) : localStorage.setItem(key, value)) ?? true) ||
        warn(UNKEPT);
    },
    token: (said) => keep({ token: (given = said.token) }),
    ended: () => {
      if (token() === given) makeToken();
      renew();
    },
  };

  /** What the page calls gives back why it cannot be. */
  const isText = (value) => typeof value === "string" && value;
  const hide = (isMeant) => {
    isHidden = isMeant;
    render();
  };
  const listening = (act) => (name, listener) => {
    if (!heard[name]?.push || typeof listener !== "function") return `needs one of ${Object.keys(heard)}, a function`;
    act(name, listener);
  };
  const owe = (type, more) => {
    due[type] = more;
    tell(type, more);
  };
  const commands = {
    __proto__: null,
    open,
    close,
    toggle,
    show: () => hide(false),
    hide: () => hide(true),
    identify: (who) => {
      if (!isText(who?.token)) return "needs {token}, signed by your server";
      owe("identify", { token: who.token });
    },
    attributes: (more) => {
      const plain = attempt(() => JSON.parse(JSON.stringify({ ...due.attributes?.attributes, ...more })));
      if (typeof more !== "object" || !plain) return "needs an object of plain values";
      owe("attributes", { attributes: plain });
    },
    say: (text) => {
      if (!isText(text)) return "needs a text";
      owe("say", { text });
      if (port) delete due.say;
    },
    locale: (language) => {
      if (!isText(language)) return "needs a language";
      asked = language;
      if (language === locale) return;
      locale = language;
      if (round) start();
    },
    reset: () => {
      close();
      due = {};
      kept = undefined;
      attempt(() => [KEY, ...shelf()].forEach((key) => localStorage.removeItem(key)));
      answers.unread({ count: 0 });
      renew();
    },
    on: listening((name, listener) => {
      heard[name].push(listener);
      if (name === "ready" && box) queueMicrotask(listener);
    }),
    off: listening((name, listener) => {
      heard[name] = heard[name].filter((each) => each !== listener);
    }),
    shutdown: () => {
      refusal = "the chat was shut down";
      life.abort();
      observer.disconnect();
      port = port?.close();
      element.remove();
      box = Deskbell.site = undefined;
    },
  };
  const Deskbell = (command, ...rest) => {
    const act = commands[command] ?? (() => `is none of ${Object.keys(commands)}`);
    const why = refusal || act(...rest);
    if (why) warn(`${String(command)}: ${why}`);
  };
  Deskbell.site = site;
  window.Deskbell = Deskbell;

  const refuse = (why) => {
    warn(why);
    if (!box) refusal = why;
  };
  const greet = (more) => {
    const query = locale ? `?locale=${encodeURIComponent(locale)}` : "";
    const body = JSON.stringify({ token: read().token ?? null, version: "1", ...more });
    return fetch(door + query, { method: "POST", body, credentials: "omit", signal }).catch(() => {});
  };
  const start = async () => {
    const mine = (round = {});
    const answer = await greet();
    const told = await answer?.json().catch(() => {});
    if (signal.aborted || mine !== round) return;
    const mixed = location.protocol === "https:" && /^http:/.test(desk) ? "Mixed content: http in https. " : "";
    if (!answer) return refuse(`${desk} cannot be reached. ${mixed}${POLICY}`);
    if (!told?.words) return refuse(told?.error?.message ?? `the desk answered ${answer.status}`);
    if (!settings) emit("ready");
    refusal = undefined;
    settings = told;
    unread = told.unread;
    if (asked && !asked.toLowerCase().startsWith(told.locale.slice(0, 2)))
      warn(`locale: there is no ${asked}, ${told.locale} is shown`);
    build();
  };
  listen(window, "storage", ({ key, newValue }) => {
    if ((key ?? KEY) === KEY) renew();
    else if (onShelf(key)) tell("kept", { key: nameOf(key), value: newValue });
  });
  // A page that goes takes its frame along, which cannot let go of what it alone was to do.
  listen(window, "pagehide", () =>
    attempt(() => localStorage.getItem(lease.key) === lease.value && localStorage.removeItem(lease.key)),
  );
  listen(window, "pageshow", ({ persisted }) => persisted && (box ? renew() : start()));
  listen(window.navigation, "currententrychange", moved);
  for (const type of ["popstate", "click", "focusin"]) listen(window, type, moved);
  for (const type of ["resize", "scroll"]) listen(window.visualViewport, type, fit);
  for (const call of before?.q ?? []) Deskbell(...call);
  if (!signal.aborted) start();
})();
