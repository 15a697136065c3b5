// Finds records by number, name or telephone number. The list is loaded when someone begins to search.
(() => {
  "use strict";
  const form = document.getElementById("search");
  if (!form) return;
  const box = form.querySelector("input");
  const list = document.getElementById("hits");
  const told = document.getElementById("hit-count");
  const plain = text => text.normalize("NFKC").toLowerCase().replace(/[\s-]+/g, "");
  const MOST = 50;
  let kinds = null;
  window.aftercareRecords = all => {
    kinds = all.map(k => ({ kind: k.kind, rows: k.rows.map(r => ({ r, text: plain(r[0] + " " + r[1]) })) }));
    apply();
  };
  let asked = false;
  const load = () => {
    if (asked) return;
    asked = true;
    const script = document.createElement("script");
    script.src = form.dataset.records;
    document.head.append(script);
  };
  const apply = () => {
    list.replaceChildren();
    const wanted = plain(box.value);
    told.textContent = "";
    if (!wanted || !kinds) return;
    let count = 0;
    for (const { kind, rows } of kinds) {
      for (const { r, text } of rows) {
        if (!text.includes(wanted)) continue;
        count += 1;
        if (count > MOST) continue;
        const item = document.createElement("li");
        const page = r[2].endsWith(".html");
        const head = document.createElement(page ? "a" : "strong");
        if (page) head.href = form.dataset.home + r[2];
        head.textContent = r[0];
        const about = document.createElement("span");
        about.textContent = r[1];
        const where = document.createElement("span");
        where.className = "quiet";
        where.textContent = page ? kind : kind + "　" + r[2];
        item.append(head, about, where);
        list.append(item);
      }
    }
    told.textContent = form.dataset.of.replace("{}", count);
  };
  box.addEventListener("focus", load);
  box.addEventListener("input", () => { load(); apply(); });
  form.addEventListener("submit", event => event.preventDefault());
  form.hidden = false;
})();
