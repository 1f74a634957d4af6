// Shows the OpenAPI document: each address with what it takes and gives, each type with its
// fields. Texts are set as texts, never as HTML.

const METHODS = ["get", "post", "put", "delete"];

// A text, its words between backticks as code.
function words(text) {
  return text.split("`").map((part, at) => {
    if (at % 2 === 0) return part;
    const code = document.createElement("code");
    code.textContent = part;
    return code;
  });
}

function element(name, text, children = []) {
  const made = document.createElement(name);
  if (text !== undefined) made.append(...words(text));
  made.append(...children);
  return made;
}

// A type in a few words; links lead to the types below.
function typeOf(schema) {
  if (!schema) return [document.createTextNode("anything")];
  if (schema.$ref) {
    const name = schema.$ref.split("/").pop();
    const link = element("a", name);
    link.href = `#type-${name}`;
    return [link];
  }
  const several = schema.oneOf ?? schema.anyOf ?? schema.allOf;
  if (several) return several.flatMap((one, at) => (at ? [" or ", ...typeOf(one)] : typeOf(one)));
  if (schema.enum) return [schema.enum.map((value) => JSON.stringify(value)).join(" or ")];
  if (schema.prefixItems) {
    return ["[", ...schema.prefixItems.flatMap((one, at) => (at ? [", ", ...typeOf(one)] : typeOf(one))), "]"];
  }
  const names = [schema.type].flat();
  if (names.includes("array") && schema.items) {
    return ["list of ", ...typeOf(schema.items), names.includes("null") ? " or null" : ""];
  }
  return [names.join(" or ") + (schema.format ? ` (${schema.format})` : "")];
}

function row(name, type, isNeeded, text) {
  const first = element("td", undefined, [element("code", name), isNeeded ? "" : " (may be left out)"]);
  return element("tr", undefined, [first, element("td", undefined, type), element("td", text ?? "")]);
}

function fields(schema) {
  const needed = schema.required ?? [];
  const rows = Object.entries(schema.properties ?? {}).map(([name, field]) =>
    row(name, typeOf(field), needed.includes(name), field.description),
  );
  return rows.length ? [element("table", undefined, rows)] : [];
}

// What a type consists of: its fields, or those of each of its forms.
function shape(schema) {
  const forms = schema.oneOf ?? schema.anyOf;
  if (!forms) {
    const table = fields(schema);
    return table.length ? table : [element("p", undefined, typeOf(schema))];
  }
  return forms.flatMap((form) => {
    const parts = form.allOf ?? [form];
    return [element("p", form.description ?? ""), ...parts.flatMap((part) =>
      part.properties ? fields(part) : [element("p", undefined, typeOf(part))])];
  });
}

function content(title, body) {
  return Object.entries(body?.content ?? {}).map(([kind, { schema }]) =>
    element("p", undefined, [`${title} (${kind}): `, ...typeOf(schema)]),
  );
}

function operation(path, method, op) {
  const parts = (op.description ?? "").split("\n\n").filter(Boolean).map((text) => element("p", text));
  const parameters = (op.parameters ?? []).map((one) =>
    row(`${one.name} (${one.in})`, typeOf(one.schema), one.required, one.description),
  );
  if (parameters.length) parts.push(element("table", undefined, parameters));
  parts.push(...content("Body", op.requestBody));
  for (const [status, answer] of Object.entries(op.responses ?? {})) {
    const bodies = content(status === "default" ? "Else" : status, answer);
    parts.push(...(bodies.length ? bodies : [element("p", `${status}: ${answer.description}`)]));
  }
  const head = element("summary", undefined, [
    element("span", method.toUpperCase()), element("code", path), element("small", op.summary ?? ""),
  ]);
  head.firstChild.className = "method";
  const made = element("details", undefined, [head, element("div", undefined, parts)]);
  made.dataset.text = `${method} ${path} ${op.summary ?? ""} ${op.description ?? ""}`.toLowerCase();
  return made;
}

function showOperations(api) {
  const groups = new Map();
  for (const [path, item] of Object.entries(api.paths)) {
    for (const method of METHODS.filter((method) => item[method])) {
      const tag = item[method].tags?.[0] ?? "";
      if (!groups.has(tag)) groups.set(tag, []);
      groups.get(tag).push(operation(path, method, item[method]));
    }
  }
  for (const [tag, all] of groups) {
    const section = element("section", undefined, [element("h2", tag), ...all]);
    document.getElementById("operations").append(section);
  }
}

function showTypes(api) {
  const all = Object.entries(api.components.schemas).sort(([a], [b]) => a.localeCompare(b));
  for (const [name, schema] of all) {
    const text = element("div", undefined, [element("p", schema.description ?? ""), ...shape(schema)]);
    const made = element("details", undefined, [element("summary", name), text]);
    made.id = `type-${name}`;
    made.dataset.text = name.toLowerCase();
    document.getElementById("types").append(made);
  }
}

function find(text) {
  const wanted = text.trim().toLowerCase();
  for (const one of document.querySelectorAll("details")) one.hidden = !one.dataset.text.includes(wanted);
  for (const one of document.querySelectorAll("section")) {
    one.hidden = !one.querySelector("details:not([hidden])");
  }
}

function openTarget() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (target instanceof HTMLDetailsElement) {
    target.hidden = false;
    target.open = true;
    target.scrollIntoView();
  }
}

async function start() {
  const state = document.getElementById("state");
  try {
    const answer = await fetch("/api/v1/openapi.json");
    if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
    const api = await answer.json();
    document.getElementById("about").append(...words(api.info.description));
    showOperations(api);
    showTypes(api);
    state.textContent = `Release ${api.info.version}`;
    document.getElementById("find").addEventListener("input", (event) => find(event.target.value));
    addEventListener("hashchange", openTarget);
    openTarget();
  } catch (error) {
    state.textContent = `The document could not be read (${error.message}). Load the page again.`;
  }
}

start();
