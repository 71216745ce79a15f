// page.js: what storyboard.html can do: filter, enlarge, keys, light and dark. Where it
// stands is in the address, so that a link shows the same. It makes no request.
"use strict";
(() => {
  const root = document.documentElement;
  const find = (id) => document.getElementById(id);
  const scenes = [...document.querySelectorAll(".scene")];
  const panels = [...document.querySelectorAll(".panel")];
  const board = panels.filter((panel) => panel.dataset.group === "board");
  const box = find("box"), keys = find("keys"), sceneList = find("scene"), withList = find("with");
  const shown = (panel) => !panel.hidden && panel.closest("[hidden]") === null && panel.offsetParent !== null;
  const sceneOf = (panel) => panel.closest(".scene");

  // What the page shows: { scene, with, theme, details, panel }, all texts.
  let state = {};

  function remember(changes) {
    for (const [name, value] of Object.entries(changes)) {
      if (value) state[name] = value;
      else delete state[name];
    }
    const text = new URLSearchParams(state).toString();
    history.replaceState(null, "", text ? "#" + text : location.pathname + location.search);
  }

  function time(seconds) {
    const whole = Math.round(seconds);
    return Math.floor(whole / 60) + ":" + String(whole % 60).padStart(2, "0");
  }

  function filter() {
    const prop = state.with;
    let count = 0, seconds = 0;
    for (const panel of board) {
      const scene = sceneOf(panel);
      panel.hidden = Boolean(prop) && !JSON.parse(panel.dataset.props).includes(prop);
      if (panel.hidden || (state.scene && scene.id !== state.scene)) continue;
      seconds += Number(panel.dataset.seconds);
      if (!panel.classList.contains("stage")) count += 1;
    }
    for (const scene of scenes) {
      scene.hidden = Boolean(state.scene) && scene.id !== state.scene ||
        Boolean(prop) && !scene.querySelector(".panel:not([hidden])");
    }
    const filtered = Boolean(state.scene || prop);
    root.classList.toggle("filtered", filtered);
    find("all").hidden = !filtered;
    find("count").textContent = count + (count === 1 ? " panel" : " panels") + " · " + time(seconds);
  }

  function dark() {
    return state.theme ? state.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  }

  // What the address names and is not there is forgotten.
  function choose(list, name) {
    list.value = state[name] || "";
    if (list.selectedIndex > 0) return;
    list.selectedIndex = 0;
    delete state[name];
  }

  // Makes the page be as `state` says.
  function apply() {
    choose(sceneList, "scene");
    choose(withList, "with");
    if (state.theme === "light" || state.theme === "dark") root.dataset.theme = state.theme;
    else delete root.dataset.theme;
    find("theme").textContent = dark() ? "Light" : "Dark";
    root.toggleAttribute("data-details", Boolean(state.details));
    find("details").setAttribute("aria-pressed", String(Boolean(state.details)));
    filter();
  }

  function change(changes) {
    const filters = "scene" in changes || "with" in changes;
    remember(changes);
    apply();
    if (filters) scrollTo({ top: 0, behavior: "instant" });
  }

  // Panels have their true height only once they are near, and what lies between moves.
  function goTo(element) {
    let frames = 12;
    const align = () => {
      element.scrollIntoView({ behavior: "instant" });
      if (frames-- > 0) requestAnimationFrame(align);
    };
    align();
  }

  // Enlarged panels
  const together = (panel) => panels.filter((one) => one.dataset.group === panel.dataset.group && shown(one));

  function enlarge(panel) {
    const stand = box.querySelector(".stand");
    const copy = [...panel.children].map((child) => child.cloneNode(true));
    // A picture that is looked at leads nowhere, and nothing on it is pressed.
    const frame = document.createElement("div");
    frame.className = copy[0].className;
    frame.dataset.state = copy[0].dataset.state || "";
    frame.append(...copy[0].childNodes);
    for (const image of frame.querySelectorAll("img")) image.loading = "eager";
    stand.replaceChildren(frame, ...copy.slice(1));
    const list = together(panel);
    find("place").textContent = (list.indexOf(panel) + 1) + " of " + list.length;
    find("previous").disabled = list[0] === panel;
    find("next").disabled = list[list.length - 1] === panel;
    remember({ panel: panel.id });
    if (!box.open) box.showModal();
    if (document.activeElement === null || document.activeElement.disabled) find("close").focus();
  }

  function leaf(step) {
    const panel = find(state.panel);
    if (!panel) return;
    const list = together(panel);
    const to = list[list.indexOf(panel) + step];
    if (to) enlarge(to);
  }

  // Back to the panel that was looked at last.
  box.addEventListener("close", () => {
    const panel = find(state.panel || "");
    remember({ panel: "" });
    if (panel) focusPanel(panel);
  });
  box.addEventListener("click", (event) => { if (event.target === box) box.close(); });
  keys.addEventListener("click", (event) => { if (event.target === keys) keys.close(); });

  // Going through the board
  function focusPanel(panel) {
    panel.querySelector(".frame").focus({ preventScroll: true });
    panel.scrollIntoView({ block: "nearest", behavior: "instant" });
  }

  // From the panel that has the focus; else to the first that is in sight.
  function step(by) {
    const list = board.filter(shown);
    const at = list.indexOf(document.activeElement && document.activeElement.closest(".panel"));
    const inSight = list.findIndex((panel) => panel.getBoundingClientRect().top > 0);
    const to = list[at < 0 ? Math.max(inSight, 0) : at + by];
    if (to) focusPanel(to);
  }

  function stepScene(by) {
    const list = scenes.filter((scene) => !scene.hidden);
    const top = 80; // below the bar
    const past = list.filter((scene) => scene.getBoundingClientRect().top < top).length;
    const onIt = past > 0 && Math.abs(list[past - 1].getBoundingClientRect().top - 64) < 8;
    const to = list[by > 0 ? past : past - (onIt ? 2 : 1)];
    if (to) goTo(to);
    else if (by < 0) scrollTo({ top: 0, behavior: "instant" });
  }

  function toggleTheme() {
    change({ theme: dark() ? "light" : "dark" });
  }

  const commands = {
    ArrowRight: () => step(1), ArrowLeft: () => step(-1),
    n: () => stepScene(1), p: () => stepScene(-1),
    s: () => sceneList.focus(), w: () => withList.focus(),
    a: () => change({ scene: "", with: "" }),
    d: () => change({ details: state.details ? "" : "1" }),
    t: toggleTheme, "?": () => keys.showModal(),
  };
  const inBox = {
    ArrowRight: () => leaf(1), ArrowLeft: () => leaf(-1),
    Home: () => leaf(-together(find(state.panel)).indexOf(find(state.panel))),
    End: () => leaf(together(find(state.panel)).length - 1 - together(find(state.panel)).indexOf(find(state.panel))),
    t: toggleTheme,
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("select, input")) return;
    if (keys.open) return;
    const run = (box.open ? inBox : commands)[event.key];
    if (run) {
      event.preventDefault();
      run();
    }
  });

  document.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || !(event.target instanceof Element)) return;
    const frame = event.target.closest(".panel > .frame");
    const link = event.target.closest("a[href^='#']");
    if (frame) {
      event.preventDefault();
      enlarge(frame.parentElement);
    } else if (link) {
      // By hand, so that what the address says of the filter stays.
      event.preventDefault();
      const href = link.getAttribute("href");
      const to = find(decodeURIComponent(href.slice(1)));
      if (href === "#top" || !to || !to.offsetParent) change({ scene: "", with: "" });
      if (to) goTo(to);
    }
  });

  sceneList.addEventListener("change", () => change({ scene: sceneList.value }));
  withList.addEventListener("change", () => change({ with: withList.value }));
  find("all").addEventListener("click", () => commands.a());
  find("details").addEventListener("click", () => commands.d());
  find("theme").addEventListener("click", toggleTheme);
  find("help").addEventListener("click", () => keys.showModal());
  find("previous").addEventListener("click", () => leaf(-1));
  find("next").addEventListener("click", () => leaf(1));
  find("close").addEventListener("click", () => box.close());

  // A picture that is named and is not on the disk.
  function missing(image) {
    const frame = image.closest(".frame");
    if (!frame) return;
    const words = document.createElement("strong"), why = document.createElement("span");
    words.textContent = "Not there";
    why.className = "why";
    why.textContent = decodeURIComponent(image.getAttribute("src"));
    frame.classList.add("absent");
    frame.dataset.state = "failed";
    frame.replaceChildren(words, why);
  }
  document.addEventListener("error", (event) => {
    if (event.target instanceof HTMLImageElement) missing(event.target);
  }, true);
  for (const image of document.images) if (image.complete && image.naturalWidth === 0 && image.loading !== "lazy") missing(image);

  function arrive() {
    const hash = location.hash.slice(1);
    const params = new URLSearchParams(hash.includes("=") ? hash : "");
    state = Object.fromEntries(["scene", "with", "theme", "details", "panel"]
      .filter((name) => params.get(name)).map((name) => [name, params.get(name)]));
    const panel = state.panel && find(state.panel);
    apply();
    if (panel && panel.classList.contains("panel")) enlarge(panel);
  }
  addEventListener("hashchange", arrive);
  root.classList.add("scripted");
  document.querySelector(".tools").hidden = false;
  arrive();
})();
