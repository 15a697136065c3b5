// Filters the rows of a page's table as one types. Without it every row is there to be read.
(() => {
  "use strict";
  const form = document.getElementById("filter");
  const table = document.getElementById("findings");
  if (!form || !table) return;
  const rows = [...table.tBodies[0].rows].map(row => ({ row, text: row.textContent.normalize("NFKC").toLowerCase() }));
  const words = document.getElementById("q");
  const rule = document.getElementById("rule");
  const shown = document.getElementById("shown");
  const apply = () => {
    const wanted = words.value.normalize("NFKC").toLowerCase().split(/\s+/).filter(Boolean);
    const levels = new Set([...form.querySelectorAll("input[name=level]")].filter(b => b.checked).map(b => b.value));
    let count = 0;
    for (const { row, text } of rows) {
      const on = wanted.every(w => text.includes(w))
        && (!rule || !rule.value || row.dataset.rule === rule.value)
        && (!row.dataset.level || levels.has(row.dataset.level));
      row.hidden = !on;
      count += on;
    }
    let fill = [count, rows.length];
    shown.textContent = shown.dataset.of.replace(/\{\}/g, () => fill.shift());
  };
  form.addEventListener("input", apply);
  form.addEventListener("submit", event => event.preventDefault());
  form.hidden = false;
  apply();
})();
