// Filters as switches with the number of instances that each would leave.
import { useLinks, usePage } from "../page.js";
import { FILTERS, searched, shownBy } from "./order.js";

export function Filters() {
  const { run, place } = usePage();
  const links = useLinks();
  const rows = searched(run.instances, place);
  const on = shownBy(place);
  return (
    <ul class="chips" aria-label="Filters">
      {FILTERS.map(({ id, word, title, keeps }) => {
        const active = on.includes(id);
        const left = rows.filter(keeps).length;
        if (left === 0 && !active) return null;
        const show = active ? on.filter((one) => one !== id) : [...on, id];
        return (
          <li key={id}>
            <a
              class="chip"
              href={links.params({ show: show.join(",") })}
              aria-current={active ? "true" : undefined}
              title={title}
            >
              {word} <span class="number">{left}</span>
            </a>
          </li>
        );
      })}
      {on.length > 0 && (
        <li>
          <a class="chip clear" href={links.params({ show: "" })}>
            clear
          </a>
        </li>
      )}
    </ul>
  );
}
