import FileSigns
import Testing

@Suite struct StandInTests {
    @Test func pointersAndPagesAreKnown() {
        let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12345\n"
        #expect(StandIn(Array(pointer.utf8)) == .lfsPointer)
        for page in [
            "<!DOCTYPE html>\n<html>", "\u{FEFF}\r\n  <HTML lang=en>",
            "<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code>",
        ] {
            #expect(StandIn(Array(page.utf8)) == .webPage, "\(page)")
        }
    }

    @Test func otherFilesAreNone() {
        for text in ["", "version: 1\nname: x", "version 2", "{\"a\": 1}", "<svg", "II*\u{0}"] {
            #expect(StandIn(Array(text.utf8)) == nil, "\(text)")
        }
        #expect(StandIn([0x89, 0x50, 0x4E, 0x47]) == nil)
    }

    @Test func everySentenceSaysWhatToDo() {
        for standIn in StandIn.allCases { #expect(standIn.sentence.contains("download"), "\(standIn)") }
    }
}
