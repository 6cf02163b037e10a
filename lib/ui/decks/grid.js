const make = (name, className, text) => {
  const element = document.createElement(name);
  if (className) element.className = className;
  // Never as HTML: models and people wrote it.
  if (text !== undefined) element.textContent = text;
  return element;
};

const icon = (name) => {
  const element = make("span", "icon", name);
  element.setAttribute("aria-hidden", "true");
  return element;
};

function promptCell(row, number, words) {
  const cell = make("th", "prompt");
  cell.scope = "row";
  const line = make("div", "line");
  line.append(make("span", "number", String(number)), make("div", "clamped", row.prompt));
  line.title = row.prompt;
  cell.append(line);
  if (row.files) cell.append(make("div", "figures", row.files));
  if (row.notes) {
    const notes = make("details");
    notes.append(make("summary", "", words.notes), make("p", "", row.notes));
    cell.append(notes);
  }
  return cell;
}

function fill(cell, field, row, column, words, send) {
  const open = make("button", `field ${field.state}`);
  open.type = "button";
  open.disabled = field.state === "waiting";
  open.setAttribute("aria-label", [words[field.state], column.field].filter(Boolean).join(": "));
  open.onclick = () => send("opened", row.id);
  const state = make("div", "state");
  if (words[field.state]) state.append(make("span", "dot"), words[field.state]);
  if (field.figures) state.append(make("span", "figures", field.figures));
  open.append(make("div", "clamped", field.text), state);
  cell.replaceChildren(open);
  if (!field.retry) return;
  const retry = make("button", "retry");
  retry.type = "button";
  retry.title = words.retry;
  retry.setAttribute("aria-label", `${words.retry}: ${column.label}`);
  retry.append(icon("refresh"));
  retry.onclick = () => send("retried", field.retry);
  cell.append(retry);
}

function columnHead({ label, colour }) {
  const cell = make("th");
  const dot = make("span", "colour");
  dot.style.background = `var(--cell-${colour})`;
  cell.append(dot, label);
  return cell;
}

function medians(cell, figures) {
  const list = make("dl");
  for (const [name, figure] of Object.entries(figures)) list.append(make("dt", "", name), make("dd", "", figure));
  cell.replaceChildren(list);
}

function build(data) {
  const table = make("table"), head = make("tr"), body = make("tbody"), foot = make("tr");
  head.append(make("th", "prompt", data.words.prompt), ...data.columns.map(columnHead));
  for (const cell of head.cells) cell.scope = "col";
  data.rows.forEach((row, at) => {
    const line = make("tr");
    line.append(promptCell(row, at + 1, data.words), ...data.columns.map(() => make("td")));
    body.append(line);
  });
  const medianHead = make("th", "prompt", data.words.median);
  medianHead.scope = "row";
  foot.append(medianHead, ...data.columns.map(() => make("td", "median")));
  table.append(make("thead"), body, make("tfoot"));
  table.tHead.append(head);
  table.tFoot.append(foot);
  return table;
}

export default function ({ data, parentElement, setTriggerValue }) {
  // Streamlit calls this with every run of the page: the table is built once, and kept on the element.
  const place = parentElement.querySelector(".scroll");
  const shape = JSON.stringify([data.columns, data.words, data.rows.map(({ fields, ...row }) => row)]);
  if (place.shape !== shape) {
    place.replaceChildren(build(data));
    place.shape = shape;
  }
  const table = place.firstChild;
  // Only what has changed is drawn again: nothing moves, and what a person has unfolded stays so.
  const draw = (cell, value, how) => {
    const text = JSON.stringify(value);
    if (cell.shown !== text) how(cell, value);
    cell.shown = text;
  };
  data.rows.forEach((row, at) => {
    row.fields.forEach((field, column) => {
      draw(table.tBodies[0].rows[at].cells[column + 1], field, (cell) =>
        fill(cell, field, row, data.columns[column], data.words, setTriggerValue));
    });
  });
  data.medians.forEach((figures, column) => draw(table.tFoot.rows[0].cells[column + 1], figures, medians));
}
