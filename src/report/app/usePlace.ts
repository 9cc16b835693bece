// Follows the address, and gives each place in the history back the scroll position that it was left with.
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { type Place, placeOf } from "./place.js";

export function usePlace(): Place {
  const [hash, setHash] = useState(location.hash);
  const [place, setPlace] = useState(() => placeOf(location.hash));
  const scrolls = useRef(new Map<string, number>());
  const last = useRef({ hash, byLink: false });

  useEffect(() => {
    const remember = () => scrolls.current.set(last.current.hash, scrollY);
    const clicked = (event: Event) => {
      const link = event.target instanceof Element ? event.target.closest('a[href^="#"]') : null;
      if (link !== null) last.current.byLink = true;
    };
    const follow = () => {
      setHash(location.hash);
      setPlace(placeOf(location.hash));
    };
    addEventListener("scroll", remember, { passive: true });
    document.addEventListener("click", clicked, true);
    addEventListener("hashchange", follow);
    return () => {
      removeEventListener("scroll", remember);
      document.removeEventListener("click", clicked, true);
      removeEventListener("hashchange", follow);
    };
  }, []);

  useLayoutEffect(() => {
    const before = placeOf(last.current.hash);
    const { byLink } = last.current;
    last.current = { hash, byLink: false };
    const stays = before.view === place.view && before.subject === place.subject && before.run === place.run;
    if (stays) return;
    scrollTo(0, byLink ? 0 : (scrolls.current.get(hash) ?? 0));
  }, [hash, place]);
  return place;
}
