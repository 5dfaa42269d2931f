extension ReviewPage {
    static let style = """
        :root { color-scheme: light dark; --ground: #fafafa; --text: #1c1c1e; --quiet: #6b6b70; --line: #d8d8dc; --card: #fff; --bad: #c0261c; --accent: #1f5fbf; }
        @media (prefers-color-scheme: dark) { :root { --ground: #161618; --text: #ececee; --quiet: #9a9aa0; --line: #37373b; --card: #202023; --bad: #ff7a6e; --accent: #7fb0ff; } }
        * { box-sizing: border-box; }
        body { margin: 0; background: var(--ground); color: var(--text); font: 15px/1.45 system-ui, sans-serif; }
        header { position: sticky; top: 0; z-index: 1; background: var(--ground); border-bottom: 1px solid var(--line); padding: 12px 20px; }
        h1 { font-size: 20px; margin: 0; overflow-wrap: anywhere; }
        .lead { margin: 2px 0 10px; color: var(--quiet); }
        .bar { display: flex; flex-wrap: wrap; gap: 8px 16px; align-items: center; }
        .bar label { color: var(--quiet); }
        select, button#save { font: inherit; color: var(--text); background: var(--card); border: 1px solid var(--line); border-radius: 6px; padding: 4px 10px; max-width: 100%; }
        button#save { background: var(--accent); border-color: var(--accent); color: var(--ground); font-weight: 600; cursor: pointer; margin-left: auto; overflow-wrap: anywhere; }
        #count { font-variant-numeric: tabular-nums; }
        main { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(200px, 38vw), 1fr)); gap: 14px; padding: 20px; }
        .card { display: flex; flex-direction: column; font: inherit; color: inherit; text-align: left; padding: 0; background: var(--card); border: 1px solid var(--line); border-radius: 8px; overflow: hidden; cursor: pointer; }
        .card[hidden] { display: none; }
        .card:focus-visible, select:focus-visible, button#save:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
        .frame { position: relative; display: block; width: 100%; aspect-ratio: 1; background: #000; }
        .frame img { width: 100%; height: 100%; object-fit: contain; display: block; }
        .caption { display: flex; width: 100%; justify-content: space-between; gap: 8px; padding: 6px 10px; font-size: 13px; color: var(--quiet); }
        .scores { padding: 0 10px 8px; font-size: 12px; color: var(--quiet); font-variant-numeric: tabular-nums; }
        .card.out { cursor: default; border-style: dashed; }
        .caption b { color: var(--text); font-weight: 500; overflow-wrap: anywhere; }
        .card[aria-pressed="true"] { border-color: var(--bad); }
        .card[aria-pressed="true"] img { opacity: .28; filter: grayscale(1); }
        .card[aria-pressed="true"] .frame::after { content: "rejected"; position: absolute; inset: 0; display: grid; place-items: center; color: #ff7a6e; font-weight: 700; letter-spacing: .04em; }
        footer { padding: 4px 20px 32px; color: var(--quiet); font-size: 13px; overflow-wrap: anywhere; }
        kbd, code { font: 12px ui-monospace, monospace; background: var(--card); border: 1px solid var(--line); border-radius: 4px; padding: 1px 5px; }
        """

    /// Cards are buttons with `aria-pressed`, so that keyboard and screen readers work without more.
    static let script = """
        'use strict';
        const data = JSON.parse(document.getElementById('data').textContent);
        const element = id => document.getElementById(id);
        const grid = element('grid'), outline = element('outline');
        let saved = true, normalHeld = false;

        function options(select, values) {
          for (const value of ['', ...new Set(values)]) {
            const option = document.createElement('option');
            option.value = value; option.textContent = value || 'all';
            select.append(option);
          }
        }
        options(element('category'), data.pictures.map(p => p.category));
        options(element('kind'), data.pictures.map(p => p.kind));

        function source(picture) {
          if (normalHeld && picture.normal !== undefined) return data.normals[picture.normal];
          return outline.checked ? picture.label : picture.image;
        }
        const cards = data.pictures.map((picture, index) => {
          const card = document.createElement('button');
          card.className = 'card';
          card.type = 'button';
          const frame = document.createElement('span'); frame.className = 'frame';
          const image = document.createElement('img'); image.loading = 'lazy';
          image.alt = picture.category + ', ' + picture.kind + ', ' + picture.id.slice(0, 8);
          frame.append(image);
          const caption = document.createElement('span'); caption.className = 'caption';
          const kind = document.createElement('b'); kind.textContent = picture.category + ' · ' + picture.kind;
          const id = document.createElement('span'); id.textContent = picture.id.slice(0, 8);
          caption.append(kind, id);
          card.append(frame, caption);
          if (picture.scores) {
            const scores = document.createElement('span'); scores.className = 'scores';
            scores.textContent = picture.scores;
            card.append(scores);
          }
          if (picture.out) { card.classList.add('out'); card.setAttribute('aria-disabled', 'true'); }
          else card.addEventListener('click', () => { picture.rejected = !picture.rejected; saved = false; update(); });
          grid.append(card);
          return { card, image, picture };
        });

        function update() {
          const category = element('category').value, kind = element('kind').value, show = element('show').value;
          let rejected = 0, out = 0;
          for (const { card, image, picture } of cards) {
            if (picture.rejected) rejected += 1;
            if (picture.out) out += 1;
            if (!picture.out) card.setAttribute('aria-pressed', picture.rejected);
            card.hidden = (show === 'out') !== (picture.out === true) || (category && picture.category !== category) || (kind && picture.kind !== kind)
              || (show === 'kept' && picture.rejected) || (show === 'rejected' && !picture.rejected);
            const wanted = source(picture);
            if (!card.hidden && image.src !== wanted) image.src = wanted;
          }
          element('count').textContent = (cards.length - out - rejected) + ' kept, ' + rejected + ' rejected' + (out ? ', ' + out + ' out by the gate' : '') + (saved ? '' : ', not saved');
        }
        for (const id of ['category', 'kind', 'show', 'outline']) element(id).addEventListener('change', update);

        addEventListener('keydown', event => {
          if (event.target.matches('select') || event.ctrlKey || event.metaKey || event.altKey) return;
          const key = event.key.toLowerCase();
          if (key === 'l') { outline.checked = !outline.checked; update(); }
          if (key === 'n' && !normalHeld) { normalHeld = true; update(); }
          if (key === 'arrowright' || key === 'arrowleft') {
            const seen = cards.filter(c => !c.card.hidden);
            if (!seen.length) return;
            const here = seen.findIndex(c => c.card === document.activeElement);
            const next = here < 0 ? 0 : Math.min(seen.length - 1, Math.max(0, here + (key === 'arrowright' ? 1 : -1)));
            seen[next].card.focus();
            event.preventDefault();
          }
        });
        addEventListener('keyup', event => { if (event.key.toLowerCase() === 'n') { normalHeld = false; update(); } });

        element('save').addEventListener('click', () => {
          const rejected = {};
          for (const { picture } of cards) if (picture.rejected) (rejected[picture.category] ??= []).push(picture.id);
          const text = JSON.stringify({ flawsmith_review: data.version, rejected }, null, 2) + '\\n';
          const link = document.createElement('a');
          link.href = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
          link.download = data.file;
          link.click();
          setTimeout(() => URL.revokeObjectURL(link.href), 1000);
          saved = true; update();
        });
        addEventListener('beforeunload', event => { if (!saved) event.preventDefault(); });
        update();
        """
}
