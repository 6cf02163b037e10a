// Follows a comparison: draws what the server sends, and sends votes. All HTML comes inert from the server, and
// all words in the reader's language.
"use strict";

const WORDS = JSON.parse(document.body.dataset.words);
const TITLE = document.title;
const RUNS = ["waiting", "writing"];
const THUMB = `<svg viewBox="0 0 24 24" width="22" height="22" aria-hidden="true">
  <path d="M3 10.5h3.5V20H3zM8.5 20h8.7c.9 0 1.7-.6 1.9-1.5l1.6-6c.3-1.3-.6-2.5-1.9-2.5H14l.7-4.1c.2-1.1-.6-2-1.7-2z"/>
</svg>`;
const address = location.pathname.replace(/\/+$/, "");
const $ = (id) => document.getElementById(id);

// All texts go in as `textContent`. `innerHTML` is for what the server has rendered: it escapes all
// that a model or a person wrote.
let shown = null; // the last whole state from the server
let mine = {}; // what this device has said in the shown round
let trouble = ""; // why the last vote was refused
let heard = {}; // what a screen reader was told of

function make(tag, properties, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

const wonBy = (key) => Boolean(shown.result && shown.result.winners.includes(key));
const colour = (answer) => `var(--cell-${answer.colour})`;

function drawAnswer(answer) {
  const text = make("div", { className: "text" });
  for (const block of answer.blocks) text.append(make("div", { innerHTML: block }));
  text.append(make("div", { className: "open", innerHTML: answer.open }));
  const dot = make("i", { className: "dot" });
  dot.style.background = colour(answer);
  const head = make("header", {}, dot, make("h2", { textContent: answer.title }));
  if (canVote()) head.append(thumbs(answer));
  if (wonBy(answer.key)) head.append(make("span", { className: "mark", textContent: WORDS.winner }));
  const status = make("p", { className: "status", textContent: WORDS[answer.status] || "" });
  const line = make("p", { className: "line", textContent: answer.line });
  return make("article", { className: wonBy(answer.key) ? "won" : "" }, head, text, status, line);
}

function draw() {
  const focused = document.activeElement.dataset;
  document.title = $("title").textContent = shown.title || TITLE;
  $("prompt").innerHTML = shown.prompt;
  // Without a title of its own, a comparison is called like its first question, which stands below.
  const asked = $("prompt").textContent.replace(/\s+/g, " ").trim();
  $("title").className = asked.startsWith(shown.title.replace(/…$/, "")) ? "unseen" : "";
  $("prompt").hidden = !shown.prompt;
  $("before").hidden = Boolean(shown.prompt);
  $("answers").replaceChildren(...shown.answers.map(drawAnswer));
  drawResult();
  drawBallot();
  notice("");
  putFocus(focused);
  tell();
}

// What is drawn anew has the focus again; where there is nothing more to choose, the result has it.
function putFocus({ choice, thumb, up }) {
  if (!choice && !thumb) return;
  const find = choice ? `[data-choice="${choice}"]` : `[data-thumb="${thumb}"][data-up="${up}"]`;
  const there = document.querySelector(find) || $("result").querySelector("h2");
  if (there) there.focus();
}

// Tells a screen reader once what has happened. What is not yet there is not heard of.
function tell() {
  const now = {
    asked: shown.prompt,
    complete: Boolean(shown.answers.length) && shown.answers.every((answer) => !RUNS.includes(answer.status)),
    verdict: shown.result && shown.result.verdict,
  };
  if (now.verdict && now.verdict !== heard.verdict) $("told").textContent = now.verdict;
  else if (now.complete && !heard.complete) $("told").textContent = WORDS.complete;
  else if (now.asked && now.asked !== heard.asked) $("told").textContent = WORDS.asked;
  heard = now;
}

function grow(frame) {
  for (const [number, blocks, open, status] of frame) {
    const article = $("answers").children[number];
    const last = article.querySelector(".open");
    for (const block of blocks) last.before(make("div", { innerHTML: block }));
    last.innerHTML = open;
    article.querySelector(".status").textContent = WORDS[status] || "";
    shown.answers[number].status = status;
  }
  tell();
}

const canVote = () => Boolean(shown.round && shown.round.is_open);

function thumbs(answer) {
  const one = (isUp, words) => {
    const label = words.replace("{}", answer.title);
    const button = make("button", { type: "button", innerHTML: THUMB, title: label });
    button.setAttribute("aria-label", label);
    button.dataset.thumb = answer.key;
    button.dataset.up = isUp;
    button.onclick = () => {
      const given = (mine.thumbs || {})[answer.key];
      say({ answer: answer.key, is_up: given === isUp ? null : isUp });
    };
    return button;
  };
  return make("div", { className: "thumbs" }, one(true, WORDS.good), one(false, WORDS.bad));
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
  // Apart: a count that changes with each vote of others is not read out.
  const own = trouble || (mine.choice ? WORDS.voted : "");
  if ($("own").textContent !== own) $("own").textContent = own;
  $("count").textContent = WORDS.votes.replace("{}", shown.voters);
}

function drawResult() {
  const result = shown.result;
  $("result").hidden = !result;
  $("figures").hidden = !(result && result.figures);
  if (!result) return;
  const byKey = Object.fromEntries(shown.answers.map((answer) => [answer.key, answer]));
  const most = Math.max(1, ...Object.values(result.counts));
  const rows = Object.entries(result.counts).flatMap(([key, count]) => {
    const answer = byKey[key];
    const bar = make("i", { className: "bar" });
    bar.style.width = `${(100 * count) / most}%`;
    bar.hidden = !count;
    if (answer) bar.style.background = colour(answer);
    const name = make("dt", { textContent: answer ? answer.title : WORDS[key] || key });
    return [name, make("dd", {}, bar, make("b", { textContent: count }))];
  });
  const head = make("h2", { textContent: result.verdict, tabIndex: -1 });
  $("result").replaceChildren(head, make("dl", {}, ...rows));
  const table = make("div", { innerHTML: result.figures });
  const heading = make("h2", { textContent: WORDS.figures });
  $("figures").replaceChildren(heading, table, make("p", { className: "line", textContent: result.notes }));
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
    trouble = WORDS.lost;
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
  $("before").hidden = true;
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
on("closed", () => end(WORDS.closed));
// `CLOSED`: the answer had another status than 200, and the browser does not try again. Otherwise it connects
// again by itself, and is sent the whole state.
events.onerror = () => {
  if (events.readyState === EventSource.CLOSED) end(WORDS.full);
  else notice(WORDS.again);
};
