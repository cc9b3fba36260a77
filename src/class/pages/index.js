"use strict";
// Sorts and filters the table that is there without it, and moves through its cells with the arrow keys.
{
  const byId = (id) => document.getElementById(id);
  const body = byId("map").tBodies[0];
  const columns = [...byId("map").tHead.rows[1].cells];
  const people = [...body.rows].map((row, place) => ({
    row,
    place,
    is: new Set(row.dataset.s.split(" ")),
    text: `${row.cells[0].textContent} ${row.cells[0].querySelector("a").title}`.toLowerCase(),
  }));
  const text = byId("text"), status = byId("status"), said = byId("said"), all = byId("all");
  const shows = [...document.querySelectorAll("[data-show]")];
  let shown = null;

  // From worst to best, as a step's cells are sorted.
  const classes = ["f4", "f3", "f2", "f1", "unknown", "blocked", "later", "unrecognized", "pass"];
  const value = (person, column) => {
    const cell = person.row.cells[column];
    if (column === 0) return person.text;
    if ("v" in cell.dataset) return cell.dataset.v === "" ? null : Number(cell.dataset.v);
    const place = classes.indexOf(cell.className);
    return place < 0 ? null : place * 10000 + Number(cell.querySelector("small")?.textContent ?? 0);
  };
  const compare = new Intl.Collator(undefined, { numeric: true }).compare;
  const sort = (column, descending) => {
    const values = new Map(people.map((person) => [person, value(person, column)]));
    people.sort((a, b) => {
      const [one, other] = [values.get(a), values.get(b)];
      // Who has no value comes last, in either direction.
      if (one === null || other === null) return (one === null) - (other === null) || a.place - b.place;
      const order = typeof one === "string" ? compare(one, other) : one - other;
      return (descending ? -order : order) || a.place - b.place;
    });
    body.append(...people.map((person) => person.row));
    for (const heading of columns) heading.removeAttribute("aria-sort");
    columns[column].setAttribute("aria-sort", descending ? "descending" : "ascending");
  };
  columns.forEach((heading, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...heading.childNodes);
    heading.append(button);
    button.addEventListener("click", () => sort(column, heading.getAttribute("aria-sort") === "ascending"));
  });

  // One stop of the Tab key for all cells; arrows move between them.
  const steps = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
  let current = null;
  const enter = (link) => {
    if (current) current.tabIndex = -1;
    current = link;
    current.tabIndex = 0;
  };
  for (const link of body.querySelectorAll("a")) link.tabIndex = -1;
  if (people.length > 0) enter(people[0].row.querySelector("a"));
  // What a sign means, also for those who point at it.
  body.addEventListener("mouseover", ({ target }) => {
    if (target.ariaLabel) target.title = target.ariaLabel;
  });
  body.addEventListener("focusin", (event) => { if (event.target.matches("a")) enter(event.target); });
  body.addEventListener("keydown", (event) => {
    const step = steps[event.key];
    const cell = event.target.closest("td, th");
    if (!step || !cell || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    let row = cell.parentElement, column = cell.cellIndex, link = null;
    while (!link) {
      if (step[0]) {
        do row = step[0] > 0 ? row.nextElementSibling : row.previousElementSibling; while (row && row.hidden);
      }
      column += step[1];
      if (!row || !row.cells[column]) return;
      link = row.cells[column].querySelector("a");
    }
    link.focus();
  });

  const filter = () => {
    const wanted = text.value.trim().toLowerCase();
    let number = 0;
    for (const person of people) {
      const fits = person.text.includes(wanted)
        && (!status.value || person.is.has(status.value))
        && (!shown || person.is.has(shown.dataset.show));
      person.row.hidden = !fits;
      number += fits;
    }
    for (const button of shows) button.setAttribute("aria-pressed", String(button === shown));
    said.textContent = `${number} of ${people.length} students${shown ? ` ${shown.dataset.what}` : ""}`;
    all.hidden = !(wanted || status.value || shown);
    byId("nobody").hidden = number > 0;
    // The Tab key finds its way to what is left.
    const first = body.querySelector("tr:not([hidden]) a");
    if (first && current?.closest("tr").hidden) enter(first);
  };
  const reset = () => {
    text.value = "";
    status.value = "";
    shown = null;
    filter();
  };
  text.addEventListener("input", filter);
  status.addEventListener("change", filter);
  all.addEventListener("click", () => { reset(); text.focus(); });
  byId("tools").addEventListener("keydown", (event) => { if (event.key === "Escape") reset(); });
  for (const button of shows) {
    button.hidden = false;
    button.addEventListener("click", () => {
      shown = button === shown ? null : button;
      filter();
      if (shown) byId("students").scrollIntoView();
    });
  }

  byId("tools").hidden = false;
  filter();
}
