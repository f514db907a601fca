
"use strict";
// Before the rows are read: what is not on the first page is then never laid out.
document.documentElement.classList.add("js");

addEventListener("DOMContentLoaded", () => {
  const ROWS_A_PAGE = 100;
  const $ = (id) => document.getElementById(id);
  const table = $("agents"), body = table.tBodies[0];
  const form = document.querySelector("form"), nav = document.querySelector("nav");
  const GROUP = 1, PROFILE = 2, STATE = table.tHead.rows[0].cells.length - 1;
  const inOrder = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" }).compare;
  const number = new Intl.NumberFormat("en").format;

  let rows = [...body.rows], matching = rows, page = 0;
  const shown = new Set(rows.slice(0, ROWS_A_PAGE));

  // Read when they are first needed: most readers never sort by most columns.
  const texts = new Map();
  const text = (row, column) => {
    if (!texts.has(column)) texts.set(column, new Map());
    const known = texts.get(column);
    if (!known.has(row)) known.set(row, row.cells[column].textContent);
    return known.get(row);
  };
  const whole = new Map();
  const wholeText = (row) => {
    if (!whole.has(row)) whole.set(row, [...row.cells].map((each) => each.textContent).join("\n").toLowerCase());
    return whole.get(row);
  };

  const show = () => {
    const first = page * ROWS_A_PAGE, onPage = matching.slice(first, first + ROWS_A_PAGE);
    for (const row of shown) row.classList.remove("on");
    shown.clear();
    for (const row of onPage) { row.classList.add("on"); shown.add(row); }
    const pages = Math.max(1, Math.ceil(matching.length / ROWS_A_PAGE));
    nav.hidden = pages === 1;
    $("nothing").hidden = matching.length > 0;
    table.hidden = matching.length === 0;
    $("place").textContent = `Page ${number(page + 1)} of ${number(pages)}`;
    $("back").setAttribute("aria-disabled", page === 0);
    $("next").setAttribute("aria-disabled", page === pages - 1);
    const agents = rows.length === 1 ? "agent" : "agents";
    const range = pages > 1 ? `, ${number(first + 1)} to ${number(first + onPage.length)} shown` : "";
    $("count").textContent = matching.length === rows.length
      ? `${number(rows.length)} ${agents}${range}`
      : `${number(matching.length)} of ${number(rows.length)} ${agents} match${range}`;
  };

  const filter = () => {
    const words = $("find").value.toLowerCase().split(/\s+/).filter(Boolean);
    const group = $("group").value, profile = $("profile").value, state = $("state").value;
    matching = rows.filter((row) => {
      const matches = (!state || row.dataset.s === state)
        && (!group || text(row, GROUP) === group)
        && (!profile || text(row, PROFILE) === profile)
        && words.every((word) => wholeText(row).includes(word));
      row.classList.toggle("out", !matches);
      return matches;
    });
    page = 0;
    show();
  };

  const turn = (to) => {
    if (to < 0 || to * ROWS_A_PAGE >= matching.length) return;
    page = to;
    show();
    $("list").scrollIntoView();
  };

  const sort = (head, column) => {
    const down = head.getAttribute("aria-sort") === "ascending";
    for (const each of table.tHead.rows[0].cells) each.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    const sign = down ? -1 : 1;
    const compare = column === STATE
      ? (a, b) => a.dataset.s - b.dataset.s || inOrder(text(a, 0), text(b, 0))
      : (a, b) => inOrder(text(a, column), text(b, column));
    rows.sort((a, b) => sign * compare(a, b));
    body.append(...rows);
    filter();
  };

  const withButton = (cell, onClick) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...cell.childNodes);
    button.addEventListener("click", onClick);
    cell.append(button);
  };

  [...table.tHead.rows[0].cells].forEach((head, column) => withButton(head, () => sort(head, column)));
  table.tHead.rows[0].cells[0].setAttribute("aria-sort", "ascending");

  document.querySelectorAll(".teams").forEach((teams, kind) => {
    const select = $(kind === 0 ? "group" : "profile");
    for (const team of teams.tBodies[0].rows) {
      const name = team.cells[0].textContent;
      select.add(new Option(name, name));
      withButton(team.cells[0], () => {
        form.reset();
        select.value = name;
        filter();
        $("list").scrollIntoView();
        $("list").focus({ preventScroll: true });
      });
    }
  });

  let waiting;
  $("find").addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(filter, 150); });
  for (const id of ["group", "profile", "state"]) $(id).addEventListener("change", filter);
  form.addEventListener("submit", (event) => { event.preventDefault(); filter(); });
  form.addEventListener("reset", () => setTimeout(filter));
  $("back").addEventListener("click", () => turn(page - 1));
  $("next").addEventListener("click", () => turn(page + 1));

  const key = document.querySelector(".key");
  let wasOpen;
  addEventListener("beforeprint", () => { wasOpen = key.open; key.open = true; });
  addEventListener("afterprint", () => { key.open = wasOpen; });

  form.hidden = false;
  show();
});
