/* The search field, and below it the rows of what can be opened; each row may have a menu.

   Streamlit calls this in each run whose data differ, and the returned function when the list leaves the
   page. Rows are kept between the runs, so that the focus stays where it is. */
const lists = new WeakMap();
const SEARCH_AFTER = 80; // milliseconds without another letter
let left = null; // the row that had the focus when a list left the page: the next page's list takes it up

export default function ({ data, parentElement, setTriggerValue }) {
  const list = lists.get(parentElement) ?? new List(parentElement);
  lists.set(parentElement, list);
  list.send = (chosen) => setTriggerValue("chosen", chosen);
  list.take(data);
  return () => {
    left = list.focused;
    lists.delete(parentElement);
    list.leave();
  };
}

const make = (name, properties = {}, attributes = {}) => {
  const element = Object.assign(document.createElement(name), properties);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
};

class List {
  constructor(parent) {
    this.rows = new Map();
    this.focused = null;
    this.asked = -1;
    const input = { type: "search", autocomplete: "off", spellcheck: false, className: "row-search" };
    this.field = make("input", input);
    this.body = make("div", { className: "row-groups" });
    this.menu = make("div", { className: "row-menu", popover: "auto" }, { role: "menu" });
    this.end = make("div", { className: "row-end" });
    this.root = make("nav", { className: "rows" });
    const label = make("label", { className: "row-search-field" });
    label.append(this.field);
    this.root.append(label, this.body, this.menu);
    parent.append(this.root);
    this.field.oninput = () => this.search();
    this.root.onkeydown = (event) => this.press(event);
    this.root.onclick = (event) => this.click(event);
    this.root.addEventListener("focusin", ({ target }) => this.noteFocus(target));
    this.root.addEventListener("focusout", ({ relatedTarget: to }) => to && this.noteFocus(to));
    this.menu.ontoggle = ({ newState }) => newState === "closed" && this.closed();
    this.watch = new IntersectionObserver((seen) => seen.some((each) => each.isIntersecting) && this.more());
    this.watch.observe(this.end);
    const focus = left;
    left = null;
    if (focus !== null && document.activeElement === document.body) this.wanted = focus;
  }

  leave() {
    clearTimeout(this.timer);
    this.asking?.abort();
    this.watch.disconnect();
    this.root.remove();
  }

  take(data) {
    this.data = data;
    this.root.setAttribute("aria-label", data.labels.list);
    this.field.placeholder = data.labels.search;
    this.field.setAttribute("aria-label", data.labels.search_all);
    this.draw();
    if (this.wanted !== undefined) this.focus(this.wanted);
    delete this.wanted;
  }

  // What is drawn

  draw() {
    const { data, hits } = this;
    const at = this.order().indexOf(this.focused);
    const active = document.activeElement;
    const had = this.body.contains(active) || (at >= 0 && active === document.body);
    const groups = hits ? [{ name: data.labels.found, rows: hits, address: "./?c=" }] : data.groups;
    const kept = new Map();
    const parts = groups.filter(({ rows }) => rows.length).map((group) => this.group(group, kept));
    if (!parts.length) parts.push(make("p", { textContent: hits ? data.labels.nothing : data.labels.empty }));
    if (!hits && data.more) parts.push(this.end);
    this.rows = kept;
    // Only what differs: an element that is moved loses the focus.
    if (!same([...this.body.children], parts)) this.body.replaceChildren(...parts);
    const order = this.order();
    if (had) this.focus(order.includes(this.focused) ? this.focused : order[Math.min(at, order.length - 1)]);
    this.rove(order.includes(this.focused) ? this.focused : data.current);
  }

  group({ name, rows, address }, kept) {
    const known = [...this.body.children].find((each) => each.dataset.name === name);
    const section = known ?? make("section", {}, { "data-name": name, "aria-label": name });
    if (!known) section.append(make("h2", { textContent: name }), make("ul"));
    const items = rows.map((row) => {
      const item = this.rows.get(row.id) ?? this.row();
      kept.set(row.id, item);
      this.fill(item, row, address + row.id);
      return item;
    });
    const list = section.querySelector("ul");
    if (!same([...list.children], items)) list.replaceChildren(...items);
    return section;
  }

  row() {
    const item = make("li", { className: "row" });
    item.append(make("a", { className: "row-title", dir: "auto" }));
    if (this.data.actions.length) {
      const menu = { "aria-haspopup": "menu", "aria-expanded": "false" };
      item.append(make("button", { className: "row-button", type: "button" }, menu));
    }
    return item;
  }

  fill(item, row, address) {
    const [link, button] = item.children;
    const isCurrent = !this.hits && row.id === this.data.current;
    item.dataset.id = row.id;
    item.row = row;
    link.replaceChildren(make("span", { textContent: row.title }));
    if (row.snippet) link.append(this.snippet(row.snippet));
    link.title = row.title;
    link.href = address;
    if (isCurrent) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
    if (!button) return;
    button.hidden = Boolean(this.hits);
    button.setAttribute("aria-label", this.data.labels.menu.replace("{}", row.title));
  }

  snippet(text) {
    const line = make("small");
    const words = this.words().map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
    const parts = words.length ? text.split(new RegExp(`(${words.join("|")})`, "gi")) : [text];
    parts.forEach((part, at) => line.append(at % 2 ? make("mark", { textContent: part }) : part));
    return line;
  }

  noteFocus(element) {
    this.focused = this.root.contains(element) ? (element.closest(".row")?.dataset.id ?? null) : null;
  }

  // The focus: one row is a stop of the Tab key, arrow keys move among them

  order() {
    return [...this.body.querySelectorAll(".row")].map((row) => row.dataset.id);
  }

  focus(id) {
    const link = this.rows.get(id)?.firstChild ?? this.rows.get(this.data.current)?.firstChild;
    (link ?? this.field).focus();
  }

  rove(id) {
    const stop = this.rows.has(id) ? id : this.order()[0];
    for (const [each, item] of this.rows) {
      for (const child of item.children) child.tabIndex = each === stop ? 0 : -1;
    }
  }

  press(event) {
    const { key, target } = event;
    if (target.closest(".row-menu")) return this.pressInMenu(event);
    const row = target.closest(".row");
    const order = this.order();
    const at = row ? order.indexOf(row.dataset.id) : -1;
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: order.length - 1 }[key];
    if (target === this.field && key === "Escape" && !event.shiftKey && this.field.value) this.clear();
    else if (target === this.field && key === "Enter" && this.hits?.length) {
      this.open(this.rows.get(order[0]));
    } else if (row && (key === "ContextMenu" || (key === "F10" && event.shiftKey))) this.openMenu(row);
    else if (to === -1 && row && key === "ArrowUp") this.field.focus();
    else if (to !== undefined && order[to] && (row || key === "ArrowDown")) {
      this.rove(order[to]);
      this.focus(order[to]);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  click(event) {
    const row = event.target.closest(".row");
    const item = event.target.closest("[role=menuitem]");
    if (item) this.choose(item.dataset.action);
    else if (row && event.target.closest(".row-button")) this.openMenu(row);
    // With a key held, and with another button, the link opens another tab as any link does.
    else if (row && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey)) {
      event.preventDefault();
      this.open(row);
    }
  }

  open({ row }) {
    for (const [id, item] of this.rows) {
      if (id === row.id && !this.hits) item.firstChild.setAttribute("aria-current", "page");
      else item.firstChild.removeAttribute("aria-current");
    }
    const words = row.message ? this.words() : [];
    this.send({ action: "open", id: row.id, message: row.message ?? "", words });
  }

  // The menu of a row

  openMenu(item) {
    const button = item.children[1];
    if (!button || button.hidden) return;
    this.subject = item;
    const fits = ({ pinned }) => pinned === undefined || pinned === item.row.pinned;
    const actions = this.data.actions.filter(fits);
    this.menu.replaceChildren(
      ...actions.map(({ name, label, icon }) => {
        const option = make("button", { type: "button", textContent: label, className: `row-${name}` });
        option.dataset.action = name;
        option.dataset.icon = icon;
        option.tabIndex = -1;
        option.setAttribute("role", "menuitem");
        return option;
      }),
    );
    this.menu.setAttribute("aria-label", button.getAttribute("aria-label"));
    this.menu.showPopover();
    const { left: x, right, bottom, top } = button.getBoundingClientRect();
    const { width, height } = this.menu.getBoundingClientRect();
    this.menu.style.left = `${Math.max(8, Math.min(x, innerWidth - width - 8, right))}px`;
    this.menu.style.top = `${bottom + height + 8 > innerHeight ? top - height - 4 : bottom + 4}px`;
    button.setAttribute("aria-expanded", "true");
    this.menu.firstChild.focus();
  }

  pressInMenu(event) {
    const items = [...this.menu.children];
    const at = items.indexOf(document.activeElement);
    const steps = { ArrowDown: at + 1, ArrowUp: at - 1 + items.length, Home: 0, End: items.length - 1 };
    if (event.key === "Tab") return this.menu.hidePopover();
    if (event.key === "Escape") this.menu.hidePopover();
    else if (event.key in steps) items[steps[event.key] % items.length].focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  closed() {
    const button = this.subject?.children[1];
    button?.setAttribute("aria-expanded", "false");
    const active = document.activeElement;
    if (active === document.body || this.menu.contains(active)) this.subject?.firstChild.focus();
  }

  choose(action) {
    const { row } = this.subject;
    this.menu.hidePopover();
    this.subject.firstChild.focus();
    this.send({ action, id: row.id, message: "", words: [] });
  }

  // The search

  words() {
    return this.field.value.split(/\s+/).filter(Boolean);
  }

  clear() {
    this.field.value = "";
    this.search();
  }

  search() {
    clearTimeout(this.timer);
    this.asking?.abort();
    if (this.words().length) this.timer = setTimeout(() => this.ask(), SEARCH_AFTER);
    else this.found(undefined);
  }

  async ask() {
    this.asking = new AbortController();
    const address = `${this.data.search}?words=${encodeURIComponent(this.field.value)}`;
    try {
      const answer = await fetch(address, { signal: this.asking.signal });
      this.found(answer.ok ? (await answer.json()).hits : []);
    } catch (error) {
      if (error.name !== "AbortError") this.found([]);
    }
  }

  found(hits) {
    this.hits = hits;
    this.rows = new Map(); // a hit is another row than that of its chat
    this.body.replaceChildren();
    this.draw();
  }

  more() {
    const shown = this.order().length;
    if (this.hits || !this.data.more || this.asked === shown) return;
    this.asked = shown; // once: the answer is a longer list
    this.send({ action: "more", id: "", message: "", words: [] });
  }
}

const same = (one, other) => one.length === other.length && one.every((each, at) => each === other[at]);
