// Sorting, searching and filtering of the table. Without it the table stands as it is, best first, and every link works.
(function () {
  "use strict";
  var form = document.getElementById("tools");
  var table = document.getElementById("models");
  var body = table.tBodies[0];
  var rows = Array.prototype.slice.call(body.rows);
  var count = document.getElementById("count");
  var words = count.getAttribute("data-words");
  var heads = Array.prototype.slice.call(table.tHead.rows[0].cells);
  var fields = ["q", "verdict", "license", "developer"];
  var state = { sort: "", dir: "" };
  rows.forEach(function (row, place) { row.place = place; row.text = row.textContent.toLowerCase(); });

  function key(row) {
    if (state.sort === "verdict") { return Number(row.getAttribute("data-rank")); }
    if (state.sort === "score") { return Number(row.getAttribute("data-score")); }
    return row.getAttribute("data-" + state.sort).toLowerCase();
  }

  function show() {
    var wanted = form.elements;
    var parts = wanted.q.value.toLowerCase().split(/\s+/);
    var shown = 0;
    rows.forEach(function (row) {
      var fits = parts.every(function (part) { return row.text.indexOf(part) >= 0; }) &&
        ["verdict", "license", "developer"].every(function (name) {
          return !wanted[name].value || row.getAttribute("data-" + name) === wanted[name].value;
        });
      row.hidden = !fits;
      if (fits) { shown += 1; }
    });
    var sorted = rows.slice();
    if (state.sort) {
      var sign = state.dir === "desc" ? -1 : 1;
      sorted.sort(function (one, other) {
        var a = key(one), b = key(other);
        return a < b ? -sign : a > b ? sign : one.place - other.place;
      });
    }
    sorted.forEach(function (row) { body.appendChild(row); });
    heads.forEach(function (head) {
      var on = head.getAttribute("data-sort") === state.sort;
      if (on) { head.setAttribute("aria-sort", state.dir === "desc" ? "descending" : "ascending"); } else { head.removeAttribute("aria-sort"); }
    });
    count.textContent = words.replace("%1", String(shown)).replace("%2", String(rows.length));
  }

  function remember() {
    var query = new URLSearchParams();
    fields.forEach(function (name) { if (form.elements[name].value) { query.set(name, form.elements[name].value); } });
    if (state.sort) { query.set("sort", state.sort); query.set("dir", state.dir); }
    var text = query.toString();
    try { history.replaceState(null, "", location.pathname + (text ? "?" + text : "") + location.hash); } catch (ignored) { /* a file opened from disk */ }
    // A verdict of one framework means nothing in another.
    query.delete("verdict");
    text = query.toString();
    Array.prototype.forEach.call(document.querySelectorAll("a.tab"), function (tab) {
      tab.setAttribute("href", tab.getAttribute("href").split("?")[0] + (text ? "?" + text : ""));
    });
  }

  function change() { show(); remember(); }

  heads.forEach(function (head) {
    var button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    head.textContent = "";
    head.appendChild(button);
    button.addEventListener("click", function () {
      var name = head.getAttribute("data-sort");
      var first = name === "score" || name === "date" ? "desc" : "asc";
      state.dir = state.sort !== name ? first : state.dir === "asc" ? "desc" : "asc";
      state.sort = name;
      change();
    });
  });
  var asked = new URLSearchParams(location.search);
  fields.forEach(function (name) { if (asked.has(name)) { form.elements[name].value = asked.get(name); } });
  if (heads.some(function (head) { return head.getAttribute("data-sort") === asked.get("sort"); })) {
    state.sort = asked.get("sort");
    state.dir = asked.get("dir") === "desc" ? "desc" : "asc";
  }
  form.addEventListener("input", change);
  form.addEventListener("submit", function (event) { event.preventDefault(); });
  form.addEventListener("reset", function () { state.sort = ""; setTimeout(change, 0); });
  form.hidden = false;
  change();
})();
