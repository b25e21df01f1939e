// Keeps the page current: asks every two seconds, and leaves alone what a person has opened.
const pause = 2000;

async function refresh() {
  try {
    const answer = await fetch(location.href, { cache: "no-store" });
    const there = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("main");
    const here = document.querySelector("main");
    if (there && there.dataset.version !== here.dataset.version) {
      const opened = [...here.querySelectorAll("details[data-key][open]")].map((one) => one.dataset.key);
      for (const one of there.querySelectorAll("details[data-key]")) one.open = opened.includes(one.dataset.key);
      here.replaceWith(there);
    }
    document.body.classList.remove("gone");
  } catch {
    document.body.classList.add("gone");
  }
  setTimeout(refresh, pause);
}

setTimeout(refresh, pause);
