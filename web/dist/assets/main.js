// src/base64.ts
function from_base64(text) {
  const characters = atob(text);
  const bytes = new Uint8Array(characters.length);
  for (let i = 0; i < bytes.length; ++i) bytes[i] = characters.charCodeAt(i);
  return bytes;
}

// src/grey_png.ts
var SIGNATURE = [137, 80, 78, 71, 13, 10, 26, 10];
async function inflate(parts) {
  const stream = new Blob(parts).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
function paeth(left, up, corner) {
  const estimate = left + up - corner;
  const a = Math.abs(estimate - left);
  const b = Math.abs(estimate - up);
  const c = Math.abs(estimate - corner);
  if (a <= b && a <= c) return left;
  return b <= c ? up : corner;
}
function unfilter(rows, stride, height, step) {
  for (let y = 0; y < height; ++y) {
    const start2 = y * (stride + 1);
    const filter = rows[start2];
    for (let x = 0; x < stride; ++x) {
      const at = start2 + 1 + x;
      const left = x >= step ? rows[at - step] : 0;
      const up = y > 0 ? rows[at - stride - 1] : 0;
      const corner = x >= step && y > 0 ? rows[at - stride - 1 - step] : 0;
      if (filter === 1) rows[at] += left;
      else if (filter === 2) rows[at] += up;
      else if (filter === 3) rows[at] += left + up >> 1;
      else if (filter === 4) rows[at] += paeth(left, up, corner);
    }
  }
}
async function decode_grey_png(bytes) {
  if (SIGNATURE.some((value, i) => bytes[i] !== value)) throw new Error("not a PNG");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const parts = [];
  let width = 0;
  let height = 0;
  let bits = 0;
  for (let at = 8; at + 12 <= bytes.length; ) {
    const length = view.getUint32(at);
    const kind = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    const data = at + 8;
    if (kind === "IHDR") {
      width = view.getUint32(data);
      height = view.getUint32(data + 4);
      bits = bytes[data + 8];
      const plain = bytes[data + 9] === 0 && bytes[data + 12] === 0;
      if (!plain || bits !== 8 && bits !== 16) throw new Error("not a grey PNG of 8 or 16 bits");
    } else if (kind === "IDAT") {
      parts.push(bytes.subarray(data, data + length));
    }
    at = data + length + 4;
  }
  const step = bits / 8;
  const stride = width * step;
  const rows = await inflate(parts);
  if (rows.length !== (stride + 1) * height) throw new Error("a PNG that ends early");
  unfilter(rows, stride, height, step);
  const values = new Uint16Array(width * height);
  for (let y = 0, i = 0; y < height; ++y) {
    let at = y * (stride + 1) + 1;
    for (let x = 0; x < width; ++x, ++i, at += step) {
      values[i] = step === 1 ? rows[at] : rows[at] << 8 | rows[at + 1];
    }
  }
  return { width, height, bits, values };
}
function unknown_label(bits) {
  return bits === 8 ? 255 : 65535;
}

// src/api.ts
var ServerError = class extends Error {
  constructor(status, message, hint) {
    super(message);
    this.status = status;
    this.hint = hint;
  }
  status;
  hint;
};
function is_forgotten(problem) {
  return problem instanceof ServerError && problem.status === 404;
}
async function checked(answer) {
  if (answer.ok) return answer;
  let about = {};
  try {
    about = (await answer.json()).error ?? {};
  } catch {
  }
  throw new ServerError(answer.status, about.message ?? `The server answered ${answer.status}.`, about.hint ?? "");
}
async function ask(path, options = {}) {
  let answer;
  try {
    answer = await fetch(path, options);
  } catch (problem) {
    if (options.signal?.aborted) throw problem;
    throw new ServerError(0, "The server does not answer.", "Is relprompt serve still running?");
  }
  return checked(answer);
}
async function models() {
  return (await (await ask("/v1/models")).json()).models;
}
async function vocabularies() {
  return (await (await ask("/v1/vocabularies")).json()).vocabularies;
}
async function segment(image, fields, word, signal) {
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) body.set(name, value);
  body.set("image", image, image.name);
  return (await ask(`/v1/segment?progress=${word}`, { method: "POST", body, signal })).json();
}
async function relabel(session, settings) {
  const headers = { "Content-Type": "application/json" };
  const body = JSON.stringify(settings);
  return (await ask(`/v1/sessions/${session}/relabel`, { method: "POST", headers, body })).json();
}
async function forget(session) {
  await fetch(`/v1/sessions/${session}`, { method: "DELETE" }).catch(() => void 0);
}
async function score_plane(session, label) {
  const answer = await ask(`/v1/sessions/${session}/scores/${label}.png`);
  return decode_grey_png(new Uint8Array(await answer.arrayBuffer()));
}
async function score_view(session, label) {
  const answer = await ask(`/v1/sessions/${session}/scores/${label}.png?style=heat&alpha=0.8`);
  return createImageBitmap(await answer.blob());
}
async function attention(session) {
  return (await ask(`/v1/sessions/${session}/attention`)).json();
}
function attention_address(session, layer, label) {
  return `/v1/sessions/${session}/attention/${layer}/${label}.png?alpha=0.8`;
}
async function attention_view(session, layer, label) {
  return createImageBitmap(await (await ask(attention_address(session, layer, label))).blob());
}
async function progress(word) {
  const answer = await fetch(`/v1/progress/${word}`).catch(() => null);
  if (!answer?.ok) return null;
  const state = await answer.json();
  if (state.state === "waiting") {
    return { text: state.before ? `Waiting behind ${state.before} other requests` : "Waiting", share: null };
  }
  if (!state.of) return { text: "Reading the image and the names", share: null };
  return { text: `Window ${state.windows} of ${state.of}`, share: state.windows / state.of };
}
function progress_word() {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
async function label_map(answer) {
  const { width, height, bits, values } = await decode_grey_png(from_base64(answer.labels));
  return { width, height, labels: values, unknown: unknown_label(bits) };
}

// src/dom.ts
function by_id(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`index.html has no #${id}`);
  return found;
}
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== void 0) element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}
function swatch(color) {
  const dot = make("span", { class: "swatch", "aria-hidden": "true" });
  dot.style.backgroundColor = color;
  return dot;
}
function debounced(wait, act) {
  let timer = 0;
  return () => {
    clearTimeout(timer);
    timer = window.setTimeout(act, wait);
  };
}
function save_file(name, content) {
  const address = URL.createObjectURL(content);
  const link = make("a", { href: address, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  window.setTimeout(() => URL.revokeObjectURL(address), 1e4);
}

// src/messages.ts
function say(text) {
  by_id("status").textContent = text;
}
function announce(text) {
  by_id("said").textContent = text;
}
function show_error(message, hint = "") {
  const box = by_id("error");
  box.replaceChildren(make("strong", {}, message.charAt(0).toUpperCase() + message.slice(1)));
  if (hint) box.append(make("span", {}, hint));
  box.hidden = message === "";
}
function clear_error() {
  by_id("error").hidden = true;
}
function show_problem(problem) {
  if (problem instanceof DOMException && problem.name === "AbortError") return;
  if (problem instanceof ServerError) show_error(problem.message, problem.hint);
  else show_error("The page has a bug.", problem instanceof Error ? problem.message : String(problem));
}
function show_button(image, names, running, done) {
  const button = by_id("run");
  button.disabled = !image || !names;
  button.hidden = running;
  by_id("working").hidden = !running;
  const missing = image ? "Add names first" : "Choose an image first";
  button.textContent = done ? "Label again" : button.disabled ? missing : "Label the image";
  button.classList.toggle("done", done);
}
function show_result(panes) {
  const lines = [];
  for (const pane of panes) {
    if (!pane.answer) continue;
    const seconds = Object.values(pane.answer.seconds).reduce((sum, value) => sum + value, 0);
    const { model, head } = pane.answer;
    const name = panes.length === 1 ? "" : head ? `${model}, head ${head}: ` : `${model}: `;
    lines.push(`${name}${pane.summary()} (${seconds.toFixed(2)} s)`);
  }
  const { unknown_words = [], notes = [] } = panes[0].answer ?? {};
  const words = unknown_words.slice(0, 8).join(", ");
  const more = unknown_words.length > 8 ? ` and ${unknown_words.length - 8} more` : "";
  if (words) lines.push(`Words that the model has never read: ${words}${more}.`);
  say([...lines, ...notes].join("\n"));
}
function watch_progress(word) {
  const bar = by_id("bar");
  const doing = by_id("doing");
  bar.removeAttribute("value");
  doing.textContent = "Sending the image";
  let over = false;
  const look = async () => {
    const state = await progress(word);
    if (over) return;
    if (state) {
      doing.textContent = state.text;
      if (state.share === null) bar.removeAttribute("value");
      else bar.value = state.share;
    }
    timer = window.setTimeout(look, 200);
  };
  let timer = window.setTimeout(look, 200);
  return () => {
    over = true;
    clearTimeout(timer);
  };
}

// src/models_box.ts
function name_of(choice) {
  return choice.head ? `${choice.model.name}, head ${choice.head}` : choice.model.name;
}
function choices_of(model) {
  if (!model.heads.length) return [{ model, head: null }];
  const others = model.heads.filter((head) => head !== model.head);
  return [model.head, ...others].map((head) => ({ model, head }));
}
var ModelsBox = class {
  all;
  first = by_id("model");
  second = by_id("beside");
  constructor(models2, changed) {
    this.all = models2.flatMap(choices_of);
    this.second.append(make("option", { value: "" }, "none"));
    this.all.forEach((choice, i) => {
      for (const select of [this.first, this.second]) select.append(make("option", { value: String(i) }, name_of(choice)));
    });
    by_id("beside-box").hidden = this.all.length < 2;
    for (const select of [this.first, this.second]) select.addEventListener("change", changed);
  }
  /** One choice or two. */
  get chosen() {
    const first = this.all[Number(this.first.value)];
    return this.second.value === "" ? [first] : [first, this.all[Number(this.second.value)]];
  }
  static title(choice) {
    return name_of(choice);
  }
};

// src/colors.ts
var TABLE = "e6394a2f9e443b6fe0ffc233a94bd622c3c9ff7f2af27db88a5a34b8e04a5b4fa8ffe8a31f7a78c2185b8fd3ff7a8b2ed7b8ff9c2f1f7be3a5c79a6b0000e6ff00ff7d006923cd00235523917d9bff00a000a5ff0050735f3c46b4fffaffafaa5005b4b98cffffdcf500ff78fff500be6e28914b7dc300a0ff73ffb4af002391b9b9c3aa7daf7d7850ffcd738200faf0be6ebebeffa09100e6879bd73773001e4bd20569aaaaff00d728d78705377d2d9b00d28273917dcda0afc34100645000ff737869b437d2418c6473465f3c78ff9bf5ff500a787dd2b48c00eb5ac88cafb4465f50966efff0aa6405a587ff467daac8736e69a0a06e6400c3ff783200c3e6b4c850ff69e1509b1e640fffb9003ca5ebcdaa198755a000aa7d55c85f556ec3e1f0b4b9d7aa4b50005aff00e1ffe19600ebe15f966e0ab98cbe7dd2c3823c55e173505023e1ffb9e1647d8ca541a0c3001e00f000a58c736932bea0aaffff23d24ba5b4008c00d773eb8791ffc800fad7b9417800fff0917800af0a8cf5870055508cc800af00d2008cf53c4b8c23b97d91fad2b4557d9b69c8502d91ff91a56978ffdc96dc734b3c825f690ad7b491a023afaf69690096e1f0d782ebfa0f6473006e504b4b32cd5f55f000787391b4ff0000910087a500378200b97dbeffd7d27dc346be7d4b9bdc7d00466e9178c36eb40f7deb69911e2dc8dccd148c8255cd8c8791000069afd76ec8e1d2f0235a64057d32789664a0ff5aaaaa5a3269a05ae1cdfadcaf9b4b9bd769c3a05a7db4dc19000055afc83c4baf6e9600640f9b82c8afd7cd6e2d5a0037ff4137af82f01effd27d8c41e11e9182e11ea0ebfa7d00f091ff50ffffc8c8c8a0ff5f4be1ff0055d782a5a541ffd2007d5a8c5faf69e61482d2695f3741b4a5afbeffd75faad7be82ffa0d200c355e132fa782d373c505f7d6e5ab4a5dca0460069237dbe7864ff7ddcdc055069a000d7afd7e15a0091dc735ae6d2d755e1ffb987ff9b00c3e682919b696ea5ff5a8700787800b9c800a03755af828c466ebeeb5a5500879bd24b6eafff6ea59bb4be874baaa587";
var LEVELS = 192;
var STEP = 4374377n;
function color_of(label) {
  if (label * 6 < TABLE.length) return "#" + TABLE.slice(label * 6, label * 6 + 6);
  const number = Number(BigInt(label) * STEP % BigInt(LEVELS ** 3));
  const channel = (level) => (255 - level % LEVELS).toString(16).padStart(2, "0");
  return "#" + channel(Math.floor(number / LEVELS ** 2)) + channel(Math.floor(number / LEVELS)) + channel(number);
}
function rgb_of(color) {
  const value = parseInt(color.slice(1), 16);
  return [value >> 16, value >> 8 & 255, value & 255];
}

// src/class_list.ts
function title_of(named) {
  return named.title ?? named.names[0];
}
function key_of(name) {
  return name.trim().replace(/\s+/g, " ").toLowerCase();
}
function read_line(line) {
  const classes = [];
  let names = [];
  let name = "";
  let quoted = false;
  const end_name = () => {
    if (name.trim()) names.push(name.trim().replace(/\s+/g, " "));
    name = "";
  };
  const end_class = () => {
    end_name();
    if (names.length) classes.push(names);
    names = [];
  };
  for (let i = 0; i < line.length; ++i) {
    const c = line[i];
    if (quoted) {
      if (c !== '"') name += c;
      else if (line[i + 1] === '"') name += line[++i];
      else quoted = false;
    } else if (c === '"' && !name.trim()) quoted = true;
    else if (c === "\\" && ',;#"\\'.includes(line[i + 1] ?? " ")) name += line[++i];
    else if (c === "#" && (i === 0 || /\s/.test(line[i - 1]))) break;
    else if (c === ",") end_class();
    else if (c === ";") end_name();
    else name += c;
  }
  end_class();
  return classes;
}
function parse_class_list(text) {
  return text.split(/\r?\n/).flatMap(read_line).map((names) => ({ names }));
}
function with_classes(list, more) {
  const known = new Set(list.flatMap((named) => named.names.map(key_of)));
  const result = [...list];
  for (const named of more) {
    const fresh = [];
    for (const name of named.names) {
      if (known.has(key_of(name))) continue;
      known.add(key_of(name));
      fresh.push(name);
    }
    if (fresh.length) result.push({ ...named, names: fresh });
  }
  return result;
}
function written(name) {
  const plain = !/[,;"\\]/.test(name) && !/^[#@]/.test(name) && !/\s#/.test(name);
  return plain ? name : `"${name.replaceAll('"', '""')}"`;
}
function class_list_text(list) {
  return list.map((named) => named.names.map(written).join(";")).join(", ");
}

// src/chips.ts
function chip_of(named, label) {
  return { title: title_of(named), names: named.names, color: color_of(label), share: null, removable: true };
}
function chips_of_answer(found, list) {
  return found.map(({ name, color, share }, label) => {
    const named = list[label];
    return { title: name, names: named?.names ?? [name], color, share, removable: named !== void 0 };
  });
}
function percent(share) {
  if (share === 0) return "0%";
  return share < 5e-3 ? "<1%" : `${Math.round(share * 100)}%`;
}
function show_chips(list, chips, isolated, events) {
  const focused = document.activeElement?.dataset.chip;
  const scrolled = list.scrollTop;
  list.replaceChildren(...chips.map((chip, label) => element_of(chip, label, isolated, events)));
  list.scrollTop = scrolled;
  const chosen = isolated === null ? null : list.children[isolated];
  if (chosen) show_within(list, chosen);
  if (focused) list.querySelector(`[data-chip="${CSS.escape(focused)}"]`)?.focus();
}
function show_within(list, chip) {
  const box = list.getBoundingClientRect();
  const place = chip.getBoundingClientRect();
  if (place.top < box.top) list.scrollTop -= box.top - place.top;
  else if (place.bottom > box.bottom) list.scrollTop += place.bottom - box.bottom;
}
function element_of(chip, label, isolated, events) {
  const known = chip.share !== null;
  const more = chip.names.length - 1;
  const name = make(
    "button",
    {
      type: "button",
      class: "chip-name",
      "data-chip": `name ${label}`,
      "aria-pressed": known ? String(isolated === label) : void 0,
      title: more > 0 ? chip.names.join("; ") : void 0
    },
    swatch(chip.color),
    make("span", { class: "chip-title" }, chip.title)
  );
  if (more > 0) name.append(make("span", { class: "chip-more" }, `+${more}`));
  if (chip.share !== null) name.append(make("span", { class: "chip-share" }, percent(chip.share)));
  name.addEventListener("click", () => events.pick(label));
  const item = make("li", { class: "chip" }, name);
  item.classList.toggle("absent", chip.share === 0);
  item.classList.toggle("chosen", isolated === label);
  if (chip.removable) {
    const away = make("button", {
      type: "button",
      class: "chip-remove",
      "data-chip": `remove ${label}`,
      "aria-label": `Remove ${chip.title}`
    });
    away.textContent = "×";
    away.addEventListener("click", () => events.remove(label));
    item.append(away);
  }
  return item;
}

// src/example.ts
var NAMES = {
  world: "orange falling, orange rising, pink rising, pink upright, green plain, purple level, sand, grass, brick, water",
  scene: "sky, grass, road, car;vehicle, house, tree"
};
async function example_for(model) {
  const name = model.known_words.length ? "world" : "scene";
  const answer = await fetch(`/assets/${name}.png`);
  const file = new File([await answer.blob()], `${name}.png`, { type: "image/png" });
  return { file, classes: parse_class_list(NAMES[name]) };
}

// src/image_source.ts
function first_image(files) {
  const all = [...files ?? []];
  return all.find((file) => file.type.startsWith("image/")) ?? all[0];
}
function watch_drops(take) {
  const stages = by_id("stages");
  let depth = 0;
  const mark = (change) => {
    depth = Math.max(0, depth + change);
    stages.classList.toggle("dropping", depth > 0);
  };
  const holds_files = (event) => event.dataTransfer?.types.includes("Files") ?? false;
  window.addEventListener("dragenter", (event) => holds_files(event) && mark(1));
  window.addEventListener("dragleave", (event) => holds_files(event) && mark(-1));
  window.addEventListener("dragover", (event) => holds_files(event) && event.preventDefault());
  window.addEventListener("drop", (event) => {
    if (!holds_files(event)) return;
    event.preventDefault();
    depth = 0;
    mark(0);
    const file = first_image(event.dataTransfer?.files);
    if (file) take(file);
  });
}
function watch_pastes(take) {
  window.addEventListener("paste", (event) => {
    const file = first_image(event.clipboardData?.files);
    if (!file) return;
    event.preventDefault();
    take(file);
  });
}
function watch_choices(take) {
  const input = by_id("file");
  for (const id of ["choose", "choose-other"]) by_id(id).addEventListener("click", () => input.click());
  input.addEventListener("change", () => {
    const file = first_image(input.files);
    input.value = "";
    if (file) take(file);
  });
}
function watch_camera(take, fail) {
  const dialog = by_id("camera-dialog");
  const video = by_id("camera-video");
  const open = async () => {
    if (!navigator.mediaDevices) {
      return fail("The browser lends the camera to safe pages only.", "Open the page as http://localhost or over HTTPS.");
    }
    try {
      video.srcObject = await navigator.mediaDevices.getUserMedia({
        video: { facingMode: "environment", width: { ideal: 1920 } }
      });
    } catch {
      return fail("There is no camera, or the browser does not lend it.", "Allow it in the browser's settings of this page.");
    }
    dialog.showModal();
    await video.play();
  };
  for (const button of document.querySelectorAll(".use-camera")) button.addEventListener("click", () => void open());
  dialog.addEventListener("close", () => {
    for (const track of video.srcObject?.getTracks() ?? []) track.stop();
    video.srcObject = null;
  });
  by_id("camera-cancel").addEventListener("click", () => dialog.close());
  by_id("camera-take").addEventListener("click", () => {
    if (!video.videoWidth) return;
    const canvas = document.createElement("canvas");
    canvas.width = video.videoWidth;
    canvas.height = video.videoHeight;
    canvas.getContext("2d").drawImage(video, 0, 0);
    dialog.close();
    canvas.toBlob((blob) => blob && take(new File([blob], "camera.jpg", { type: blob.type })), "image/jpeg", 0.95);
  });
}
function watch_images(take, fail) {
  watch_drops(take);
  watch_pastes(take);
  watch_choices(take);
  watch_camera(take, fail);
}

// src/keys.ts
var TYPING = "select, textarea, input:not([type=range], [type=checkbox])";
function watch_keys(events) {
  window.addEventListener("keydown", (event) => {
    const command = event.ctrlKey || event.metaKey;
    if (command && event.key === "Enter") return events.run();
    const typing = event.target instanceof Element && event.target.matches(TYPING);
    if (typing || command || event.altKey) return;
    const key = event.key.toLowerCase();
    if (key === "escape") events.all_classes();
    else if (key === "o") events.original();
    else if (key === "l") events.outlines();
  });
}

// src/names_box.ts
var NamesBox = class {
  constructor(events) {
    this.events = events;
    by_id("add").addEventListener("submit", (event) => {
      event.preventDefault();
      this.add_text(this.field.value);
    });
    this.field.addEventListener("input", () => {
      const text = this.field.value;
      const quotes = text.split('"').length - 1;
      if (text.endsWith(",") && !text.endsWith("\\,") && quotes % 2 === 0) this.add_text(text);
    });
    this.field.addEventListener("paste", (event) => {
      const text = event.clipboardData?.getData("text/plain") ?? "";
      if (!/[,\n]/.test(text)) return;
      event.preventDefault();
      this.add_text(this.field.value + text);
    });
    this.field.addEventListener("keydown", (event) => {
      if (event.key === "Backspace" && this.field.value === "" && this.list.length) this.remove(this.list.length - 1);
    });
    by_id("clear").addEventListener("click", () => this.set([]));
    this.select.addEventListener("change", () => this.choose(this.select.value));
  }
  events;
  list = [];
  /** The built-in list that `list` is, unchanged. */
  vocabulary = null;
  vocabularies = [];
  chips = by_id("chips");
  field = by_id("name");
  select = by_id("vocabulary");
  get classes() {
    return this.list;
  }
  get chosen_vocabulary() {
    return this.vocabulary;
  }
  get text() {
    return class_list_text(this.list);
  }
  /** Labels of the classes that a zero-shot split trained on; empty where there is no split. */
  get seen() {
    const labels = this.list.flatMap((named, label) => named.seen ? [label] : []);
    return labels.length < this.list.length ? labels : [];
  }
  offer(vocabularies2) {
    this.vocabularies = vocabularies2;
    for (const { name, description, classes } of vocabularies2) {
      this.select.append(make("option", { value: name, title: description }, `${name} (${classes.length})`));
    }
  }
  set(list, vocabulary = null) {
    this.list = list;
    this.vocabulary = vocabulary;
    this.select.value = vocabulary ?? "";
    this.events.changed();
  }
  /** Takes what is typed but not added yet. */
  finish_typing() {
    if (this.field.value.trim()) this.add_text(this.field.value);
  }
  show(shares, isolated) {
    const chips = shares ?? this.list.map(chip_of);
    show_chips(this.chips, chips, isolated, {
      pick: (label) => this.events.pick(label),
      remove: (label) => this.remove(label)
    });
    this.chips.hidden = chips.length === 0;
  }
  add_text(text) {
    this.field.value = "";
    this.set(with_classes(this.list, parse_class_list(text)));
    this.chips.scrollTop = this.chips.scrollHeight;
  }
  remove(label) {
    if (label < this.list.length) this.set(this.list.filter((_, other) => other !== label));
    this.field.focus();
  }
  choose(name) {
    const found = this.vocabularies.find((vocabulary) => vocabulary.name === name);
    if (!found) return;
    const list = found.classes.map((names, i) => ({ names, title: found.titles[i], seen: found.seen[i] }));
    this.set(list, name);
  }
};

// src/paint.ts
function step_for(width, height, most) {
  return Math.max(1, Math.ceil(Math.max(width, height) / most));
}
function thinned(map, step) {
  if (step === 1) return map;
  const width = Math.ceil(map.width / step);
  const height = Math.ceil(map.height / step);
  const labels = new Uint16Array(width * height);
  for (let y = 0, i = 0; y < height; ++y) {
    for (let x = 0; x < width; ++x) labels[i++] = map.labels[y * step * map.width + x * step];
  }
  return { width, height, labels, unknown: map.unknown };
}
function packed(red, green, blue) {
  return (255 << 24 | blue << 16 | green << 8 | red) >>> 0;
}
function paint_classes(map, colors, isolated) {
  const table = colors.map((color) => packed(...rgb_of(color)));
  const pixels = new Uint32Array(map.labels.length);
  for (let i = 0; i < pixels.length; ++i) {
    const label = map.labels[i];
    if (label === map.unknown || isolated !== null && label !== isolated) continue;
    pixels[i] = table[label] ?? 0;
  }
  return pixels;
}
function paint_outlines(map, scale, thickness, isolated) {
  const width = map.width * scale;
  const height = map.height * scale;
  const pixels = new Uint32Array(width * height);
  const light = packed(255, 255, 255);
  const kind = (i) => isolated === null ? map.labels[i] : Number(map.labels[i] === isolated);
  const reach = Math.max(1, Math.round(thickness / 2));
  const fill = (x0, y0, x1, y1) => {
    for (let y = Math.max(0, y0); y < Math.min(height, y1); ++y) {
      pixels.fill(light, y * width + Math.max(0, x0), y * width + Math.min(width, x1));
    }
  };
  for (let y = 0; y < map.height; ++y) {
    for (let x = 0; x < map.width; ++x) {
      const i = y * map.width + x;
      const own = kind(i);
      const left = x * scale;
      const top = y * scale;
      if (x + 1 < map.width && kind(i + 1) !== own) {
        fill(left + scale - reach, top - reach, left + scale + reach, top + scale + reach);
      }
      if (y + 1 < map.height && kind(i + map.width) !== own) {
        fill(left - reach, top + scale - reach, left + scale + reach, top + scale + reach);
      }
    }
  }
  return pixels;
}
function largest_class(map) {
  const counts = /* @__PURE__ */ new Map();
  for (const label of map.labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  counts.delete(map.unknown);
  let best = null;
  for (const [label, count] of counts) {
    if (best === null || count > counts.get(best) || count === counts.get(best) && label < best) best = label;
  }
  return best;
}

// src/stage.ts
var WANTED_SIDE = 900;
var LARGEST_SIDE = 1400;
var KEYBOARD_STEPS = 40;
function canvas_of(pixels, width, height) {
  const canvas = make("canvas");
  canvas.width = width;
  canvas.height = height;
  const bytes = new Uint8ClampedArray(pixels.buffer);
  canvas.getContext("2d").putImageData(new ImageData(bytes, width, height), 0, 0);
  return canvas;
}
var Stage = class {
  constructor(events) {
    this.events = events;
    this.element = make("figure", { class: "stage" }, this.canvas, this.label, this.note);
    this.canvas.addEventListener("pointermove", (event) => events.point(this, this.place_of(event), false));
    this.canvas.addEventListener("pointerleave", () => events.point(this, null, false));
    this.canvas.addEventListener("click", (event) => events.pick(this, this.place_of(event)));
    this.canvas.addEventListener("keydown", (event) => this.on_key(event));
    this.canvas.addEventListener("blur", () => this.move_cross(null));
    this.canvas.setAttribute("aria-describedby", by_id("keys").id);
  }
  events;
  element;
  canvas = make("canvas", { class: "picture", role: "img", tabindex: "0" });
  label = make("figcaption", { class: "stage-name" });
  note = make("p", { class: "stage-note", hidden: "" });
  image = null;
  scaled = null;
  heat = null;
  map = null;
  /** `map` as it is drawn. */
  drawn = null;
  colors = [];
  painted = null;
  cross = null;
  set_name(name) {
    this.label.textContent = name;
  }
  /** Says in a sentence why a view is not there; "" takes it away. */
  set_note(note) {
    this.note.textContent = note;
    this.note.hidden = note === "";
  }
  set_image(image) {
    this.image = image;
    this.scaled = null;
    this.set_labels(null, []);
    this.describe("The image, not labelled yet");
  }
  set_labels(map, colors) {
    this.map = map;
    this.drawn = map && thinned(map, step_for(map.width, map.height, LARGEST_SIDE));
    this.colors = colors;
    this.painted = null;
    this.heat = null;
  }
  /** An image to see in place of the labels. */
  set_heat(heat) {
    this.heat = heat;
  }
  /** What readers of the screen say of the image. */
  describe(text) {
    this.canvas.setAttribute("aria-label", text);
  }
  /** Where a pixel of the place is in the label map. */
  index_of(place) {
    if (!this.map) return null;
    const x = Math.min(this.map.width - 1, Math.floor(place.x * this.map.width));
    const y = Math.min(this.map.height - 1, Math.floor(place.y * this.map.height));
    return y * this.map.width + x;
  }
  /** The place on the screen. */
  position_of(place) {
    const box = this.canvas.getBoundingClientRect();
    return { left: box.left + place.x * box.width, top: box.top + place.y * box.height };
  }
  draw(view) {
    if (!this.image) return;
    const step = step_for(this.image.width, this.image.height, LARGEST_SIDE);
    const width = this.drawn?.width ?? Math.ceil(this.image.width / step);
    const height = this.drawn?.height ?? Math.ceil(this.image.height / step);
    const scale = Math.max(1, Math.ceil(WANTED_SIDE / Math.max(width, height)));
    this.canvas.width = width * scale;
    this.canvas.height = height * scale;
    const context = this.canvas.getContext("2d");
    const draw = (source) => context.drawImage(source, 0, 0, width * scale, height * scale);
    if (this.drawn && !view.original && (this.heat || view.isolated !== null)) {
      context.filter = this.heat ? "grayscale(1)" : "grayscale(1) brightness(0.75)";
    }
    draw(this.image_of(this.image, width * scale, height * scale));
    context.filter = "none";
    if (this.drawn && !view.original) {
      const painted = this.paint(this.drawn, view.isolated, scale);
      context.imageSmoothingEnabled = this.heat !== null;
      context.globalAlpha = view.opacity;
      draw(this.heat ?? painted.classes);
      context.globalAlpha = 1;
      if (view.outlines) {
        context.shadowColor = "rgb(0 0 0 / 0.8)";
        context.shadowBlur = 3;
        draw(painted.outlines);
        context.shadowBlur = 0;
      }
    }
    if (this.cross) this.draw_cross(context, this.cross);
  }
  /** The image in the canvas's size, scaled once. */
  image_of(image, width, height) {
    if (this.scaled?.width === width && this.scaled.height === height) return this.scaled;
    this.scaled = make("canvas");
    this.scaled.width = width;
    this.scaled.height = height;
    const context = this.scaled.getContext("2d");
    context.imageSmoothingQuality = "high";
    context.drawImage(image, 0, 0, width, height);
    return this.scaled;
  }
  paint(map, isolated, scale) {
    if (this.painted?.isolated === isolated) return this.painted;
    const thickness = Math.max(2, Math.round(Math.max(map.width, map.height) * scale / 600));
    const outlines = paint_outlines(map, scale, thickness, isolated);
    this.painted = {
      isolated,
      classes: canvas_of(paint_classes(map, this.colors, isolated), map.width, map.height),
      outlines: canvas_of(outlines, map.width * scale, map.height * scale)
    };
    return this.painted;
  }
  draw_cross(context, place) {
    const { width, height } = this.canvas;
    const arm = Math.max(width, height) / 40;
    const x = place.x * width;
    const y = place.y * height;
    const lines = new Path2D();
    lines.moveTo(x - arm, y);
    lines.lineTo(x + arm, y);
    lines.moveTo(x, y - arm);
    lines.lineTo(x, y + arm);
    for (const [color, line_width] of [["#000", arm / 4], ["#fff", arm / 9]]) {
      context.strokeStyle = color;
      context.lineWidth = line_width;
      context.stroke(lines);
    }
  }
  place_of(event) {
    const box = this.canvas.getBoundingClientRect();
    const share = (at, size) => Math.min(0.9999, Math.max(0, at / size));
    return { x: share(event.clientX - box.left, box.width), y: share(event.clientY - box.top, box.height) };
  }
  on_key(event) {
    const moves = {
      ArrowLeft: [-1, 0],
      ArrowRight: [1, 0],
      ArrowUp: [0, -1],
      ArrowDown: [0, 1]
    };
    const move = moves[event.key];
    if (move && this.map) {
      event.preventDefault();
      const from = this.cross ?? { x: 0.5, y: 0.5 };
      const step = (value, by) => Math.min(0.9999, Math.max(0, value + by / KEYBOARD_STEPS));
      this.move_cross({ x: step(from.x, move[0]), y: step(from.y, move[1]) });
    } else if (event.key === "Enter" && this.cross) {
      event.preventDefault();
      this.events.pick(this, this.cross);
    }
  }
  move_cross(cross) {
    if (!cross && !this.cross) return;
    this.cross = cross;
    this.events.point(this, cross, true);
  }
};

// src/pane.ts
var SHOWN = ["labels", "confidence"];
function fields_of(job, choice, outputs) {
  const fields = { model: choice.model.name, outputs: outputs.join(","), keep: "true" };
  if (choice.head) fields.head = choice.head;
  if (job.vocabulary) fields.vocabulary = job.vocabulary;
  else fields.classes = job.class_text;
  if (job.unknown !== null) fields.unknown = String(job.unknown);
  if (job.seen.length) {
    fields.seen = job.seen.join(",");
    fields.calibration = String(job.calibration);
  }
  return fields;
}
var Pane = class {
  constructor(choice, events) {
    this.choice = choice;
    this.stage = new Stage(events);
  }
  choice;
  stage;
  answer = null;
  map = null;
  confidence = null;
  plane = null;
  layers = null;
  asked = 0;
  shown = 0;
  set_image(image) {
    this.drop_answer();
    this.stage.set_image(image);
  }
  /** Forgets the answer, here and on the server. */
  drop_answer() {
    if (this.answer?.session) void forget(this.answer.session);
    ++this.asked;
    this.answer = null;
    this.map = this.confidence = this.plane = this.layers = null;
    this.stage.set_labels(null, []);
    this.stage.set_note("");
  }
  async segment(file, job, word, signal, more = []) {
    const outputs = [.../* @__PURE__ */ new Set([...SHOWN, ...more])];
    const answer = await segment(file, fields_of(job, this.choice, outputs), word, signal);
    const old = this.answer?.session;
    if (old && old !== answer.session) void forget(old);
    await this.take(answer, ++this.asked, signal);
    return answer;
  }
  /** Labels under the job's thresholds, from the kept session where there is one, else computed again. */
  async relabel(file, job, more = [], overlay = {}) {
    const outputs = [.../* @__PURE__ */ new Set([...SHOWN, ...more])];
    const { unknown, seen, calibration } = job;
    const turn = ++this.asked;
    if (this.answer?.session) {
      try {
        const answer = await relabel(this.answer.session, { unknown, seen, calibration, outputs, overlay });
        await this.take(answer, turn);
        return answer;
      } catch (problem) {
        if (!is_forgotten(problem)) throw problem;
        this.answer.session = null;
      }
    }
    return this.segment(file, job, progress_word(), new AbortController().signal, more);
  }
  /** Makes it the pane's answer, unless something was asked for later or it is wanted no more. */
  async take(answer, turn, signal) {
    const [map, confidence] = await Promise.all([
      label_map(answer),
      decode_grey_png(from_base64(answer.confidence))
    ]);
    signal?.throwIfAborted();
    if (turn !== this.asked) return;
    this.answer = answer;
    this.map = map;
    this.confidence = confidence.values;
    this.stage.set_labels(map, answer.classes.map((found) => found.color));
    this.stage.describe(this.summary());
  }
  /** "water 92%, sand 6%, unknown 2%": the largest classes. */
  summary() {
    if (!this.answer) return "";
    const { classes, unknown_pixels, width, height } = this.answer;
    const parts = classes.filter((found) => found.pixels > 0).sort((a, b) => b.pixels - a.pixels);
    const text = parts.slice(0, 6).map((found) => `${found.name} ${percent(found.share)}`);
    if (parts.length > 6) text.push(`${parts.length - 6} more`);
    if (unknown_pixels) text.push(`unknown ${percent(unknown_pixels / (width * height))}`);
    return text.join(", ");
  }
  /** What people are shown for a label; null for none of the answer's. */
  name_of(label) {
    return label === null ? null : this.answer?.classes[label]?.name ?? null;
  }
  /** The label that most pixels have. */
  largest() {
    return this.map ? largest_class(this.map) : null;
  }
  /** What is at a place; null without an answer. */
  at(place) {
    const index = this.stage.index_of(place);
    if (index === null || !this.answer || !this.map || !this.confidence) return null;
    const label = this.map.labels[index];
    const found = this.answer.classes[label];
    const score = (this.plane?.values[index] ?? this.confidence[index]) / 255;
    if (!found) return { label: null, name: "unknown", color: "transparent", score };
    return { label, name: found.name, color: found.color, score };
  }
  /** The layers that have attention maps; none for a model without relationship prompts. */
  async attention_layers() {
    if (!this.choice.model.prompts || !this.answer?.session) return [];
    this.layers ??= (await attention(this.answer.session)).layers;
    return this.layers;
  }
  layer_address(layer, label) {
    return attention_address(this.answer?.session ?? "", layer, label);
  }
  /** Fetches what a view of a class shows. A later call wins over an earlier one that arrives after it. */
  async show(kind, label, layer) {
    const turn = ++this.shown;
    const session = this.answer?.session;
    let heat = null;
    let plane = null;
    let note = "";
    const known = this.answer && label !== null && label < this.answer.classes.length;
    if (kind !== "labels" && known) {
      if (!session) note = "The scores of this image are too large to be kept: there is no such view of it.";
      else if (kind === "scores") {
        [heat, plane] = await Promise.all([score_view(session, label), score_plane(session, label)]);
      } else if (!this.choice.model.prompts) {
        note = "This model is a CLIP without relationship prompts: it has no attention maps.";
      } else if (layer !== null) {
        heat = await attention_view(session, layer, label);
      }
    }
    if (turn !== this.shown) return;
    this.plane = plane;
    this.stage.set_heat(heat);
    this.stage.set_note(note);
  }
};

// src/panes.ts
function same(a, b) {
  return a.model === b.model && a.head === b.head;
}
function arrange_panes(old, choices, events, image) {
  const panes = choices.map((choice, i) => {
    if (old[i] && same(old[i].choice, choice)) return old[i];
    const pane = new Pane(choice, events);
    if (image) pane.set_image(image);
    return pane;
  });
  for (const pane of old) if (!panes.includes(pane)) pane.drop_answer();
  for (const pane of panes) pane.stage.set_name(panes.length > 1 ? ModelsBox.title(pane.choice) : "");
  by_id("stages").classList.toggle("two", panes.length > 1);
  if (image) show_panes(panes);
  return panes;
}
function show_panes(panes) {
  by_id("stages").replaceChildren(...panes.map((pane) => pane.stage.element));
}

// src/probe.ts
var probe = () => by_id("probe");
function show_probe(found, view_class, at, by_keyboard) {
  const box = probe();
  const score = `${Math.round(found.score * 100)}%`;
  const shown = view_class === null ? score : `${view_class}: ${score}`;
  box.replaceChildren(swatch(found.color), make("span", {}, found.name), make("span", { class: "probe-score" }, shown));
  if (by_keyboard) announce(`${found.name}, ${shown}`);
  box.hidden = false;
  const width = box.offsetWidth;
  const left = Math.min(at.left + 14, window.innerWidth - width - 8);
  box.style.left = `${Math.max(8, left)}px`;
  box.style.top = `${Math.max(8, at.top - box.offsetHeight - 12)}px`;
}
function hide_probe() {
  probe().hidden = true;
}

// src/commands.ts
function shell_word(text) {
  return /^[\w./:=,+@-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
function path_of(file_name) {
  return file_name.startsWith("-") ? `./${file_name}` : file_name;
}
function place_of(job) {
  return job.model.place ?? `PATH_OF_${job.model.name}`;
}
function command_of(job) {
  const words = ["relprompt segment", shell_word(path_of(job.file_name)), `--model ${shell_word(place_of(job))}`];
  if (job.head) words.push(`--head ${shell_word(job.head)}`);
  if (job.vocabulary) words.push(`--vocabulary ${shell_word(job.vocabulary)}`);
  else words.push(`--classes ${shell_word(job.class_text)}`);
  if (job.unknown !== null) words.push(`--unknown ${job.unknown}`);
  if (job.seen.length) words.push(`--seen ${job.seen.join(",")} --calibration ${job.calibration}`);
  words.push("--save labels,overlay -o out");
  return words.join(" ");
}
function python_of(job) {
  const text = (value) => JSON.stringify(value);
  const head = job.head ? `, head=${text(job.head)}` : "";
  const classes = text(job.vocabulary ?? job.class_text);
  let options = "";
  if (job.unknown !== null) options += `, unknown=${job.unknown}`;
  if (job.seen.length) options += `, seen=[${job.seen.join(", ")}], calibration=${job.calibration}`;
  return [
    "import relprompt",
    "",
    `model = relprompt.Model(${text(place_of(job))}${head})`,
    `segmenter = relprompt.Segmenter(model, ${classes}${options})`,
    `result = segmenter(${text(path_of(job.file_name))})`,
    'result.save("out", ["labels", "overlay"])'
  ].join("\n");
}

// src/share_box.ts
var FILES = {
  labels: { ending: "labels.png", type: "image/png" },
  overlay: { ending: "overlay.jpg", type: "image/jpeg" },
  coco: { ending: "coco.json", type: "application/json" },
  "coco-polygons": { ending: "coco-polygons.json", type: "application/json" }
};
function save_output(answer, output, image_name) {
  const { ending, type } = FILES[output];
  const value = answer[output];
  const content = typeof value === "string" ? from_base64(value) : JSON.stringify(value);
  const stem = image_name.replace(/\.[^.]*$/, "") || "image";
  save_file(`${stem}.${ending}`, new Blob([content], { type }));
}
function show_commands(job) {
  by_id("command").textContent = command_of(job);
  by_id("python").textContent = python_of(job);
  by_id("replace").hidden = job.model.place !== null;
  by_id("replaced").textContent = place_of(job);
}
async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }
}
function watch_copies() {
  for (const button of document.querySelectorAll("[data-copy]")) {
    button.addEventListener("click", async () => {
      const done = await copied(by_id(button.dataset.copy).textContent ?? "");
      const word = button.firstChild;
      word.textContent = done ? "Copied" : "Not allowed";
      announce(word.textContent);
      window.setTimeout(() => word.textContent = "Copy", 1500);
    });
  }
}

// src/thresholds_box.ts
var share_of = (slider) => Number(slider.value) / 100;
var ThresholdsBox = class {
  unknown_slider = by_id("unknown");
  calibration_slider = by_id("calibration");
  constructor(changed) {
    const later = debounced(120, changed);
    for (const slider of [this.unknown_slider, this.calibration_slider]) {
      slider.addEventListener("input", () => {
        this.show();
        later();
      });
    }
    this.show();
  }
  /** Pixels whose best score is below it are unknown. */
  get unknown() {
    return share_of(this.unknown_slider) || null;
  }
  /** What is taken from the probability of seen classes. */
  get calibration() {
    return share_of(this.calibration_slider);
  }
  /** Calibration is for lists with a zero-shot split. */
  enable_calibration(possible) {
    by_id("calibration-box").hidden = !possible;
  }
  show() {
    for (const slider of [this.unknown_slider, this.calibration_slider]) {
      by_id(`${slider.id}-value`).textContent = share_of(slider) > 0 ? share_of(slider).toFixed(2) : "off";
    }
  }
};

// src/view_box.ts
var ViewBox = class {
  constructor(events) {
    this.events = events;
    for (const button of this.buttons) {
      button.addEventListener("click", () => this.choose(button.dataset.view));
    }
    for (const input of [this.opacity_slider, this.outlines_box, this.original_box]) {
      input.addEventListener("input", () => events.draw());
    }
  }
  events;
  kind = "labels";
  layer = null;
  buttons = [...by_id("views").querySelectorAll("[data-view]")];
  opacity_slider = by_id("opacity");
  outlines_box = by_id("outlines");
  original_box = by_id("original");
  get opacity() {
    return Number(this.opacity_slider.value) / 100;
  }
  get outlines() {
    return this.outlines_box.checked;
  }
  get look() {
    return { opacity: this.opacity, outlines: this.outlines, original: this.original_box.checked };
  }
  toggle_original() {
    this.original_box.checked = !this.original_box.checked;
    this.events.draw();
  }
  toggle_outlines() {
    this.outlines_box.checked = !this.outlines_box.checked;
    this.events.draw();
  }
  /**
   * Views exist once there is an answer to these names, that of attention for models that have maps of it; how labels
   * look can be changed as long as there are any.
   */
  enable(answered, labels, attention2) {
    for (const button of this.buttons) {
      button.disabled = !answered || button.dataset.view === "attention" && !attention2;
      button.title = button.dataset.view === "attention" && !attention2 ? "This model has no attention maps" : "";
    }
    for (const input of [this.opacity_slider, this.outlines_box, this.original_box]) input.disabled = !labels;
    by_id("strip").hidden = !answered || this.kind !== "attention";
    by_id("caption").hidden = !answered || this.kind === "labels";
  }
  /** Small images of the layers' maps, one of them chosen. */
  show_layers(layers, address) {
    if (layers.length && (this.layer === null || !layers.includes(this.layer))) this.layer = layers[layers.length - 1];
    const strip = by_id("strip");
    const focused = document.activeElement?.dataset.layer;
    strip.replaceChildren(
      ...layers.map((layer) => {
        const image = make("img", { src: address(layer), alt: "" });
        const chosen = String(layer === this.layer);
        const button = make("button", { type: "button", "data-layer": String(layer), "aria-pressed": chosen }, image, `Layer ${layer}`);
        button.addEventListener("click", () => {
          this.layer = layer;
          this.events.view();
        });
        return button;
      })
    );
    if (focused) strip.querySelector(`[data-layer="${focused}"]`)?.focus();
  }
  /** Says what the colours of the view are. */
  show_caption(name) {
    const text = this.kind === "scores" ? `Score of ${name}` : `What ${name} looks at in layer ${this.layer}`;
    by_id("caption-text").textContent = name === null ? "" : text;
  }
  choose(kind) {
    this.kind = kind;
    for (const button of this.buttons) button.setAttribute("aria-pressed", String(button.dataset.view === kind));
    this.events.view();
  }
};

// src/views.ts
async function show_views(panes, view, label) {
  const attentive = panes.find((pane) => pane.choice.model.prompts) ?? panes[0];
  const layers = view.kind === "attention" ? await attentive.attention_layers() : [];
  view.show_layers(layers, (layer) => attentive.layer_address(layer, label ?? 0));
  view.show_caption(panes[0].name_of(label));
  await Promise.all(panes.map((pane) => pane.show(view.kind, label, view.layer)));
}

// src/page.ts
var Page = class {
  constructor(models2, vocabularies2) {
    this.models = models2;
    this.names = new NamesBox({ changed: () => this.names_changed(), pick: (label) => this.isolate(label) });
    this.names.offer(vocabularies2);
    this.view = new ViewBox({ draw: () => this.draw(), view: () => void this.show_view() });
    watch_images((file) => void this.take(file), show_error);
    watch_copies();
    by_id("run").addEventListener("click", () => void this.run());
    by_id("cancel").addEventListener("click", () => this.running?.abort());
    by_id("example").addEventListener("click", () => void this.take_example());
    for (const button of document.querySelectorAll("[data-save]")) {
      button.addEventListener("click", () => void this.save(button.dataset.save));
    }
    watch_keys({
      run: () => void this.run(),
      all_classes: () => this.view.kind === "labels" && this.isolate(this.isolated),
      original: () => this.view.toggle_original(),
      outlines: () => this.view.toggle_outlines()
    });
    this.arrange();
    this.names_changed();
  }
  models;
  file = null;
  image = null;
  panes = [];
  running = null;
  isolated = null;
  /** What the answers on the page are of. */
  answered = null;
  names;
  view;
  thresholds = new ThresholdsBox(() => void this.relabel());
  // What is asked for.
  job() {
    const { model, head } = this.panes[0].choice;
    const { unknown, calibration } = this.thresholds;
    return {
      file_name: this.file?.name ?? "image.png",
      model: { name: model.name, place: model.place },
      head: head === model.head ? null : head,
      class_text: this.names.text,
      vocabulary: this.names.chosen_vocabulary,
      unknown,
      seen: calibration > 0 ? this.names.seen : [],
      calibration
    };
  }
  /** One pane a chosen model, side by side; answers of another model go. */
  arrange() {
    const events = {
      point: (stage, place, by_keyboard) => this.point(stage, place, by_keyboard),
      pick: (stage, place) => this.isolate(this.pane_of(stage).at(place)?.label ?? null)
    };
    const again = this.running !== null;
    this.running?.abort();
    this.panes = arrange_panes(this.panes, this.models.chosen, events, this.image);
    this.refresh();
    if (again || this.answered && this.panes.some((pane) => !pane.answer)) void this.run();
  }
  async take(file) {
    clear_error();
    let image;
    try {
      image = await createImageBitmap(file);
    } catch {
      return show_error(`${file.name} is no image that this browser can show.`, "PNG, JPEG and WebP work everywhere.");
    }
    this.running?.abort();
    this.file = file;
    this.image = image;
    this.answered = null;
    this.isolated = null;
    for (const pane of this.panes) pane.set_image(image);
    show_panes(this.panes);
    this.refresh();
    say(`${file.name}, ${image.width} by ${image.height} pixels`);
  }
  async take_example() {
    const { file, classes } = await example_for(this.panes[0].choice.model);
    await this.take(file);
    if (!this.names.classes.length) this.names.set(classes);
    await this.run();
  }
  names_changed() {
    this.isolated = null;
    this.refresh();
  }
  // Asking.
  async run() {
    this.names.finish_typing();
    if (!this.file || !this.names.classes.length) return;
    this.running?.abort();
    const control = new AbortController();
    this.running = control;
    clear_error();
    say("");
    const { file } = this;
    const job = this.job();
    const words = this.panes.map(() => progress_word());
    const finish = watch_progress(words[0]);
    this.refresh();
    try {
      await Promise.all(this.panes.map((pane, i) => pane.segment(file, job, words[i], control.signal)));
      this.answered = job;
      show_result(this.panes);
    } catch (problem) {
      if (this.running === control) show_problem(problem);
      control.abort();
    }
    finish();
    if (this.running !== control) return;
    this.running = null;
    if (control.signal.aborted) return this.refresh();
    await this.show_view();
    const { unknown, calibration } = this.thresholds;
    if (unknown !== job.unknown || calibration !== job.calibration) await this.relabel();
  }
  async relabel() {
    if (!this.file || !this.answered || this.running) return;
    const { unknown, seen, calibration } = this.job();
    this.answered = { ...this.answered, unknown, seen, calibration };
    await this.guarded(async () => {
      await this.relabel_panes();
      show_result(this.panes);
      await this.show_view();
    });
  }
  async relabel_panes() {
    const { file, answered } = this;
    if (file && answered) await Promise.all(this.panes.map((pane) => pane.relabel(file, answered)));
  }
  async save(output) {
    if (!this.file || !this.answered) return;
    const { file, answered } = this;
    const overlay = { alpha: this.view.opacity, contours: this.view.outlines };
    await this.guarded(async () => {
      save_output(await this.panes[0].relabel(file, answered, [output], overlay), output, file.name);
      await this.show_view();
    });
  }
  async guarded(act) {
    clear_error();
    try {
      await act();
    } catch (problem) {
      show_problem(problem);
    }
  }
  // Showing.
  /** Whether what is on the page is of these names; else they have to be asked for first. */
  get current() {
    const job = this.job();
    return this.answered !== null && job.class_text === this.answered.class_text;
  }
  refresh() {
    const ready = this.file !== null && this.panes.every((pane) => pane.answer) && this.current;
    const names_known = this.names.classes.length > 0;
    this.names.show(ready ? chips_of_answer(this.panes[0].answer.classes, this.names.classes) : null, this.isolated);
    show_button(this.file !== null, names_known, this.running !== null, ready);
    by_id("below").hidden = !this.file;
    by_id("after").hidden = !ready;
    this.thresholds.enable_calibration(this.names.seen.length > 0);
    const prompts = this.panes.some((pane) => pane.choice.model.prompts);
    this.view.enable(ready, this.panes.some((pane) => pane.answer), prompts);
    if (ready) show_commands(this.job());
    this.draw();
  }
  draw() {
    for (const pane of this.panes) pane.stage.draw({ ...this.view.look, isolated: this.isolated });
  }
  /** The class whose scores or attention are in view. */
  get viewed() {
    return this.isolated ?? this.panes[0].largest();
  }
  async show_view() {
    if (this.view.kind !== "labels") this.isolated = this.viewed;
    const act = () => show_views(this.panes, this.view, this.viewed);
    await this.guarded(
      () => act().catch(async (problem) => {
        if (!is_forgotten(problem)) throw problem;
        await this.relabel_panes();
        await act();
      })
    );
    this.refresh();
  }
  isolate(label) {
    if (!this.answered || !this.current) return;
    this.isolated = label === this.isolated && this.view.kind === "labels" ? null : label;
    if (this.view.kind === "labels") this.refresh();
    else void this.show_view();
  }
  pane_of(stage) {
    return this.panes.find((pane) => pane.stage === stage) ?? this.panes[0];
  }
  point(stage, place, by_keyboard) {
    if (by_keyboard) this.draw();
    const found = place && this.pane_of(stage).at(place);
    if (!place || !found) return hide_probe();
    const name = this.view.kind === "scores" ? this.panes[0].name_of(this.viewed) : null;
    show_probe(found, name, stage.position_of(place), by_keyboard);
  }
};

// src/main.ts
async function start() {
  try {
    const [models2, vocabularies2] = await Promise.all([models(), vocabularies()]);
    const box = new ModelsBox(models2, () => page.arrange());
    const page = new Page(box, vocabularies2);
  } catch (problem) {
    show_problem(problem);
  }
}
void start();
