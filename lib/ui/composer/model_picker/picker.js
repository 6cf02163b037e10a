// All pickers of a page share this module, and the list that one element brings for all of them.
const DRAWN = 100; // rows at once: more are drawn when one scrolls down to them
let list = { models: [], favourites: [], recent: [], words: {}, language: "en" };

export default function ({ data, parentElement, setStateValue }) {
  if (data.words) {
    list = { ...data, models: JSON.parse(data.models).map(prepared) };
    parentElement.querySelector("button").hidden = true;
    return;
  }
  const picker = (parentElement.picker ??= new Picker(parentElement));
  picker.update(data, setStateValue);
}

// Drawing.

const element = (tag, className, text = "", attributes = {}) => {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
};
const said = (name, ...values) =>
  values.reduce((text, value) => text.replace("{}", () => value), list.words[name] ?? "");
const unique = () => `${Date.now()}-${Math.random()}`;
const money = (dollars) => new Intl.NumberFormat(list.language, {
  style: "currency", currency: "USD", currencyDisplay: "narrowSymbol",
  minimumFractionDigits: 2, maximumFractionDigits: 4,
}).format(dollars);
const short = (count) =>
  new Intl.NumberFormat(list.language, { notation: "compact", maximumFractionDigits: 1 }).format(count);

function factsOf(model) {
  const { vendor, prompt, completion, call, context, speed } = model;
  const price = call !== undefined ? said("call", money(call))
    : prompt !== undefined && completion !== undefined && said("price", money(prompt), money(completion));
  return [vendor, price, context && said("context", short(context)), speed && said("speed", short(speed))]
    .filter(Boolean).join(" · ");
}

class Picker {
  constructor(root) {
    // A list box may hold options only, and stars stand between them: it owns the options from beside them.
    [this.button, this.panel, this.input, this.options, this.owner, this.foot, this.done] =
      [".pill", ".panel", "input", ".options", ".owner", ".foot", ".done"].map((each) => root.querySelector(each));
    this.root = root;
    this.chosen = [];
    this.button.popoverTargetElement = this.panel;
    this.panel.addEventListener("beforetoggle", (event) => event.newState === "open" ? this.open() : this.close());
    this.panel.addEventListener("toggle", (event) => event.newState === "open" ? this.show() : this.leave());
    this.input.addEventListener("input", () => this.search());
    this.input.addEventListener("keydown", (event) => this.press(event));
    this.options.addEventListener("scroll", () => this.drawMore());
    this.options.addEventListener("click", (event) => this.click(event));
    this.options.addEventListener("mousedown", (event) => event.preventDefault()); // the field keeps the focus
    this.done.addEventListener("click", () => this.finish());
  }

  get isSeveral() {
    return this.data.most > 1;
  }

  get isOpen() {
    return this.panel.matches(":popover-open");
  }

  update(data, setStateValue) {
    Object.assign(this, { data, setStateValue });
    this.button.disabled = Boolean(data.disabled);
    if (this.isOpen) return; // what is being chosen goes on
    this.chosen = [...data.chosen];
    this.name(data.label, data.name);
  }

  name(label, name) {
    this.button.firstElementChild.textContent = label;
    this.button.setAttribute("aria-label", name);
  }

  // Opening and closing. The browser closes the panel on Escape and on a click beside it.

  open() {
    const isFine = matchMedia("(pointer: fine)").matches;
    this.before = this.chosen.join("\n");
    this.input.value = "";
    this.input.placeholder = said("search");
    this.input.setAttribute("aria-label", said("search"));
    this.input.autofocus = isFine; // a phone would open its keyboard over the list
    this.foot.hidden = !this.isSeveral;
    this.done.textContent = said("done");
    this.owner.setAttribute("aria-multiselectable", String(this.isSeveral));
    this.owner.setAttribute("aria-label", said("all"));
    this.place();
    this.search();
  }

  place() {
    const at = this.button.getBoundingClientRect(), { style } = this.panel;
    const above = at.top, below = innerHeight - at.bottom;
    style.setProperty("--left", `${Math.max(8, Math.min(at.left, innerWidth - this.width() - 8))}px`);
    style.setProperty("--top", above > below ? "auto" : `${at.bottom + 6}px`);
    style.setProperty("--bottom", above > below ? `${innerHeight - at.top + 6}px` : "auto");
    style.setProperty("--room", `${Math.max(above, below) - 20}px`);
  }

  width() {
    return 28 * parseFloat(getComputedStyle(document.documentElement).fontSize);
  }

  show() {
    this.options.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  }

  close() {
    if (this.isSeveral && this.chosen.join("\n") !== this.before && this.chosen.length) this.send();
  }

  leave() {
    if (this.panel.contains(this.root.activeElement)) this.button.focus(); // otherwise it would be nowhere
  }

  finish() {
    this.panel.hidePopover();
    const composer = this.root.host.closest(".st-key-composer");
    if (!composer || !matchMedia("(pointer: fine)").matches) return;
    document.querySelector("[data-testid=stChatInputTextArea]")?.focus();
  }

  // Choosing.

  send() {
    const label = this.isSeveral ? said("several", this.chosen.length) : this.chosen[0];
    this.name(label, this.isSeveral ? label : said("button", label));
    this.setStateValue("pick", { id: unique(), models: this.chosen });
  }

  take(row) {
    if (!row) return;
    const at = this.chosen.lastIndexOf(row.id);
    if (!this.isSeveral) {
      const isNew = at < 0;
      this.chosen = [row.id];
      if (isNew) this.send();
      this.finish();
      return;
    }
    if (at >= 0) this.chosen.splice(at, 1);
    else if (this.chosen.length < this.data.most) this.chosen.push(row.id);
    if (this.input.value) {
      this.input.value = "";
      this.search();
    } else this.mark();
  }

  star(id) {
    const isOn = list.favourites.includes(id);
    list.favourites = isOn ? list.favourites.filter((each) => each !== id) : [...list.favourites, id];
    // A value, not an event: should the next click overtake this one, it takes it along.
    this.setStateValue("star", { id: unique(), model: id, isFavourite: !isOn });
    this.mark();
  }

  click(event) {
    const row = event.target.closest(".row");
    if (!row) return;
    if (event.target.closest(".star")) this.star(this.rows[row.dataset.at].id);
    else this.take(this.rows[row.dataset.at]);
  }

  press(event) {
    if (event.isComposing || event.keyCode === 229) return;
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 }[event.key];
    if (step) {
      event.preventDefault();
      this.move(Math.max(0, Math.min(this.rows.length - 1, this.active + step)));
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (this.isSeveral && this.active < 0) this.finish();
      else this.take(this.rows[this.active]);
    }
  }

  // The list: rows in their order, of which the first ones are drawn.

  search() {
    const text = this.input.value.trim();
    const models = list.models.filter((model) => !(this.data.only_text && model.draws));
    this.rows = text ? found(models, text) : sections(models);
    const isListed = models.some((model) => model.id === text);
    if (text && !isListed) this.rows.push({ id: text, isTyped: true });
    this.options.replaceChildren();
    if (!this.rows.length) this.options.append(element("p", "group", said("nothing")));
    this.drawn = 0;
    this.drawMore();
    const chosen = this.rows.findIndex((row) => row.id === this.chosen[0]);
    this.active = -1;
    if (text) this.move(0);
    else if (!this.isSeveral && chosen >= 0) this.move(chosen);
    else this.mark();
  }

  drawMore(upTo = 0) {
    const { scrollTop, clientHeight, scrollHeight } = this.options;
    while (this.drawn < this.rows.length
      && (!this.drawn || upTo >= this.drawn || scrollHeight - scrollTop - clientHeight < 200)) {
      const end = Math.min(this.rows.length, this.drawn + DRAWN);
      for (; this.drawn < end; this.drawn += 1) this.options.append(...this.draw(this.rows[this.drawn], this.drawn));
      this.owner.setAttribute("aria-owns", Array.from({ length: end }, (_, at) => `option-${at}`).join(" "));
      this.mark();
      if (upTo < this.drawn) return;
    }
  }

  draw(row, at) {
    const option = element("div", "option", "", { role: "option", id: `option-${at}` });
    const drawn = element("div", "row", "", { role: "none", "data-at": at });
    drawn.append(option);
    if (row.isTyped) option.append(element("span", "name", said("as_it_is", row.id)));
    else {
      const marks = ["sees", "reasons", "draws"].filter((name) => row[name])
        .map((name) => element("span", `mark ${name}`, "", { role: "img", "aria-label": said(name), title: said(name) }));
      option.append(element("span", "name", row.id), ...marks, element("span", "facts", factsOf(row)));
      drawn.append(element("button", "star", "", { type: "button", "aria-label": said("star", row.id) }));
    }
    return row.group ? [element("p", "group", row.group, { role: "none" }), drawn] : [drawn];
  }

  mark() {
    for (const row of this.options.querySelectorAll(".row")) {
      const { id } = this.rows[row.dataset.at], isActive = Number(row.dataset.at) === this.active;
      const [option, star] = row.children;
      row.classList.toggle("active", isActive);
      option.setAttribute("aria-selected", String(this.chosen.includes(id)));
      star?.setAttribute("aria-pressed", String(list.favourites.includes(id)));
      star?.setAttribute("tabindex", isActive ? "0" : "-1"); // Tab leads from the field to the active row's
    }
    this.options.classList.toggle("several", this.isSeveral);
    if (this.active < 0) this.input.removeAttribute("aria-activedescendant");
    else this.input.setAttribute("aria-activedescendant", `option-${this.active}`);
    const isFull = this.isSeveral && this.chosen.length >= this.data.most;
    this.foot.firstElementChild.textContent = said(isFull ? "most" : "several", this.chosen.length);
  }

  move(to) {
    this.active = to;
    if (to >= this.drawn) this.drawMore(to);
    this.mark();
    this.options.querySelector(`[data-at="${to}"]`)?.scrollIntoView({ block: "nearest" });
  }
}

function sections(models) {
  const known = new Map(models.map((model) => [model.id, model]));
  const first = list.favourites.filter((id) => known.has(id));
  const recent = list.recent.filter((id) => known.has(id) && !first.includes(id));
  const rest = models.filter(({ id }) => !first.includes(id) && !recent.includes(id));
  const section = (name, rows) => rows.map((row, at) => (at ? row : { ...row, group: said(name) }));
  return [
    ...section("favourites", first.map((id) => known.get(id))),
    ...section("recent", recent.map((id) => known.get(id))),
    ...(rest.length < models.length ? section("all", rest) : rest),
  ];
}
