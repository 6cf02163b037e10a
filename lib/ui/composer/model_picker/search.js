// Finds models by what is typed. The lower a rank, the better the match.

const bare = (text) => text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, "");
const partsOf = (text) => text.toLowerCase().split(/[^\p{L}\p{N}]+/u).filter(Boolean);

function prepared(model) {
  const own = model.id.slice(model.id.lastIndexOf("/") + 1);
  return {
    ...model,
    name: model.id.toLowerCase(), own: own.toLowerCase(),
    bare: bare(model.id), ownBare: bare(own),
    parts: partsOf(model.id), about: bare(model.vendor),
  };
}

function isWithin(word, parts) {
  // The letters of the word in their order; the first one begins a part: "ds" is in "deepseek".
  return parts.some((part, at) => {
    if (part[0] !== word[0]) return false;
    let next = 0;
    for (const letter of parts.slice(at).join("")) if (letter === word[next]) next += 1;
    return next >= word.length;
  });
}

function rank(model, typed, words) {
  const joined = words.join("");
  if (typed === model.name || typed === model.own) return 0;
  if (model.name.startsWith(typed) || model.ownBare.startsWith(joined)) return 1;
  if (model.bare.includes(joined)) return 2;
  if (words.every((word) => model.bare.includes(word))) return 3;
  if (words.every((word) => model.bare.includes(word) || model.about.includes(word))) return 4;
  return words.every((word) => isWithin(word, model.parts)) ? 5 : null;
}

function found(models, text) {
  const typed = text.toLowerCase(), words = partsOf(text);
  if (!words.length) return [];
  return models
    .map((model, at) => ({ model, at, rank: rank(model, typed, words) }))
    .filter((each) => each.rank !== null)
    .sort((a, b) => a.rank - b.rank || a.model.own.length - b.model.own.length || a.at - b.at)
    .map((each) => each.model);
}
