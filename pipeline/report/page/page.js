"use strict";
(() => {
  for (const button of document.querySelectorAll("[data-tab]"))
    button.addEventListener("click", () => {
      for (const other of document.querySelectorAll("[data-tab]")) {
        other.setAttribute("aria-pressed", String(other === button));
        document.getElementById(other.dataset.tab).hidden = other !== button;
      }
    });
  addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((d, i) => { d.open = i < 12; }));

  const { signals, margins } = JSON.parse(document.getElementById("data").textContent);
  if (!signals.length) return;
  const at = (id) => document.getElementById(id);
  const signalBox = at("signal"), groupBox = at("group"), sideBox = at("side"), slider = at("threshold");
  let W = 520;
  const H = 250, L = 46, R = 10, T = 14, B = 34;
  const many = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
  const short = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });
  const nice = (v) => Math.abs(v) >= 1000 ? short.format(v) : String(Number(v.toPrecision(3)));
  const share = (v) => (v * 100).toFixed(v > 0.9995 && v < 1.0005 ? 0 : 1) + " %";
  const svg = (name, attributes, text) => {
    const node = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const key in attributes) node.setAttribute(key, attributes[key]);
    if (text !== undefined) node.textContent = text;
    return node;
  };
  const html = (name, kind, text) => {
    const node = document.createElement(name);
    if (kind) node.className = kind;
    if (text !== undefined) node.textContent = text;
    return node;
  };
  const option = (value, text) => { const o = html("option", "", text); o.value = value; return o; };
  const full = (counts, n) => Array.from({ length: n }, (_, i) => counts[i] || 0);
  const bins = (signal) => signal.ends.length - 1;
  // bins are drawn equally wide: on a logarithmic axis their ends are powers
  const place = (signal, value) => {
    const e = signal.ends, n = bins(signal);
    if (value <= e[0]) return 0;
    if (value >= e[n]) return n;
    let i = 0;
    while (i < n - 1 && e[i + 1] <= value) i++;
    return i + (value - e[i]) / (e[i + 1] - e[i]);
  };
  const x = (signal, position) => L + (position / bins(signal)) * (W - L - R);

  const range = (signal, i) => {
    const from = signal.ends[i], to = signal.ends[i + 1] - (signal.whole ? 1 : 0);
    return from === to ? nice(from) : `${nice(from)} to ${nice(to)}`;
  };

  function canvas(label) {
    return svg("svg", { viewBox: `0 0 ${W} ${H}`, role: "img", "aria-label": label });
  }
  // round numbers: powers of ten on a logarithmic axis, else 1, 2 or 5 times one
  function round(signal) {
    const e = signal.ends, last = e[e.length - 1], found = [];
    if (signal.log) {
      const steps = last > 2000 ? [1] : [1, 3];
      for (let power = 1; power <= last; power *= 10) for (const step of steps) if (power * step <= last) found.push(power * step);
      return [0, ...found];
    }
    const room = (last - e[0]) / 5, power = 10 ** Math.floor(Math.log10(room));
    let step = power * [1, 2, 5, 10].find((k) => k * power >= room * 0.999);
    if (signal.whole) step = Math.max(1, Math.round(step));
    const end = signal.whole ? last - 0.5 : last + step * 1e-9; // the last whole number is in the bin before its end
    for (let k = Math.ceil(e[0] / step - 1e-9); k * step <= end; k++) found.push(k * step);
    return found;
  }
  function ticks(root, signal) {
    root.append(svg("line", { class: "axis", x1: L, x2: W - R, y1: H - B, y2: H - B }));
    const centre = signal.whole && !signal.log ? 0.5 : 0; // a whole number is the middle of its bin
    let free = -1;
    for (const value of round(signal)) {
      const wide = place(signal, value + 1) - place(signal, value), words = nice(value);
      const p = x(signal, place(signal, value) + (centre && wide >= 1 ? centre * wide : 0)), half = words.length * 3.6;
      if (p - half < free || p > W - R + 1) continue;
      root.append(svg("line", { class: "axis", x1: p, x2: p, y1: H - B, y2: H - B + 4 }));
      root.append(svg("text", { x: Math.min(p, W - half), y: H - B + 18, "text-anchor": "middle" }, words));
      free = p + half + 6;
    }
  }
  function today(root, signal) {
    for (const rule of signal.rules) {
      if (rule.bound === null) continue;
      const p = x(signal, place(signal, rule.edge)), right = p > W * 0.7;
      root.append(svg("line", { class: "today", x1: p, x2: p, y1: T - 4, y2: H - B }));
      root.append(svg("text", { class: "today", x: p + (right ? -5 : 5), y: T + 6, "text-anchor": right ? "end" : "start" }, `${rule.low ? "≥" : "≤"} ${nice(rule.bound)}`));
    }
  }
  function distribution(signal, group) {
    const n = bins(signal), [k, , a, , o] = group.map((c) => full(c, n));
    const top = Math.max(1, ...k.map((v, i) => v + a[i] + o[i]));
    // square roots keep small bins visible beside a high one
    const y = (v) => Math.sqrt(v / top) * (H - T - B);
    const root = canvas(`Distribution of ${signal.name}`), width = (W - L - R) / n;
    for (let i = 0; i < n; i++) {
      let sum = 0;
      for (const [counts, kind] of [[k, "area-kept"], [a, "area-alone"], [o, "area-other"]]) {
        if (!counts[i]) continue;
        const from = y(sum), to = y(sum + counts[i]);
        const bar = svg("rect", { class: kind, x: L + i * width + 0.6, width: Math.max(width - 1.2, 0.6), y: H - B - to, height: Math.max(to - from, 0.6) });
        bar.append(svg("title", {}, `${range(signal, i)}: ${many.format(k[i])} kept, ${many.format(a[i])} dropped by this alone, ${many.format(o[i])} for other reasons`));
        root.append(bar);
        sum += counts[i];
      }
    }
    for (const part of [1, 0.25]) {
      const power = 10 ** Math.floor(Math.log10(top * part)), v = Math.max(1, power * [5, 2, 1].find((k) => k * power <= top * part));
      root.append(svg("line", { class: "axis", x1: L - 4, x2: L, y1: H - B - y(v), y2: H - B - y(v) }));
      root.append(svg("text", { x: L - 6, y: H - B - y(v) + 4, "text-anchor": "end" }, short.format(v)));
    }
    ticks(root, signal); today(root, signal);
    return root;
  }
  // what is kept with the bound at each end of a bin: [documents, kB], as shares of what is kept today
  function curve(signal, group, side) {
    const n = bins(signal), [k, kb, a, ab] = group.map((c) => full(c, n));
    const rule = signal.rules[side.rule], low = side.low, later = rule ? rule.later : 1;
    const edge = rule && rule.bound !== null ? place(signal, rule.edge) : low ? 0 : n;
    const outside = (i) => (low ? i + 0.5 < edge : i + 0.5 > edge);
    const now = [k, kb].map((c) => c.reduce((s, v) => s + v, 0));
    const found = [];
    for (let t = 0; t <= n; t++) {
      let documents = 0, text = 0;
      for (let i = 0; i < n; i++) {
        if (low ? i < t : i >= t) continue;
        documents += k[i] + (rule && outside(i) ? a[i] * later : 0);
        text += kb[i] + (rule && outside(i) ? ab[i] * later : 0);
      }
      found.push([documents / Math.max(now[0], 1), text / Math.max(now[1], 1), documents]);
    }
    return { found, edge, later, low, rule };
  }
  function retention(signal, group, side) {
    const made = curve(signal, group, side), n = bins(signal);
    const top = Math.max(1.05, ...made.found.map((v) => Math.max(v[0], v[1]))) * 1.04;
    const y = (v) => H - B - (v / top) * (H - T - B);
    const root = canvas(`Kept documents against a threshold of ${signal.name}`);
    for (const v of [0, 0.5, 1]) {
      root.append(svg("line", { class: "axis", x1: L, x2: W - R, y1: y(v), y2: y(v) }));
      root.append(svg("text", { x: L - 6, y: y(v) + 4, "text-anchor": "end" }, v * 100 + " %"));
    }
    for (const [which, kind] of [[1, "curve-text"], [0, "curve-docs"]])
      root.append(svg("path", { class: kind, d: made.found.map((v, i) => `${i ? "L" : "M"}${x(signal, i).toFixed(1)} ${y(v[which]).toFixed(1)}`).join("") }));
    ticks(root, signal); today(root, signal);
    const guide = svg("line", { class: "guide", y1: T, y2: H - B });
    root.append(guide);
    const show = (t) => {
      guide.setAttribute("x1", x(signal, t)); guide.setAttribute("x2", x(signal, t));
      const [d, b, count] = made.found[t], looser = made.low ? t < made.edge : t > made.edge;
      const words = at("readout");
      words.replaceChildren(html("b", "", `${signal.name} ${made.low ? "≥" : "≤"} ${nice(signal.whole && !made.low ? signal.ends[t] - 1 : signal.ends[t])}`), `: ${many.format(count)} documents (${share(d)} of today's), ${share(b)} of the text.`);
      if (made.rule && looser) words.append(` An estimate: of what it lets pass, about ${Math.round(made.later * 100)} % pass the later steps too.`);
    };
    root.addEventListener("pointermove", (event) => {
      const box = root.getBoundingClientRect(), p = ((event.clientX - box.left) / box.width) * W;
      slider.value = Math.max(0, Math.min(n, Math.round(((p - L) / (W - L - R)) * n)));
      show(Number(slider.value));
    });
    slider.max = n;
    slider.value = Math.round(made.edge);
    slider.oninput = () => show(Number(slider.value));
    show(Number(slider.value));
    return root;
  }
  // a value next to a bound is not rounded to it
  function value(signal, m) {
    if (m.measured === null) return "";
    const rounded = nice(m.measured), beside = signal.rules.some((r) => r.bound !== m.measured && r.bound !== null && nice(r.bound) === rounded);
    return beside ? String(Number(m.measured.toPrecision(7))) : rounded;
  }
  function documents(signal) {
    const reasons = new Set(signal.rules.map((r) => `${r.number} ${r.reason}`));
    const shown = margins.filter((m) => reasons.has(`${m.number} ${m.reason}`));
    at("margin").replaceChildren(...shown.map((m) => {
      const card = html("div", "doc"), about = html("p", "about"), text = html("p", "text", m.text);
      text.dir = "auto"; text.tabIndex = 0;
      about.append(html("span", `tag ${m.kind}`, m.kind), html("b", "", `${signal.name} = ${value(signal, m)}`), ` ${m.language} · ${m.url || m.source}`);
      card.append(about, text);
      return card;
    }));
    at("margin-title").hidden = !shown.length;
  }
  function sides(signal) {
    const found = signal.rules.map((rule, i) => ({ rule: i, low: rule.low, text: `${rule.low ? "at least" : "at most"}${rule.bound === null ? " (differs by document)" : ""} · ${rule.reason}` }));
    return found.length ? found : [{ rule: -1, low: true, text: "at least" }, { rule: -1, low: false, text: "at most" }];
  }
  let chosen = signals[0], choices = [];
  function draw() {
    W = Math.max(300, Math.min(560, at("distribution").clientWidth || 520));
    const group = chosen.groups[groupBox.value] || chosen.groups[""];
    at("distribution").replaceChildren(distribution(chosen, group));
    at("retention").replaceChildren(retention(chosen, group, choices[Number(sideBox.value)] || choices[0]));
  }
  function choose(signal) {
    chosen = signal;
    signalBox.value = signal.name;
    const before = groupBox.value;
    const names = Object.keys(signal.groups);
    groupBox.replaceChildren(...names.map((g) => option(g, g === "" ? "all" : g.replace("language:", "language ").replace("source:", "source "))));
    groupBox.value = names.includes(before) ? before : "";
    choices = sides(signal);
    sideBox.replaceChildren(...choices.map((c, i) => option(i, c.text)));
    for (const button of at("overview").children) button.setAttribute("aria-pressed", String(button.dataset.name === signal.name));
    draw(); documents(signal);
  }
  for (const signal of signals) {
    signalBox.append(option(signal.name, signal.name + (signal.rules.length ? " •" : "")));
    const n = bins(signal), [k, , a, , o] = signal.groups[""].map((c) => full(c, n));
    const top = Math.max(1, ...k.map((v, i) => v + a[i] + o[i]));
    const button = html("button"), picture = svg("svg", { viewBox: "0 0 140 44", "aria-hidden": "true" });
    button.type = "button"; button.dataset.name = signal.name; button.title = signal.name;
    const path = (sums) => "M0 44" + sums.map((v, i) => `L${((i / n) * 140).toFixed(1)} ${(44 - Math.sqrt(v / top) * 40).toFixed(1)}L${(((i + 1) / n) * 140).toFixed(1)} ${(44 - Math.sqrt(v / top) * 40).toFixed(1)}`).join("") + "L140 44Z";
    picture.append(svg("path", { class: "area-other", d: path(k.map((v, i) => v + a[i] + o[i])) }), svg("path", { class: "area-alone", d: path(k.map((v, i) => v + a[i])) }), svg("path", { class: "area-kept", d: path(k) }));
    for (const rule of signal.rules)
      if (rule.bound !== null) { const p = (place(signal, rule.edge) / n) * 140; picture.append(svg("line", { class: "today", x1: p, x2: p, y1: 0, y2: 44, style: "stroke:var(--mark);stroke-width:1.5" })); }
    button.append(html("span", "", signal.name), picture);
    button.addEventListener("click", () => { choose(signal); at("signals").scrollIntoView(); });
    at("overview").append(button);
  }
  let width = innerWidth;
  addEventListener("resize", () => { if (innerWidth !== width) { width = innerWidth; draw(); } });
  signalBox.addEventListener("change", () => choose(signals.find((s) => s.name === signalBox.value)));
  groupBox.addEventListener("change", draw);
  sideBox.addEventListener("change", draw);
  // first the signal whose bounds remove most by themselves
  const alone = (s) => s.rules.some((r) => r.bound !== null) ? s.groups[""][2].reduce((sum, v) => sum + v, 0) : -1;
  choose(signals.reduce((most, s) => (alone(s) > alone(most) ? s : most), signals[0]));
  document.documentElement.dataset.ready = "true";
})();
