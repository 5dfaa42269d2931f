// The page's only script: it filters pictures by kind and opens them enlarged. Without it the page shows everything.
// Text goes in as text, never as HTML.

extension ReportPage {
    static let script = #"""
        (() => {
          'use strict';
          const page = document, box = page.querySelector('dialog');
          page.documentElement.classList.add('js');
          for (const filter of page.querySelectorAll('.filters')) {
            const buttons = [...filter.querySelectorAll('button')];
            const cards = [...filter.closest('section').querySelectorAll('.card')];
            const said = filter.querySelector('.said');
            const show = (kind) => {
              for (const button of buttons) button.setAttribute('aria-pressed', String(button.dataset.kind === kind));
              let shown = 0;
              for (const card of cards) {
                card.hidden = kind !== undefined && card.dataset.kind !== kind;
                if (!card.hidden) shown += 1;
              }
              said.textContent = kind === undefined ? '' : shown + ' of ' + cards.length;
            };
            for (const button of buttons) button.addEventListener('click', () => show(button.dataset.kind));
          }
          let opener = null;
          const siblings = () => [...page.querySelectorAll('.strip')].filter((one) => one.offsetParent !== null);
          const element = (name, text) => {
            const made = page.createElement(name);
            if (text !== undefined) made.textContent = text;
            return made;
          };
          const fill = (button) => {
            opener = button;
            box.querySelector('h2').textContent = button.dataset.title;
            const names = button.dataset.parts.split('|');
            box.querySelector('.enlarged').replaceChildren(...[...button.children].map((picture, index) => {
              const figure = element('figure');
              figure.append(picture.cloneNode(true), element('figcaption', names[index]));
              return figure;
            }));
            const facts = button.dataset.facts ? button.dataset.facts.split('\n') : [];
            box.querySelector('dl').replaceChildren(...facts.flatMap((line) => {
              const at = line.indexOf('\t');
              return [element('dt', line.slice(0, at)), element('dd', line.slice(at + 1))];
            }));
          };
          const step = (by) => {
            const all = siblings(), at = all.indexOf(opener);
            if (all.length > 0) fill(all[(at + by + all.length) % all.length]);
          };
          page.addEventListener('click', (event) => {
            const button = event.target.closest('.strip');
            if (!button || box.open) return;
            fill(button);
            box.showModal();
          });
          box.querySelector('.before').addEventListener('click', () => step(-1));
          box.querySelector('.after').addEventListener('click', () => step(1));
          box.querySelector('.close').addEventListener('click', () => box.close());
          box.addEventListener('click', (event) => { if (event.target === box) box.close(); });
          box.addEventListener('close', () => { if (opener) opener.focus(); });
          box.addEventListener('keydown', (event) => {
            if (event.key === 'ArrowLeft') step(-1);
            if (event.key === 'ArrowRight') step(1);
          });
        })();
        """#
}
