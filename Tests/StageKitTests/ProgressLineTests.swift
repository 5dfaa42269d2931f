import Foundation
import StageKit
import Testing

/// A line that reached the last column would wrap, and each update would leave one behind.
@Suite struct ProgressLineTests {
    private let text = "generate/hazelnut/full-s0 12/40, 1 h 3 min left"

    @Test(arguments: [20, 40, 60, 79, 80, 100, 200])
    func staysWithinTheTerminal(columns: Int) {
        for note in [
            "", "short", String(repeating: "hazelnut/train/good/", count: 9), "螺丝/train/good/螺丝螺丝螺丝螺丝螺丝螺丝螺丝螺丝",
        ] {
            let line = ProgressLine.fitted(share: 0.3, text: text, note: note, columns: columns)
            #expect(ProgressLine.width(of: line) < columns, "\(line)")
        }
    }

    @Test func keepsWhatMustBeRead() {
        let line = ProgressLine.fitted(share: 0.5, text: text, note: "a note", columns: 80)
        #expect(line.contains(text))
        #expect(line.hasPrefix(String(repeating: "█", count: 12) + String(repeating: "░", count: 12)))
        let wide = ProgressLine.fitted(share: 0.5, text: text, note: "a note", columns: 120)
        #expect(wide.hasSuffix(text + " · a note"))
        // Of a long note the end says more: it is a picture's name.
        let cut = ProgressLine.fitted(
            share: 1, text: "ingest/nut 3/9", note: "nut/train/good/a/very/long/way/to/picture-0017", columns: 72)
        #expect(cut.hasSuffix("0017") && cut.contains("…"))
        #expect(ProgressLine.fitted(share: .nan, text: "x", note: "", columns: 40).hasSuffix(" x"))
        #expect(ProgressLine.fitted(share: 7, text: "x", note: "", columns: 40).contains("█ x"))
    }

    @Test func wideCharactersTakeTwoColumns() {
        #expect(ProgressLine.width(of: "螺丝a") == 5)
        #expect(ProgressLine.width(of: "e\u{301}") == 1)
    }
}

@Suite struct DiskSpaceTests {
    @Test func aFolderThatIsNotThereYetHasItsDisk() throws {
        let folder = FileManager.default.temporaryDirectory
        let below = folder.appendingPathComponent("not/yet/there")
        let (here, there) = (try DiskSpace(at: folder), try DiskSpace(at: below))
        #expect(here.total == there.total && here.total > 0 && here.free >= 0)
    }

    @Test(arguments: [(100, 40.0, "enough"), (100, 90.0, "tight"), (100, 190.0, "tight"), (100, 201.0, "short")])
    func anEstimateIsAThirdOff(free: Int, needed: Double, verdict: String) {
        #expect("\(DiskSpace(free: free, total: 1000).verdict(needed: needed))" == verdict)
    }

    @Test func amountsAreShort() {
        #expect(DiskSpace.text(999) == "999 B")
        #expect(DiskSpace.text(3_240_000_000) == "3.2 GB")
        #expect(DiskSpace.text(139_000_000_000) == "139 GB")
    }
}
