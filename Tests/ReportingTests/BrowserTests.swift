import Foundation
import Reporting
import Testing

/// The page in a real browser. A page around it holds it at three widths, uses it as a person would, and writes down
/// what it finds.
@Suite("Report page in Chromium")
struct BrowserTests {
    static let browser = ["chromium", "chromium-browser", "google-chrome"].lazy.flatMap { name in
        (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map { "\($0)/\(name)" }
    }.first { FileManager.default.isExecutableFile(atPath: $0) }

    private static let widths = [390, 768, 1440]

    @Test(
        "At 390, 768 and 1440 pixels nothing is wider than the window, nothing is said on the console, the keyboard works",
        .enabled(if: BrowserTests.browser != nil, "Chromium isn't installed, so the page wasn't opened"),
        .timeLimit(.minutes(5)))
    func threeWidths() throws {
        var fixture = PageFixture()
        fixture.category = hostile + String(repeating: "long_name_", count: 12)
        (fixture.kind, fixture.categoryCount, fixture.pictureCount) = (String(repeating: "kind", count: 12), 3, 9)
        let html = ReportPage.filled(try fixture.page().html(), cost: PageFixture.cost, recipe: PageFixture.recipe)
        let found = try open(html)
        for width in Self.widths {
            let line = try #require(found.first { $0.hasPrefix("\(width):") }, "\(found)")
            #expect(line == "\(width): inside shown hidden open moved closed", "\(line)")
        }
        #expect(found.filter { $0.contains("CONSOLE") }.isEmpty, "\(found)")
    }

    @Test(
        "A page without a detector is as sound", .enabled(if: BrowserTests.browser != nil, "Chromium isn't installed"),
        .timeLimit(.minutes(5)))
    func withoutDetector() throws {
        var fixture = PageFixture()
        fixture.hasDetector = false
        let found = try open(try fixture.page().html())
        #expect(found.filter { $0.hasSuffix("inside shown hidden open moved closed") }.count == 3, "\(found)")
        #expect(found.filter { $0.contains("CONSOLE") }.isEmpty, "\(found)")
    }

    /// What the surrounding page found, a line for each width, and what the browser said on its console.
    private func open(_ html: String) throws -> [String] {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "page-\(UInt64.random(in: 0 ... .max))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let around = folder.appendingPathComponent("around.html")
        try Data(html.utf8).write(to: folder.appendingPathComponent("report.html"))
        try Data(Self.around.utf8).write(to: around)
        let output = folder.appendingPathComponent("output"), errors = folder.appendingPathComponent("errors")
        for file in [output, errors] { FileManager.default.createFile(atPath: file.path, contents: nil) }

        let process = Process()
        process.executableURL = URL(fileURLWithPath: Self.browser ?? "")
        process.arguments = [
            "--headless=new", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr",
            "--allow-file-access-from-files",
            "--user-data-dir=\(folder.appendingPathComponent("profile").path)", "--window-size=1600,1200",
            "--virtual-time-budget=5000", "--dump-dom", around.absoluteString,
        ]
        process.standardOutput = try FileHandle(forWritingTo: output)
        process.standardError = try FileHandle(forWritingTo: errors)
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        let dump = try String(contentsOf: output, encoding: .utf8)
        let said = try String(decoding: Data(contentsOf: errors), as: UTF8.self).split(separator: "\n").map(String.init)
        return dump.matches(of: /<li>([^<]*)<\/li>/).map { String($0.output.1) }
            + said.filter { $0.contains("CONSOLE") }
    }

    /// Opens the report in frames of the widths, and says of each whether it stays inside, whether a filter hides the
    /// other kinds, and whether a picture opens by its button, is followed by another with an arrow key and is closed.
    private static let around = """
        <!DOCTYPE html><meta charset="utf-8"><title>around</title><ul></ul>
        \(widths.map { "<iframe src=\"report.html\" width=\"\($0)\" height=\"900\" style=\"border:0\"></iframe>" }.joined())
        <script>
        for (const frame of document.querySelectorAll('iframe')) frame.addEventListener('load', () => {
          const view = frame.contentWindow, page = frame.contentDocument, words = [];
          const strips = () => [...page.querySelectorAll('.card')].filter((card) => !card.hidden).length;
          words.push(page.documentElement.scrollWidth <= view.innerWidth ? 'inside' : 'wide');
          const before = strips(), kinds = page.querySelectorAll('.filters button');
          kinds[kinds.length - 1].click();
          words.push(before > 0 ? 'shown' : 'empty', strips() < before && strips() > 0 ? 'hidden' : 'unfiltered');
          kinds[0].click();
          const box = page.querySelector('dialog');
          page.querySelector('.strip').click();
          words.push(box.open && box.querySelectorAll('figure svg').length >= 3 ? 'open' : 'shut');
          const title = box.querySelector('h2').textContent;
          box.dispatchEvent(new view.KeyboardEvent('keydown', { key: 'ArrowRight', bubbles: true }));
          words.push(box.querySelector('h2').textContent !== title ? 'moved' : 'still');
          if (page.documentElement.scrollWidth > view.innerWidth || box.scrollWidth > box.clientWidth) words.push('wide-box');
          box.querySelector('.close').click();
          words.push(box.open ? 'stuck' : 'closed');
          const line = document.createElement('li');
          line.textContent = view.innerWidth + ': ' + words.join(' ');
          document.querySelector('ul').append(line);
        });
        </script>
        """
}
