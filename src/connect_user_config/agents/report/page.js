
"use strict";
// Before the rows are read: what is not on the first page is never laid out.
document.documentElement.classList.add("reading");

addEventListener("DOMContentLoaded", () => {
  const ROWS_A_PAGE = 100;
  const $ = (id) => document.getElementById(id);
  const table = $("agents"), body = table.tBodies[0];
  const form = document.querySelector("form"), nav = document.querySelector("nav");
  const GROUP = 1, PROFILE = 2, STATE = table.tHead.rows[0].cells.length - 1;
  const inOrder = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" }).compare;
  const number = new Intl.NumberFormat("en").format;

  let rows = [...body.rows], matching = rows, page = 0;

  // Read when they are first needed: most readers never sort, and nobody sorts by each column.
  const remembered = (read) => {
    const known = new Map();
    return (row) => known.get(row) ?? known.set(row, read(row)).get(row);
  };
  const columns = [...table.tHead.rows[0].cells].map((_, place) => remembered((row) => row.cells[place].textContent.trim()));
  const text = (row, column) => columns[column](row);
  const wholeText = remembered((row) => [...row.cells].map((each) => each.textContent).join("\n").toLowerCase());

  // Told beside the count, so that paper says what was left out.
  const filters = () => [...form.elements]
    .filter((field) => field.value && field.labels.length)
    .map((field) => `${field.labels[0].textContent} “${field.selectedOptions?.[0].textContent ?? field.value}”`);

  const show = () => {
    const first = page * ROWS_A_PAGE, onPage = matching.slice(first, first + ROWS_A_PAGE);
    // Only these are in the document: neither layout nor a screen reader has to do with the others.
    body.replaceChildren(...onPage);
    const pages = Math.max(1, Math.ceil(matching.length / ROWS_A_PAGE));
    nav.hidden = pages === 1;
    $("nothing").hidden = matching.length > 0;
    table.hidden = matching.length === 0;
    $("place").textContent = `Page ${number(page + 1)} of ${number(pages)}`;
    $("back").setAttribute("aria-disabled", page === 0);
    $("next").setAttribute("aria-disabled", page === pages - 1);
    const agents = `${number(rows.length)} ${rows.length === 1 ? "agent" : "agents"}`;
    const range = document.createElement("span");
    range.className = "range";
    range.textContent = pages > 1 ? `, ${number(first + 1)} to ${number(first + onPage.length)} shown` : "";
    const wanted = filters().join(", ");
    $("count").replaceChildren(wanted ? `${number(matching.length)} of ${agents}: ${wanted}` : agents, range);
  };

  const filter = () => {
    const words = $("find").value.toLowerCase().split(/\s+/).filter(Boolean);
    const group = $("group").value, profile = $("profile").value, state = $("state").value;
    matching = rows.filter((row) => (!state || row.dataset.s === state)
      && (!group || text(row, GROUP) === group)
      && (!profile || text(row, PROFILE) === profile)
      && words.every((word) => wholeText(row).includes(word)));
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
      const name = team.cells[0].textContent.trim();
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
  addEventListener("beforeprint", () => {
    wasOpen = key.open;
    key.open = true;
    body.replaceChildren(...matching);
  });
  addEventListener("afterprint", () => {
    key.open = wasOpen;
    show();
  });

  form.hidden = rows.length === 0;
  show();
  document.documentElement.classList.remove("reading");
});
