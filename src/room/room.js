"use strict";
// Fills the page with what the server tells, each time that something changes. Texts come from accounts and rosters: they are
// only ever set as text.
{
  const source = document.querySelector('meta[name="edemlab-live"]')?.content;
  const at = (selector) => document.querySelector(selector);
  const [facts, ended, said] = [at("#facts"), at("#ended"), at("#said")];
  const word = {}, symbol = {};
  for (const item of document.querySelectorAll(".legend li")) {
    word[item.dataset.class] = item.dataset.word;
    symbol[item.dataset.class] = item.firstElementChild.textContent;
  }
  const SVG = "http://www.w3.org/2000/svg";
  // How long a cell that turned green is marked.
  const FRESH = 90_000;
  let room = null;
  const fresh = new Map();
  const before = new Map();

  const made = (tag, name, ...parts) => {
    const element = document.createElement(tag);
    if (name) element.className = name;
    element.append(...parts);
    return element;
  };
  const many = (count, one, more) => `${count} ${count === 1 ? one : more}`;
  // What somebody else wrote, in whichever direction it runs.
  const named = (one) => {
    const name = made("bdi", "", one.name);
    if (!one.page) return name;
    const link = made("a", "", name);
    link.href = `students/${one.page}`;
    return link;
  };
  const minutes = (since) => Math.max(0, Math.floor((Date.now() - since) / 60_000));
  const long = (since) => {
    const passed = minutes(since);
    return passed < 1 ? "< 1 min" : passed < 100 ? `${passed} min` : `${Math.floor(passed / 60)} h`;
  };
  const ago = (since) => (minutes(since) < 1 ? "just now" : `${long(since)} ago`);
  // Times move on while nothing else does.
  const moving = (element, since, write) => {
    element.dataset.since = since;
    element.write = write;
    element.textContent = write(since);
    return element;
  };
  const tick = () => {
    for (const element of document.querySelectorAll("[data-since]")) {
      const text = element.write(Number(element.dataset.since));
      if (text !== element.textContent) element.textContent = text;
    }
  };
  const rem = () => parseFloat(getComputedStyle(document.documentElement).fontSize);
  // Whether the sections stand one below the other, and whether news stand below the others.
  const isNarrow = () => getComputedStyle(at("main")).display === "block";
  const isHalf = () => innerWidth < 70 * rem();
  // Of a list, what fits above this line of the screen; and never fewer than the first three.
  const fit = (all, line) => {
    const items = [...all.children];
    for (const item of items) item.hidden = false;
    if (isNarrow()) return 0;
    const top = scrollY;
    let hidden = 0;
    for (const item of items.slice(3).reverse()) {
      if (item.getBoundingClientRect().bottom + top <= line) break;
      item.hidden = true;
      hidden += 1;
    }
    return hidden;
  };

  // A list is written again only when it says something else, and whoever was at a line of it stays there.
  const list = (section, items, line, limit, rest) => {
    const all = section.querySelector("ol"), quiet = section.querySelector("p.quiet");
    const key = JSON.stringify([items, limit, rest(0)]);
    if (all.key === key) return;
    all.key = key;
    const focused = all.contains(document.activeElement) ? document.activeElement.href : null;
    all.replaceChildren(...items.map(line));
    quiet.textContent = rest(fit(all, limit));
    quiet.hidden = !quiet.textContent;
    if (focused) [...all.querySelectorAll("a")].find((link) => link.href === focused)?.focus();
  };

  const KINDS = {
    stuck: ["fail", "same failure"],
    backwards: ["fail", "a step back"],
    idle: ["blocked", "no change"],
  };
  const several = () => room.labs.length > 1;
  const help = (one) => {
    const [color, kind] = KINDS[one.kind];
    const since = made("span", "waits", moving(made("span", `since ${color}`), one.since, long), made("small", "", kind));
    const who = made("span", "who", named(one));
    const place = [several() ? one.lab : null, one.step].filter(Boolean).join(" · ");
    if (place) who.append(made("small", "", place));
    const what = made("p", "what", one.title ?? "Nothing in the account has changed");
    if (one.kind === "backwards") what.prepend(made("strong", "", "Passed before: "));
    if (one.others) what.append(made("small", "", ` · ${many(one.others, "other", "others")} too`));
    const item = made("li", one.kind, since, who, what);
    if (one.found) {
      const found = made("p", "found", one.found);
      found.title = one.found;
      item.append(found);
    }
    return item;
  };
  const news = (one) => {
    const sign = made("span", "sign pass", "✓");
    sign.setAttribute("aria-hidden", "true");
    const what = made("span", "what");
    const few = one.turned.slice(0, one.turned.length > 4 ? 3 : 4);
    for (const [n, { step, title }] of few.entries()) {
      what.append(n ? " · " : "", made(step ? "strong" : "span", "", title));
    }
    if (few.length < one.turned.length) what.append(` · and ${one.turned.length - few.length} more`);
    return made("li", "", sign, made("span", "who", named(one)), moving(made("time", ""), one.at, ago), what);
  };

  // An event is sent only where it is asked for.
  const every = (labs) => {
    const known = labs.filter((lab) => lab.known);
    const steps = known.flatMap((lab) => lab.steps.map((step) => lab.known - step.judged));
    if (steps.every((unsent) => !unsent)) return "every step";
    const whole = known.some((lab) => lab.steps.some((step) => step.judged < lab.known && step.judged));
    return whole ? "all that was looked at" : "everything but the event";
  };
  const bar = (step, of) => {
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("class", "bar");
    svg.setAttribute("viewBox", `0 0 ${Math.max(1, of)} 10`);
    svg.setAttribute("preserveAspectRatio", "none");
    svg.setAttribute("aria-hidden", "true");
    let x = 0;
    for (const [name, width] of [["p", step.passed], ["f", step.failing], ["u", step.unknown]]) {
      const rect = document.createElementNS(SVG, "rect");
      rect.setAttribute("class", name);
      rect.setAttribute("x", x);
      rect.setAttribute("width", width);
      rect.setAttribute("height", 10);
      svg.append(rect);
      x += width;
    }
    return svg;
  };
  const stand = (lab) => {
    const heading = made("h3", "", lab.id, made("small", "", ` ${lab.through} of ${lab.known} passed ${every([lab])}`));
    heading.title = lab.title;
    const table = made("table", "stand"), body = table.createTBody();
    const head = made("tr", "", ...["Step", "Share", "Passed", "At this step"].map((text) => {
      const cell = made("th", "", text);
      cell.scope = "col";
      return cell;
    }));
    table.createTHead().append(head);
    table.tHead.className = "spoken";
    const most = Math.max(...lab.steps.map((step) => step.here));
    for (const step of lab.steps) {
      const name = made("th", "", step.id);
      name.scope = "row";
      name.title = step.title;
      const row = made("tr", step.here && step.here === most ? "most" : "", name, made("td", "", bar(step, lab.known)));
      if (step.judged || !lab.known) {
        row.append(made("td", "number", `${step.passed} of ${lab.known}`), made("td", "number at", step.here ? `${step.here} here` : ""));
      } else {
        const none = made("td", "number at", "no event sent");
        none.colSpan = 2;
        row.append(none);
      }
      body.append(row);
    }
    const whole = made("div", "lab", heading, table);
    if (lab.common) {
      const text = made("p", "common", made("strong", "", `${lab.common.count} have to fix first: `), lab.common.title);
      whole.append(text);
    }
    return whole;
  };

  const cellOf = (step) => {
    if (!step) return made("td", "cell none");
    const [status, earned, possible] = step;
    const cell = made("td", `cell ${status}`, symbol[status] ?? "");
    cell.append(made("span", "spoken", `${word[status]}, ${earned} of ${possible}`));
    return cell;
  };
  const row = (one) => {
    const number = made("span", "nr", String(one.number));
    const name = made("th", "", number, named(one));
    name.scope = "row";
    name.title = [one.name, one.id, one.closed].filter(Boolean).join(" · ");
    const line = made("tr", one.closed ? "closed" : "", name);
    if (one.closed) name.append(" ", made("span", "chip unknown", "?"), made("span", "spoken", ` not looked at: ${one.closed}`));
    one.labs.forEach((lab, n) => {
      const steps = room.labs[n].steps;
      if (!lab) {
        const none = made("td", "quiet", one.closed ? "cannot be opened" : one.looked ? "" : "not looked at yet");
        none.colSpan = steps.length + 1;
        line.append(none);
        return;
      }
      const points = made("td", "number points", String(lab.points.earned), made("small", "", `/${lab.points.possible}`));
      line.append(points);
      lab.steps.forEach((step, s) => {
        const cell = cellOf(step);
        cell.title = `${steps[s].title}: ${step ? `${word[step[0]]}, ${step[1]} of ${step[2]}` : "no event sent"}`;
        const key = `${one.number} ${n} ${s}`;
        const was = before.get(key);
        if (was !== undefined && was !== "pass" && step?.[0] === "pass") fresh.set(key, Date.now());
        before.set(key, step ? step[0] : "");
        if (Date.now() - (fresh.get(key) ?? 0) < FRESH) cell.classList.add("fresh");
        else fresh.delete(key);
        line.append(cell);
      });
    });
    return line;
  };
  const table = (places, nth) => {
    const whole = made("table", "map"), head = whole.createTHead(), columns = made("colgroup", "", made("col", "name"));
    const labels = made("tr", "", made("th", "", "Account"));
    const labs = made("tr", "", made("td", ""));
    for (const lab of room.labs) {
      const over = made("th", "", lab.id);
      over.scope = "colgroup";
      over.colSpan = lab.steps.length + 1;
      labs.append(over);
      columns.append(made("col", "points"), ...lab.steps.map(() => made("col", "")));
      labels.append(made("th", "number", "Points"));
      for (const step of lab.steps) {
        const label = made("th", "step", made("span", "", step.id));
        label.title = step.title;
        labels.append(label);
      }
    }
    for (const label of labels.cells) label.scope = "col";
    whole.prepend(columns);
    if (several()) head.append(labs);
    head.append(labels);
    const caption = whole.createCaption();
    caption.className = "spoken";
    caption.textContent = `Accounts, part ${nth + 1}`;
    whole.createTBody().append(...places.map(row));
    return whole;
  };
  const everyone = () => {
    const holder = at(".tables");
    const columns = room.labs.reduce((sum, lab) => sum + 4.2 + lab.steps.length * 1.5, 11);
    const width = columns * rem(), gap = 1.75 * rem();
    const beside = Math.max(1, Math.floor((holder.clientWidth + gap) / (width + gap)));
    const tables = Math.max(1, Math.min(beside, Math.ceil(room.places.length / 8)));
    const length = Math.ceil(room.places.length / tables);
    // That somebody was looked at again changes nothing here.
    const shown = JSON.stringify(room.places, (name, value) => (name === "looked" ? value !== null : name === "active" ? 0 : value));
    const key = JSON.stringify([room.labs.map((lab) => [lab.id, lab.steps.map((s) => s.id)]), shown, tables, [...fresh.keys()]]);
    if (holder.key === key) return;
    const focused = holder.contains(document.activeElement) ? document.activeElement.href : null;
    const parts = Array.from({ length: tables }, (_, n) => room.places.slice(n * length, (n + 1) * length));
    holder.replaceChildren(...parts.filter((part) => part.length).map(table));
    // One of a few has the width that it needs, and not the screen's.
    for (const one of holder.children) one.style.maxWidth = `${columns * 1.35}rem`;
    holder.key = key;
    if (focused) [...holder.querySelectorAll("a")].find((link) => link.href === focused)?.focus();
  };

  const show = () => {
    const looked = room.places.filter((one) => !one.closed && one.looked).map((one) => one.looked);
    const oldest = Math.min(...looked);
    const told = [
      many(room.accounts, "account", "accounts"),
      `${room.through} passed ${every(room.labs)}`,
      room.help.length + room.more ? `${room.help.length + room.more} need${room.help.length + room.more === 1 ? "s" : ""} help` : null,
      room.waiting ? `${room.waiting} not looked at yet` : null,
      room.closed ? `${room.closed} cannot be opened` : null,
      looked.length && Date.now() - oldest > 2_000 * room.every + 60_000 ? `the oldest look was ${ago(oldest)}` : null,
      room.not_handed_in ? `${room.not_handed_in} not handed in` : null,
    ];
    const text = told.filter(Boolean).join(" · ");
    if (facts.textContent !== text) facts.textContent = text;
    const nobody = room.waiting === room.accounts ? "The accounts are being looked at for the first time." : "Nobody, as far as is known.";
    const others = (hidden) => (room.more + hidden ? `and ${room.more + hidden} more` : room.help.length ? "" : nobody);
    list(at("#help"), room.help, help, innerHeight * (isHalf() ? 0.93 : 0.62), others);
    // What one look has shown of one account is one line.
    const all = [];
    for (const one of room.news) {
      const last = all.at(-1);
      if (last && last.number === one.number && last.at === one.at) last.turned.push(one);
      else all.push({ name: one.name, number: one.number, at: one.at, turned: [one] });
    }
    const stands = at("#stands div"), key = JSON.stringify(room.labs);
    if (stands.key !== key) {
      stands.key = key;
      stands.replaceChildren(...room.labs.map(stand));
    }
    list(at("#news"), all, news, innerHeight * (isHalf() ? 0.98 : 0.62), () => (all.length ? "" : "Nothing in the last minutes."));
    everyone();
  };

  let heard = null;
  const listen = new EventSource(source ?? "/edemlab/live");
  listen.onopen = () => { ended.hidden = true; };
  listen.onmessage = ({ data }) => {
    const next = JSON.parse(data);
    if (room && next.news.length && next.news[0].at > (room.news[0]?.at ?? 0)) {
      const one = next.news[0];
      said.textContent = `${one.name}: ${one.title} is right`;
    }
    room = next;
    heard = new Date();
    show();
  };
  listen.onerror = () => {
    const time = (heard ?? new Date()).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
    ended.textContent = `edemlab does not look any more. This is what was known at ${time}.`;
    ended.hidden = false;
  };
  setInterval(() => { tick(); if (room) everyone(); }, 5_000);
  addEventListener("resize", () => { if (room) show(); });
}
