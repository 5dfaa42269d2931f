// The page's only style sheet: light and dark as the reader's system is; nothing wider than the window but what
// scrolls in a box of its own. Its digest stands in the page's policy, so that no other style holds.

extension ReportPage {
    static let style = #"""
        :root { color-scheme: light dark; --ground: #fbfbf9; --raised: #fff; --ink: #1b1d1f; --soft: #5d6469; --line: #dfe1dd; --faint: #eeefeb; --accent: #b4420f; --curve: #23589c; --alert: #a8201a; --shadow: 0 1px 2px rgb(0 0 0 / 6%); }
        @media (prefers-color-scheme: dark) { :root { --ground: #131516; --raised: #1a1d1f; --ink: #e8e9e7; --soft: #a2a9ad; --line: #303538; --faint: #212527; --accent: #f39a63; --curve: #86b2ee; --alert: #ff9188; --shadow: none; } }
        *, ::before, ::after { box-sizing: border-box; }
        html { -webkit-text-size-adjust: 100%; scroll-padding-top: 3.5rem; }
        body { margin: 0; font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; color: var(--ink); background: var(--ground); font-variant-numeric: tabular-nums; overflow-wrap: break-word; }
        body > header, main, body > footer { max-width: 78rem; margin: 0 auto; padding: 0 1.5rem; }
        body > header { padding-top: 2.5rem; }
        h1 { margin: 0; font-size: 2.25rem; line-height: 1.15; font-weight: 650; letter-spacing: -.02em; overflow-wrap: anywhere; }
        h2 { margin: 0 0 .35rem; font-size: 1.4rem; line-height: 1.25; font-weight: 650; letter-spacing: -.01em; }
        h3 { margin: 2rem 0 .6rem; font-size: 1rem; font-weight: 650; overflow-wrap: anywhere; }
        h4 { margin: 1.75rem 0 .6rem; font-size: .94rem; font-weight: 600; overflow-wrap: anywhere; }
        h3 .note, h4 .note { font-weight: 400; margin-left: .4rem; }
        p { margin: 0 0 .75rem; max-width: 46rem; }
        code, pre, .id { font-family: ui-monospace, "SF Mono", "DejaVu Sans Mono", Menlo, Consolas, monospace; font-size: .86em; }
        a { color: inherit; text-underline-offset: .2em; text-decoration-color: var(--line); }
        a:hover { text-decoration-color: currentColor; }
        :focus-visible { outline: 2px solid var(--curve); outline-offset: 2px; border-radius: 2px; }
        .kicker { margin: 0 0 .35rem; font-size: .8rem; letter-spacing: .08em; text-transform: uppercase; color: var(--soft); }
        .lead { margin: .5rem 0 0; max-width: 54rem; font-size: 1.05rem; color: var(--soft); overflow-wrap: anywhere; }
        .note, figcaption, .legend { font-size: .84rem; color: var(--soft); }
        .untrained { max-width: none; margin: 0; padding: .7rem 1.5rem; background: var(--alert); color: var(--ground); font-weight: 600; }
        .facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(7.25rem, 1fr)); gap: 1px; margin: 1.75rem 0 0; border-block: 1px solid var(--line); }
        .facts div { padding: .8rem 1rem .8rem 0; }
        .facts dt { font-size: .8rem; color: var(--soft); }
        .facts dd { margin: 0; font-size: 1.5rem; line-height: 1.3; font-weight: 600; letter-spacing: -.01em; }
        .facts dd small { font-size: .8rem; font-weight: 400; letter-spacing: 0; color: var(--soft); }
        nav { position: sticky; top: 0; z-index: 2; background: var(--ground); border-bottom: 1px solid var(--line); }
        nav ul { display: flex; gap: 1.4rem; max-width: 78rem; margin: 0 auto; padding: .6rem 1.5rem; overflow-x: auto; list-style: none; font-size: .9rem; white-space: nowrap; }
        nav a { text-decoration: none; color: var(--soft); }
        nav a:hover { color: var(--ink); }
        section { padding: 2.75rem 0 0; }
        .warnings { margin: 1.5rem 0 1rem; padding: .8rem 1rem; border-left: 3px solid var(--alert); background: var(--faint); font-size: .9rem; }
        .warnings ul, .plain { margin: .3rem 0 0; padding-left: 1.1rem; }
        .plain li { max-width: 52rem; margin: .2rem 0; font-size: .9rem; }
        .scroll { overflow-x: auto; }
        table { border-collapse: collapse; font-size: .9rem; }
        .wide { width: 100%; }
        th, td { padding: .38rem .9rem .38rem 0; text-align: left; vertical-align: baseline; white-space: nowrap; font-weight: 400; }
        th:last-child, td:last-child { padding-right: 0; }
        thead th, thead td { border-bottom: 1px solid var(--ink); font-size: .82rem; color: var(--soft); vertical-align: bottom; }
        tbody th { font-weight: 600; }
        tbody tr + .own th, tbody tr + .own td { border-top: 1px solid var(--line); }
        tbody tr + tr.average th, tbody tr + tr.average td { border-top: 1px solid var(--ink); }
        tbody tr.average + tr.average th, tbody tr.average + tr.average td { border-top: 0; }
        .scroll + .note { margin-top: .6rem; }
        .published th, .published td { color: var(--soft); }
        .number { text-align: right; }
        .best { font-weight: 650; color: var(--ink); }
        .few { color: var(--soft); }
        .few small { display: block; font-size: .72rem; line-height: 1.2; color: var(--accent); white-space: normal; min-width: 5.5rem; }
        .inline .few small { display: inline; margin: 0 .6rem 0 0; float: left; line-height: 1.35rem; white-space: nowrap; }
        .tag { display: inline-block; padding: 0 .5rem; border: 1px solid currentColor; border-radius: 1rem; font-size: .78rem; line-height: 1.45; color: var(--accent); overflow-wrap: anywhere; }
        .tag.good { color: var(--soft); }
        .filters { display: none; flex-wrap: wrap; gap: .4rem; margin: .9rem 0 0; padding: 0; border: 0; min-width: 0; }
        .js .filters { display: flex; }
        .filters legend { float: left; margin-right: .3rem; padding: .15rem 0; font-size: .84rem; color: var(--soft); }
        .filters button { padding: .15rem .7rem; border: 1px solid var(--line); border-radius: 1rem; background: none; color: inherit; font: inherit; font-size: .84rem; cursor: pointer; }
        .filters button:hover { border-color: var(--soft); }
        .filters button[aria-pressed="true"] { border-color: var(--ink); background: var(--ink); color: var(--ground); }
        .grid { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 20rem), 1fr)); gap: 1.1rem 1.5rem; }
        .card { min-width: 0; }
        .card[hidden] { display: none; }
        .strip { display: grid; grid-template-columns: repeat(4, 1fr); gap: 2px; width: 100%; margin: 0; padding: 0; border: 0; border-radius: 3px; overflow: hidden; background: none; cursor: zoom-in; }
        .strip.three { grid-template-columns: repeat(3, 1fr); }
        .strip svg, .enlarged svg { display: block; width: 100%; height: auto; background: var(--faint); }
        .cap { display: flex; flex-wrap: wrap; align-items: baseline; gap: .15rem .6rem; margin: .4rem 0 0; font-size: .8rem; color: var(--soft); }
        .cap b { font-weight: 600; color: var(--ink); }
        .defs { position: absolute; width: 0; height: 0; overflow: hidden; }
        .heat { opacity: .62; }
        .ramp { display: inline-block; width: 5rem; height: .55rem; margin: 0 .4rem; border-radius: 1px; background: linear-gradient(90deg, \#(DetectionPicture.gradient)); }
        .multiples { display: grid; grid-template-columns: repeat(3, minmax(0, 1fr)); gap: 1.25rem 1.75rem; max-width: 60rem; }
        .three-up { display: grid; grid-template-columns: repeat(3, minmax(0, 13rem)); gap: 1.25rem 1.75rem; margin-bottom: 1.25rem; }
        .plot { margin: 0; min-width: 0; }
        .plot svg { display: block; width: 100%; height: auto; overflow: visible; }
        .plot figcaption { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 .75rem; margin-bottom: .3rem; color: var(--soft); }
        .plot figcaption b { color: var(--ink); font-weight: 600; }
        .plot text { font: 11px system-ui, sans-serif; fill: var(--soft); }
        .axis { stroke: var(--line); stroke-width: 1; fill: none; }
        .chance { stroke: var(--line); stroke-width: 1; stroke-dasharray: 3 3; fill: none; }
        .thin { stroke: var(--curve); stroke-width: 1; stroke-opacity: .28; fill: none; }
        .thick { stroke: var(--curve); stroke-width: 1.75; fill: none; stroke-linejoin: round; }
        .area { fill: var(--curve); fill-opacity: .1; }
        .dot { fill: var(--soft); fill-opacity: .55; }
        .dot.hurt { fill: var(--accent); fill-opacity: .7; }
        .said { align-self: center; font-size: .84rem; color: var(--soft); }
        .cut { stroke: var(--ink); stroke-width: 1; stroke-dasharray: 2 2; }
        .bar { fill: var(--curve); }
        .bars td:last-child { width: 40%; min-width: 7rem; }
        .bars svg { display: block; width: 100%; height: .6rem; }
        .pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr)); gap: 1.25rem 3rem; align-items: start; }
        pre { margin: .3rem 0 1rem; padding: .8rem 1rem; overflow-x: auto; border: 1px solid var(--line); border-radius: 4px; background: var(--raised); line-height: 1.45; }
        details { margin: .5rem 0; }
        summary { cursor: pointer; font-size: .9rem; }
        .digest { overflow-wrap: anywhere; white-space: normal; }
        .digests th { overflow-wrap: anywhere; white-space: normal; }
        dialog { width: min(72rem, 100vw - 1rem); max-width: none; max-height: calc(100dvh - 1rem); margin: auto; padding: 1.25rem; border: 1px solid var(--line); border-radius: 6px; background: var(--ground); color: var(--ink); }
        dialog::backdrop { background: rgb(0 0 0 / 70%); }
        .top { display: flex; align-items: center; gap: .5rem; margin-bottom: .9rem; }
        .top h2 { flex: 1; min-width: 0; margin: 0; font-size: 1rem; overflow-wrap: anywhere; }
        .top button { flex: none; min-width: 2.25rem; height: 2.25rem; border: 1px solid var(--line); border-radius: 4px; background: none; color: inherit; font: inherit; cursor: pointer; }
        .top button:hover { border-color: var(--soft); }
        .enlarged { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 15rem), 1fr)); gap: .9rem; }
        .enlarged figure { margin: 0; }
        .enlarged figcaption { margin-top: .25rem; }
        dialog dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; margin: 1rem 0 0; font-size: .85rem; }
        dialog dt { color: var(--soft); }
        dialog dd { margin: 0; min-width: 0; overflow-wrap: anywhere; }
        body > footer { padding-block: 3rem 4rem; font-size: .84rem; color: var(--soft); }
        @media (max-width: 34rem) {
          body > header, main, body > footer { padding-inline: 1rem; }
          body > header { padding-top: 1.5rem; }
          nav ul { padding-inline: 1rem; }
          h1 { font-size: 1.75rem; }
          .facts { grid-template-columns: repeat(2, 1fr); }
          .three-up { gap: .75rem; }
          .multiples { grid-template-columns: minmax(0, 1fr); }
          .three-up figcaption { display: block; }
          .three-up figcaption span { display: block; }
          .three-up text { font-size: 20px; }
          .pair text { font-size: 14px; }
          .inline .few small { float: none; display: block; margin: 0; line-height: 1.2; white-space: normal; }
          dialog { padding: .9rem; }
          .enlarged { grid-template-columns: repeat(2, 1fr); gap: .5rem; }
          .wide { width: max-content; min-width: 100%; }
          .digests { width: 100%; }
          .digests th, .digests td { display: block; padding-right: 0; }
          .digests td { padding-top: 0; }
          tbody tr + .own td.digest { border-top: 0; }
        }
        @media (prefers-reduced-motion: no-preference) { html { scroll-behavior: smooth; } .filters button, nav a { transition: color .12s, border-color .12s, background-color .12s; } }
        @media print { nav, .filters, dialog { display: none !important; } section { padding-top: 1.5rem; } .card, .plot { break-inside: avoid; } }
        """#
}
