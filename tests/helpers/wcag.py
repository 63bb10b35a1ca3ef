"""What axe finds on a page by the rules of WCAG 2.1, levels A and AA."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.base import AXE_SCRIPT

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]
# Of many table rows that are alike in all that axe judges the first five are judged: on 732 rows it works for a minute.
# Alike are the elements, their attributes, classes, styles and roles, and whether a text or name is there or empty; a
# row with an id is like no other.
_JUDGE = """async (tags) => {
  const names = new Set(["class", "style", "role", "scope", "type", "tabindex", "lang", "dir"]);
  const judged = (name) => names.has(name) || (name.startsWith("aria-") && name !== "aria-label");
  const shape = (element) => [
    element.tagName,
    ...[...element.attributes].map(({ name, value }) => `${name}=${judged(name) ? value : value.trim() !== ""}`),
    element.textContent.trim() !== "",
    ...[...element.children].map(shape),
  ].join(" ");
  const whole = [...document.querySelectorAll("tbody")].map((body) => [body, [...body.rows]]);
  for (const [body, rows] of whole) {
    const seen = new Map();
    const first = rows.filter((row) => {
      if (rows.length < 50 || row.matches("[id], :has([id])")) return true;
      const key = shape(row);
      seen.set(key, (seen.get(key) ?? 0) + 1);
      return seen.get(key) <= 5;
    });
    if (first.length < rows.length) body.replaceChildren(...first);
  }
  const found = await axe.run({ runOnly: { type: "tag", values: tags }, resultTypes: ["violations"] });
  for (const [body, rows] of whole) if (body.rows.length < rows.length) body.replaceChildren(...rows);
  return { passes: found.passes.length, violations: found.violations };
}"""


def violations(page: Any) -> list[str]:
    """What axe finds, one line per element."""
    if page.evaluate("typeof window.axe") == "undefined":
        page.evaluate(AXE_SCRIPT)
    judged = page.evaluate(_JUDGE, RULES)
    assert judged["passes"] > 10
    return [
        f"{one['id']}: {node['target']} {node['failureSummary']}"
        for one in judged["violations"]
        for node in one["nodes"]
    ]
