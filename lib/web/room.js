// Follows a comparison: draws what the server sends, and sends votes. All HTML comes inert from the server.
"use strict";

const STATUS = {
  waiting: "Waiting for the answer…",
  writing: "",
  done: "",
  empty: "This answer has no text.",
  stopped: "Stopped",
  failed: "This answer broke off.",
};
const THUMB = `<svg viewBox="0 0 24 24" width="22" height="22" aria-hidden="true">
  <path d="M3 10.5h3.5V20H3zM8.5 20h8.7c.9 0 1.7-.6 1.9-1.5l1.6-6c.3-1.3-.6-2.5-1.9-2.5H14l.7-4.1c.2-1.1-.6-2-1.7-2z"/>
</svg>`;
const WORDS = { tie: "A tie", all_bad: "None of them" };
const address = location.pathname.replace(/\/+$/, "");
const $ = (id) => document.getElementById(id);

// All texts go in as `textContent`. `innerHTML` is for what the server has rendered: it escapes all
// that a model or a person wrote.
let shown = null; // the last whole state from the server
let mine = {}; // what this device has said in the shown round
let trouble = ""; // why the last vote was refused

function make(tag, properties, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

function drawAnswer(answer) {
  const text = make("div", { className: "text" });
  for (const block of answer.blocks) text.append(make("div", { innerHTML: block }));
  text.append(make("div", { className: "open", innerHTML: answer.open }));
  const head = make("header", {}, make("h2", { textContent: answer.title }));
  if (canVote()) head.append(thumbs(answer.key));
  const status = make("p", { className: "status", textContent: STATUS[answer.status] });
  const won = shown.result && shown.result.winners.includes(answer.key);
  return make("article", { className: won ? "won" : "" }, head, text, status);
}

function draw() {
  $("prompt").innerHTML = shown.prompt;
  $("prompt").hidden = !shown.prompt;
  $("answers").replaceChildren(...shown.answers.map(drawAnswer));
  drawResult();
  drawBallot();
  notice(shown.prompt ? "" : "The presenter will ask in a moment. Stay on this page.");
}

function grow(frame) {
  for (const [number, blocks, open, status] of frame) {
    const article = $("answers").children[number];
    const last = article.querySelector(".open");
    for (const block of blocks) last.before(make("div", { innerHTML: block }));
    last.innerHTML = open;
    article.querySelector(".status").textContent = STATUS[status];
  }
}

const canVote = () => Boolean(shown.round && shown.round.is_open);

function thumbs(key) {
  const one = (isUp, label) => {
    const button = make("button", { type: "button", innerHTML: THUMB, title: label });
    button.setAttribute("aria-label", label);
    button.dataset.thumb = key;
    button.dataset.up = isUp;
    button.onclick = () => {
      const given = (mine.thumbs || {})[key];
      say({ answer: key, is_up: given === isUp ? null : isUp });
    };
    return button;
  };
  return make("div", { className: "thumbs" }, one(true, "Good"), one(false, "Bad"));
}

function drawBallot() {
  $("ballot").hidden = !(canVote() && shown.answers.length > 1);
  if (!shown.round) return;
  if (mine.round !== shown.round.id) mine = { round: shown.round.id, choice: null, thumbs: {} };
  const choice = (value, words) => {
    const button = make("button", { type: "button", textContent: words, onclick: () => say({ choice: value }) });
    button.dataset.choice = value;
    return button;
  };
  const answers = shown.answers.map((answer) => choice(answer.key, answer.title));
  $("choices").replaceChildren(...answers, choice("tie", WORDS.tie), choice("all_bad", WORDS.all_bad));
  mark();
}

function mark() {
  for (const button of $("choices").children)
    button.setAttribute("aria-pressed", String(button.dataset.choice === mine.choice));
  for (const button of document.querySelectorAll("[data-thumb]")) {
    const given = (mine.thumbs || {})[button.dataset.thumb];
    button.setAttribute("aria-pressed", String(given !== undefined && String(given) === button.dataset.up));
  }
  const count = shown.voters === 1 ? "1 vote so far" : `${shown.voters} votes so far`;
  const own = mine.choice ? "Your vote counts. You can change it until the result. " : "";
  $("voted").textContent = trouble || `${own}${count}.`;
}

function drawResult() {
  const result = shown.result;
  $("result").hidden = !result;
  if (!result) return;
  const titles = Object.fromEntries(shown.answers.map((answer) => [answer.key, answer.title]));
  const total = Object.values(result.counts).reduce((sum, count) => sum + count, 0);
  const won = result.winners.map((key) => titles[key] || key);
  const head = !total ? "Nobody voted" : !won.length ? "No answer was chosen" : won.length > 1 ? `Level: ${won.join(" and ")}` : `${won[0]} won`;
  const rows = Object.entries(result.counts).flatMap(([key, count]) => [
    make("dt", { textContent: titles[key] || WORDS[key] || key }),
    make("meter", { max: Math.max(total, 1), value: count }),
    make("dd", { textContent: count }),
  ]);
  $("result").replaceChildren(make("h2", { textContent: head }), make("dl", {}, ...rows));
}

async function say(what) {
  if (!shown || !shown.round) return;
  trouble = "";
  try {
    const answer = await fetch(`${address}/vote`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ round: shown.round.id, ...what }),
    });
    const said = await answer.json();
    if (!answer.ok) trouble = said.error;
    // The next question may have come while the vote was on its way.
    else if (said.round === shown.round.id) mine = said;
  } catch {
    trouble = "The vote did not arrive. Try again.";
  }
  mark();
}

function notice(text) {
  $("notice").textContent = text;
  $("notice").hidden = !text;
}

function end(text) {
  events.close();
  notice(text);
  $("ballot").hidden = true;
}

const events = new EventSource(`${address}/events`);
const on = (name, action) => events.addEventListener(name, (event) => action(JSON.parse(event.data)));
on("state", (state) => {
  shown = state;
  trouble = "";
  draw();
});
on("frame", (frame) => shown && grow(frame));
on("votes", ({ voters }) => {
  shown.voters = voters;
  mark();
});
on("mine", (said) => {
  mine = said;
  if (shown) mark();
});
on("closed", () => end("The presenter has closed this room. Thank you for taking part."));
// `CLOSED`: the answer had another status than 200, and the browser does not try again. Otherwise it connects
// again by itself, and is sent the whole state.
events.onerror = () => {
  if (events.readyState === EventSource.CLOSED) end("This room cannot be followed now: it is closed or full.");
  else notice("Connecting again…");
};
