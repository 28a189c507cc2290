import { words } from "/assets/words.js";

const find = (id) => document.getElementById(id);
let language = navigator.language?.toLowerCase().startsWith("de") ? "de" : "en";
let token = sessionStorage.getItem("token") ?? "";
/** Photos with their rows; the camera has one of its own. */
const items = [];
let current = null;
let camera = null;

/** A text of the page, with its values filled in. */
function say(name, ...values) {
  const text = words[language][name] ?? name;
  return values.reduce((text, value, index) => text.replaceAll(`{${index}}`, String(value)), text);
}

/** An element with attributes and children. */
function element(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === "class") node.className = value;
    else if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else node.setAttribute(key, value);
  }
  node.append(...children.filter((child) => child !== null));
  return node;
}

/** Makes the text of the status line; called again where the language changes. */
let message = () => "";

function status(text, isError = false) {
  message = text;
  find("status").classList.toggle("error", isError);
  tell();
}

function tell() {
  const [node, text] = [find("status"), message()];
  if (node.textContent !== text) node.textContent = text;
}

function number(value, digits = 2) {
  return value.toLocaleString(language, { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

// --- asking the server

/** Why there is no answer. `text` says it in the language of the moment. */
class Refused extends Error {
  constructor(text) {
    super(text());
    this.text = text;
  }
}

function reason(error) {
  return error.text?.() ?? error.message;
}

async function ask(path, body, type, milliseconds) {
  for (;;) {
    const headers = { "Content-Type": type };
    if (token) headers.Authorization = `Bearer ${token}`;
    let answer, content;
    try {
      answer = await fetch(path, {
        method: body ? "POST" : "GET", body, headers: body ? headers : { Authorization: headers.Authorization ?? "" },
        signal: AbortSignal.timeout(milliseconds),
      });
      content = answer.status === 401 ? null : await answer.json();
    } catch (error) {
      throw new Refused(() => say(error.name === "TimeoutError" ? "slow" : "gone"));
    }
    if (answer.status === 401) {
      if (!(await login())) throw new Refused(() => "401");
      continue;
    }
    if (!answer.ok) throw new Refused(() => content.detail ?? String(answer.status));
    return content;
  }
}

function dialog(id) {
  const node = find(id);
  return new Promise((done) => {
    node.addEventListener("close", () => done(node.returnValue === "yes"), { once: true });
    node.returnValue = "no";
    node.showModal();
  });
}

async function login() {
  if (!(await dialog("login"))) return false;
  token = find("token").value.trim();
  sessionStorage.setItem("token", token);
  return token !== "";
}

// --- photos

async function open(files) {
  if (camera) closeCamera();
  for (const file of files) {
    status(() => say("working", file.name));
    const item = { name: file.name, blob: file, rows: [], bitmap: null, when: new Date().toISOString() };
    try {
      item.bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
    } catch { /* A kind that the browser does not show; the server may read it. */ }
    try {
      item.rows = await ask("/v1/faces", file, file.type || "application/octet-stream", 15000);
    } catch (error) {
      status(() => say("failed", file.name, reason(error)), true);
      continue;
    }
    items.push(item);
    show(item);
    const count = item.rows.filter((row) => row.status !== "no_face").length;
    status(() => (count === 0 ? `${file.name}: ${say("noFace")}` : say(count === 1 ? "foundOne" : "found", file.name, count)));
  }
}

function show(item) {
  current = item;
  draw(item);
  list(item);
  strip();
  for (const id of ["csv", "json"]) find(id).disabled = items.length === 0 && !camera?.rows.length;
}

function draw(item) {
  const canvas = find("canvas");
  const first = item.rows[0] ?? {};
  const width = item.bitmap?.width ?? first.image_width ?? 16;
  const height = item.bitmap?.height ?? first.image_height ?? 9;
  find("stage").classList.remove("empty");
  const shrink = Math.min(1, 1600 / Math.max(width, height));
  canvas.width = Math.max(1, Math.round(width * shrink));
  canvas.height = Math.max(1, Math.round(height * shrink));
  const pen = canvas.getContext("2d");
  if (item.bitmap) pen.drawImage(item.bitmap, 0, 0, canvas.width, canvas.height);
  const scale = canvas.width / (first.image_width ?? width);
  const size = Math.max(2, canvas.width / 320);
  let count = 0;
  for (const row of item.rows) {
    if (!row.box) continue;
    count += 1;
    const isScored = row.status === "ok";
    const [x, y, w, h] = [row.box.left, row.box.top, row.box.width, row.box.height].map((v) => v * scale);
    pen.lineWidth = size;
    pen.setLineDash(isScored ? [] : [3 * size, 2 * size]);
    pen.strokeStyle = "#ffffff";
    pen.strokeRect(x - size, y - size, w + 2 * size, h + 2 * size);
    pen.strokeStyle = isScored ? "#1b5e9b" : "#b8480a";
    pen.strokeRect(x, y, w, h);
    pen.setLineDash([]);
    const text = row.score === undefined || row.status === "abstained" ? `${row.face ?? 1}` : `${row.face ?? 1}: ${number(row.score)}`;
    const letters = Math.max(13, 6 * size);
    pen.font = `600 ${letters}px system-ui, sans-serif`;
    const wide = pen.measureText(text).width + letters;
    const top = y - 1.5 * letters < 0 ? y : y - 1.5 * letters;
    pen.fillStyle = pen.strokeStyle;
    pen.fillRect(x - size / 2, top, wide, 1.5 * letters);
    pen.fillStyle = "#ffffff";
    pen.fillText(text, x + letters / 2 - size / 2, top + 1.08 * letters);
  }
  canvas.setAttribute("aria-label", say("canvas", count));
}

function bar(value, className = "bar") {
  const inner = element("span");
  inner.style.width = `${100 * Math.min(1, Math.max(0, value))}%`;
  return element("div", { class: className, "aria-hidden": "true" }, inner);
}

function list(item) {
  const target = find("list");
  const cards = item.rows.map((row) => card(item, row));
  target.replaceChildren(...(cards.length ? cards : [element("p", { class: "small" }, say("nothing"))]));
}

function card(item, row) {
  if (row.status === "no_face") return element("p", {}, say("noFace"));
  const isGood = row.status === "ok";
  const title = row.whole_image ? say("wholeImage") : say("face", row.face);
  const node = element("article", { class: "card" },
    element("header", {}, portrait(item, row), element("h3", {}, title),
      element("span", { class: isGood ? "tag" : "tag bad" }, say(row.status))));
  if (row.score !== undefined && row.status !== "abstained") {
    node.append(
      element("p", { class: "small" }, say("score")),
      element("div", { class: "number" }, number(row.score)), bar(row.score, "bar main"),
      element("p", { class: "words" }, say(row.score >= 0.5 ? "high" : "low")));
  } else {
    node.append(element("p", { class: "words" }, say(row.status === "abstained" ? "unsure" : "noScore")));
  }
  for (const problem of row.problems ?? []) node.append(element("p", { class: "problem" }, say(problem)));
  const emotions = Object.entries(row.emotions ?? {}).sort((a, b) => b[1] - a[1]);
  if (emotions.length) {
    node.append(element("dl", { class: "emotions", "aria-label": say("emotions") },
      ...emotions.map(([name, value]) => element("div", { class: "row" }, element("dt", {}, say(name)),
        element("dd", {}, bar(value)), element("dd", { class: "value" }, number(value))))));
  }
  if (row.score !== undefined && item.blob) {
    const button = element("button", { type: "button" }, say("heat"));
    button.addEventListener("click", () => heat(item, row, button));
    node.append(item.shown?.has(row.face) ? heatMap(item, row) : button);
  }
  return node;
}

/** The face of a row: its card may be far from the picture. */
function portrait(item, row) {
  if (!item.bitmap || !row.box) return null;
  const scale = item.bitmap.width / (row.image_width ?? item.bitmap.width);
  const side = 1.2 * Math.max(row.box.width, row.box.height);
  const left = row.box.left + row.box.width / 2 - side / 2;
  const top = row.box.top + row.box.height / 2 - side / 2;
  const node = element("canvas", { class: "portrait", width: 96, height: 96, "aria-hidden": "true" });
  node.getContext("2d").drawImage(item.bitmap, left * scale, top * scale, side * scale, side * scale, 0, 0, 96, 96);
  return node;
}

async function heat(item, row, button) {
  button.disabled = true;
  try {
    item.maps ??= await ask("/v1/explanations", item.blob, item.blob.type || "application/octet-stream", 30000);
    button.replaceWith(heatMap(item, row));
    item.shown = (item.shown ?? new Set()).add(row.face);
    status(() => say("heatTitle", row.face ?? 1));
  } catch (error) {
    button.disabled = false;
    status(() => reason(error), true);
  }
}

function heatMap(item, row) {
  const map = item.maps.find((found) => found.face === row.face);
  if (!map?.heat_map) throw new Refused(() => say("noHeat", map?.empty ?? say("noScore")));
  const bytes = Uint8Array.from(atob(map.heat_map), (letter) => letter.charCodeAt(0));
  const url = URL.createObjectURL(new Blob([bytes], { type: "image/png" }));
  const image = element("img", { src: url, alt: say("heatTitle", row.face ?? 1), width: 128, height: 128 });
  image.addEventListener("load", () => URL.revokeObjectURL(url), { once: true });
  return element("div", { class: "map" }, image, element("p", { class: "small" }, say("heatText")));
}

function strip() {
  const node = find("strip");
  node.hidden = items.length < 2 || camera !== null;
  node.replaceChildren(...items.map((item) => {
    const small = element("canvas", { width: 1, height: 1, "aria-hidden": "true" });
    if (item.bitmap) {
      small.height = 56;
      small.width = Math.max(1, Math.round(56 * item.bitmap.width / item.bitmap.height));
      small.getContext("2d").drawImage(item.bitmap, 0, 0, small.width, small.height);
    }
    const button = element("button", { type: "button", "aria-current": String(item === current) },
      small, element("span", {}, item.name));
    button.addEventListener("click", () => show(item));
    return element("li", {}, button);
  }));
}

// --- camera

async function openCamera() {
  if (!navigator.mediaDevices?.getUserMedia) return status(() => say("noCamera", say("insecure")), true);
  if (!sessionStorage.getItem("understood")) {
    if (!(await dialog("ask"))) return;
    sessionStorage.setItem("understood", "yes");
  }
  const video = find("video");
  try {
    video.srcObject = await navigator.mediaDevices.getUserMedia({ video: { width: 1280, facingMode: "user" } });
    await video.play();
  } catch (error) {
    return status(() => say("noCamera", error.message), true);
  }
  camera = { rows: [], began: performance.now(), isPaused: false, last: null, answers: [] };
  for (const [id, hidden] of [["camera", true], ["pause", false], ["stop", false], ["time", false]]) find(id).hidden = hidden;
  find("pause").textContent = say("pause");
  find("pause").focus();
  strip();
  next(camera);
}

/** One frame is under way at a time: a slow server slows the camera, not itself. */
async function next(own) {
  const video = find("video");
  const canvas = new OffscreenCanvas(1, 1);
  while (camera === own) {
    await new Promise((done) => (video.requestVideoFrameCallback ? video.requestVideoFrameCallback(done) : setTimeout(done, 50)));
    if (camera !== own) return;
    if (own.isPaused || !video.videoWidth) {
      await new Promise((done) => setTimeout(done, 100));
      continue;
    }
    const scale = Math.min(1, 640 / video.videoWidth);
    canvas.width = Math.round(video.videoWidth * scale);
    canvas.height = Math.round(video.videoHeight * scale);
    canvas.getContext("2d").drawImage(video, 0, 0, canvas.width, canvas.height);
    const [bitmap, blob] = [await createImageBitmap(canvas), await canvas.convertToBlob({ type: "image/jpeg", quality: 0.8 })];
    const sent = performance.now();
    try {
      const rows = await ask("/v1/faces", blob, "image/jpeg", 2000);
      if (camera !== own) return;
      const seconds = (sent - own.began) / 1000;
      own.rows.push(...rows.map((row) => ({ seconds: Number(seconds.toFixed(3)), ...row })));
      if (own.rows.length > 20000) own.rows.splice(0, own.rows.length - 20000);
      own.answers.push({ seconds, scores: rows.map((row) => (row.status === "ok" ? row.score : undefined)), at: performance.now() });
      own.last = { name: "camera", blob, bitmap, rows };
      show(own.last);
      const recent = own.answers.filter((answer) => performance.now() - answer.at < 2000).length / 2;
      const age = Math.round(performance.now() - sent);
      if (!own.isPaused) status(() => say("cameraOn", age, number(recent, 1)));
      chart(own);
    } catch (error) {
      status(() => reason(error), true);
      await new Promise((done) => setTimeout(done, 500));
    }
  }
}

function closeCamera() {
  for (const track of find("video").srcObject?.getTracks() ?? []) track.stop();
  find("video").srcObject = null;
  // The last frame is shown like a photo; what is saved are the rows of all.
  if (camera?.last) items.push(Object.assign(camera.last, { history: camera.rows }));
  camera = null;
  for (const [id, hidden] of [["camera", false], ["pause", true], ["stop", true]]) find(id).hidden = hidden;
  strip();
  status(() => say("cameraClosed"));
  find("camera").focus();
}

/** The camera whose scores the chart shows. */
let charted = null;

function chart(own) {
  charted = own;
  const node = find("chart");
  const [width, height, span] = [600, 160, 60];
  const end = Math.max(span, own.answers.at(-1)?.seconds ?? 0);
  const name = "http://www.w3.org/2000/svg";
  const make = (kind, attributes) => {
    const part = document.createElementNS(name, kind);
    for (const [key, value] of Object.entries(attributes)) part.setAttribute(key, value);
    return part;
  };
  const parts = [0.25, 0.5, 0.75].map((share) => make("line", { class: "grid", x1: 0, x2: width, y1: height * share, y2: height * share }));
  const shown = own.answers.filter((answer) => answer.seconds >= end - span);
  for (let face = 0; face < 3; face += 1) {
    let path = "";
    let isDown = false;
    for (const answer of shown) {
      const score = answer.scores[face];
      if (score === undefined) { isDown = false; continue; }
      path += `${isDown ? "L" : "M"}${((answer.seconds - end + span) / span * width).toFixed(1)} ${((1 - score) * (height - 8) + 4).toFixed(1)}`;
      isDown = true;
    }
    if (path) parts.push(make("path", { class: `line f${face}`, d: path }));
  }
  node.replaceChildren(...parts);
  const scores = own.answers.map((answer) => answer.scores[0]).filter((score) => score !== undefined);
  const text = scores.length
    ? say("timeText", number(scores.at(-1)), number(scores.reduce((a, b) => a + b) / scores.length), scores.length) : "";
  find("time-text").textContent = text;
  node.setAttribute("aria-label", `${say("time")}. ${text}`);
}

// --- export

function save(name, type, text) {
  const link = element("a", { href: URL.createObjectURL(new Blob([text], { type })), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

function exported() {
  const all = items.flatMap((item) => (item.history ?? item.rows).map((row) => ({ source: item.name, ...row })));
  return camera ? all.concat(camera.rows.map((row) => ({ source: "camera", ...row }))) : all;
}

function csv(rows) {
  const flat = rows.map((row) => Object.fromEntries(Object.entries(row).flatMap(([key, value]) =>
    Array.isArray(value) ? [[key, value.join(" ")]]
      : value && typeof value === "object" ? Object.entries(value).map(([part, inner]) => [`${key}_${part}`, inner])
        : [[key, value]])));
  const names = [...new Set(flat.flatMap(Object.keys))];
  const field = (value) => {
    let text = value === undefined ? "" : String(value);
    // A table program would take it for a formula.
    if (/^[=+@\t\r]/.test(text)) text = `'${text}`;
    return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [names, ...flat.map((row) => names.map((name) => row[name]))].map((row) => row.map(field).join(",")).join("\r\n") + "\r\n";
}

// --- the page itself

async function describe() {
  try {
    const card = await ask("/v1/model", null, "", 5000);
    const auc = card.validation?.auc;
    const values = [card.architecture ?? card.kind, card.precision, card.sha256.slice(0, 12)];
    find("model").textContent = auc ? say("model", ...values, number(auc, 3), card.validation.n) : say("modelPlain", ...values);
  } catch { /* The first photo says what is wrong. */ }
}

function translate() {
  document.documentElement.lang = language;
  for (const node of document.querySelectorAll("[data-word]")) node.textContent = say(node.dataset.word);
  find("language").value = language;
  if (camera?.isPaused) find("pause").textContent = say("resume");
  if (current) show(current);
  else find("canvas").setAttribute("aria-label", say("canvas", 0));
  if (charted) chart(charted);
  tell();
  describe();
}

find("language").addEventListener("change", (event) => { language = event.target.value; translate(); });
find("files").addEventListener("change", (event) => { open([...event.target.files]); event.target.value = ""; });
find("camera").addEventListener("click", openCamera);
find("stop").addEventListener("click", closeCamera);
find("pause").addEventListener("click", () => {
  camera.isPaused = !camera.isPaused;
  find("pause").textContent = say(camera.isPaused ? "resume" : "pause");
  if (camera.isPaused) status(() => say("cameraPaused"));
});
find("csv").addEventListener("click", () => save("mien.csv", "text/csv", csv(exported())));
find("json").addEventListener("click", () => save("mien.json", "application/json", JSON.stringify(exported(), null, 2) + "\n"));
const stage = find("stage");
for (const kind of ["dragenter", "dragover"]) stage.addEventListener(kind, (event) => { event.preventDefault(); stage.classList.add("over"); });
for (const kind of ["dragleave", "drop"]) stage.addEventListener(kind, (event) => { event.preventDefault(); stage.classList.remove("over"); });
stage.addEventListener("drop", (event) => open([...event.dataTransfer.files].filter((file) => !file.type || file.type.startsWith("image/"))));
document.addEventListener("paste", (event) => { const files = [...(event.clipboardData?.files ?? [])]; if (files.length) open(files); });
translate();
