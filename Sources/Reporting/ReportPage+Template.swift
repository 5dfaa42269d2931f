extension ReportPage {
    /// The page's Mustache template. The doctype must come first. The most important notice follows it at once, and is
    /// also the first visible line.
    static let template = """
        <!DOCTYPE html>{{#untrained}}<!-- {{comment}} -->{{/untrained}}
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>{{name}}: {{dataset}}</title>
        <style>\(style)</style>
        </head>
        <body>
        {{#untrained}}<p class="untrained" role="alert">{{line}}</p>{{/untrained}}
        <h1>{{name}}</h1>
        <p class="lead">{{dataset}}</p>
        {{#warnings}}
        <section class="warnings"><h2>Warnings</h2><ul>{{#lines}}<li>{{.}}</li>{{/lines}}</ul></section>
        {{/warnings}}
        {{#tables}}
        <section>
        <h2>{{title}}</h2>
        <p class="note">{{protocolLine}}</p>
        <div class="scroll"><table>
        <thead><tr><th scope="col">category</th><th scope="col">source</th>{{#metrics}}<th scope="col" class="number">{{.}}</th>{{/metrics}}</tr></thead>
        <tbody>
        {{#rows}}
        <tr class="{{class}}"><th scope="row">{{category}}</th><td>{{source}}</td>{{#cells}}<td class="number {{class}}">{{text}}</td>{{/cells}}</tr>
        {{/rows}}
        </tbody>
        </table></div>
        <p class="note">{{unit}}{{#notes}} {{.}}{{/notes}}</p>
        </section>
        {{/tables}}
        {{#pictureTables}}
        <section>
        <h2>{{title}}</h2>
        <div class="scroll"><table>
        <thead><tr><th scope="col">category</th>{{#heads}}<th scope="col" class="number">{{.}}</th>{{/heads}}</tr></thead>
        <tbody>
        {{#rows}}
        <tr class="{{class}}"><th scope="row">{{category}}</th>{{#cells}}<td class="number">{{.}}</td>{{/cells}}</tr>
        {{/rows}}
        </tbody>
        </table></div>
        <p class="note">{{note}}</p>
        </section>
        {{/pictureTables}}
        <section>
        <h2>Protocol</h2>
        <ul>{{#protocol}}<li>{{.}}</li>{{/protocol}}</ul>
        </section>
        {{#galleries}}
        <section>
        <h2>{{title}}</h2>
        <p class="note"><span class="ramp" aria-hidden="true"></span>Map colours from {{low}} (dark) to {{high}} (light), the same for all pictures of this section. Truth outlined in green.</p>
        <div class="gallery">
        {{#pictures}}
        <article class="{{class}}">
        <h3>{{id}}</h3>
        <p><span class="kind">{{kind}}</span> score <b>{{score}}</b> · {{reason}}</p>
        <div class="triple">
        <figure><img src="{{plain}}" width="{{width}}" height="{{height}}" alt="picture {{id}}"><figcaption>picture</figcaption></figure>
        {{#truth}}<figure><img src="{{uri}}" width="{{width}}" height="{{height}}" alt="truth of {{id}}"><figcaption>truth</figcaption></figure>{{/truth}}
        {{^truth}}<div class="empty" style="aspect-ratio: {{width}} / {{height}}">no defect</div>{{/truth}}
        <figure><img src="{{heat}}" width="{{width}}" height="{{height}}" alt="anomaly map of {{id}}"><figcaption>anomaly map</figcaption></figure>
        </div>
        </article>
        {{/pictures}}
        </div>
        </section>
        {{/galleries}}
        {{#footnotes}}
        <footer><h2>Run</h2><ul>{{#lines}}<li>{{.}}</li>{{/lines}}</ul></footer>
        {{/footnotes}}
        </body>
        </html>
        """

    private static let style = """
        :root { color-scheme: light dark; --ink: #1c2126; --soft: #5c6670; --line: #d8dde2; --ground: #fff; --shade: #f5f7f9; --alert: #b3261e; }
        @media (prefers-color-scheme: dark) { :root { --ink: #e8eaed; --soft: #a3abb3; --line: #3a4148; --ground: #16191c; --shade: #1f2428; --alert: #ff8a80; } }
        body { margin: 0 auto; max-width: 62rem; padding: 1.5rem 1.25rem 4rem; font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--ground); }
        h1 { margin: .5rem 0 0; font-size: 1.9rem; line-height: 1.2; }
        h2 { margin: 2.25rem 0 .6rem; font-size: 1.25rem; }
        h3 { margin: 0; font-size: .95rem; font-weight: 600; overflow-wrap: anywhere; }
        .lead, .note, figcaption, .published td, .published th { color: var(--soft); }
        .lead { margin: .15rem 0 0; }
        .note { font-size: .875rem; }
        .untrained { margin: 0 0 1rem; padding: .6rem .9rem; border-left: 4px solid var(--alert); background: var(--shade); color: var(--alert); font-weight: 600; }
        .warnings ul { padding-left: 1.2rem; }
        .scroll { overflow-x: auto; }
        table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
        th, td { padding: .28rem .7rem; text-align: left; white-space: nowrap; font-weight: 400; }
        thead th { border-bottom: 2px solid var(--line); font-weight: 600; }
        .own th { font-weight: 600; }
        .own th, .own td { border-top: 1px solid var(--line); }
        .average th, .average td { background: var(--shade); }
        .number { text-align: right; }
        .best { font-weight: 700; }
        .ramp { display: inline-block; width: 6rem; height: .7rem; margin-right: .5rem; border-radius: 2px; background: linear-gradient(90deg, \(DetectionPicture.gradient)); }
        article { padding: .9rem 0; border-top: 1px solid var(--line); break-inside: avoid; }
        article p { margin: .1rem 0 .5rem; font-size: .875rem; }
        .kind { padding: .05rem .45rem; border: 1px solid var(--line); border-radius: 1rem; margin-right: .35rem; }
        .defect .kind { border-color: var(--alert); color: var(--alert); }
        .triple { display: grid; grid-template-columns: repeat(3, minmax(0, 18rem)); gap: .75rem; }
        figure { margin: 0; }
        img { display: block; width: 100%; height: auto; border-radius: 3px; }
        figcaption { margin-top: .2rem; font-size: .8rem; }
        .empty { display: grid; place-items: center; align-self: start; border: 1px dashed var(--line); border-radius: 3px; color: var(--soft); font-size: .875rem; }
        """
}
