import Archives
import Foundation
import Testing

@Suite struct ArchiveReaderTests {
    @Test(arguments: [
        "good.tar", "good-dot.tar", "good.tar.gz", "good.tar.xz", "good.tar.zst", "good.zip", "good-stored.zip",
    ])
    func everyKindGivesTheSameFiles(name: String) throws {
        let files = try readAll(fixture(name))
        #expect(files.map(\.name) == goodFiles.map(\.name))
        #expect(files.map(\.bytes) == goodFiles.map(\.bytes))
    }

    @Test(arguments: ["good-gnu.tar", "good-pax.tar"])
    func longAndAccentedNamesComeThrough(name: String) throws {
        let names = try readAll(fixture(name)).map(\.name)
        #expect(names.count == goodFiles.count + 2)
        #expect(
            names.suffix(2) == [
                "bottle/" + Array(repeating: String(repeating: "long", count: 12), count: 4).joined(separator: "/")
                    + "/000.png", "bottle/grün/000.png",
            ])
    }

    @Test func filesThatAreNotAskedForArePassedOver() throws {
        let reader = try ArchiveReader(path: fixture("good.tar"))
        var found: [UInt8] = []
        while let entry = try reader.next() {
            if entry.name == "bottle/train/good/001.png" { found = try reader.contents() }
        }
        #expect(found == goodFiles[1].bytes)
        #expect(try reader.next() == nil)
        #expect(reader.entriesRead == 5)
    }

    @Test(arguments: [
        ("symlink.tar", "a.png", "symbolic link"), ("symlink-step.tar", "a", "symbolic link"),
        ("hardlink-out.tar", "b.png", "out of the archive"), ("link-nowhere.tar", "b.png", "no such file"),
        ("link-circle.tar", "a", "circle"), ("link-around.tar", "x/y", "around itself"),
        ("joiner-twin.tar", "میخواهم.png", "joiners"), ("joiner-end.tar", "a.png\u{200D}", "joiner"),
        ("fifo.tar", "a.png", "named pipe"), ("character-device.tar", "a.png", "device"),
        ("block-device.tar", "a.png", "device"),
        ("sparse.tar", "a.png", "sparse"), ("absolute.tar", "/tmp/a.png", "absolute"),
        ("climbs.tar", "bottle/../../a.png", "climbs"),
        ("climbs-pax.tar", "bottle/../../a.png", "climbs"), ("control.tar", "a\n.png", "U+000A"),
        ("bidirectional.tar", "a\u{202E}gnp.exe", "U+202E"), ("backslash.tar", "a\\b.png", "backslash"),
        ("duplicate.tar", "a.png", "came before"), ("case.tar", "bottle/a.png", "upper and lower case"),
        ("case-folder.tar", "bottle/b.png", "upper and lower case"), ("accents.tar", "e\u{301}.png", "accents"),
        ("file-and-folder.tar", "a/b.png", "both a file and a folder"), ("symlink.zip", "a.png", "symbolic link"),
        ("climbs.zip", "../a.png", "climbs"), ("duplicate.zip", "a.png", "came before"),
        ("encrypted.zip", "bottle/train/good/000.png", "encrypted"),
    ])
    func hostileEntriesAreRefusedByName(archive: String, entry: String, word: String) throws {
        guard case .refused(_, let name, let reason) = try failure(fixture(archive)) else {
            Issue.record("\(archive) was not refused: \(String(describing: try failure(fixture(archive))))")
            return
        }
        #expect(name.unicodeScalars.elementsEqual(entry.unicodeScalars))
        #expect(reason.contains(word))
    }

    @Test func namesOutOfBoundsAreRefused() throws {
        for (archive, word) in [
            ("deep.tar", "folders deep"), ("long.tar", "bytes, more than 1024"), ("not-utf8.tar", "not UTF-8"),
        ] {
            guard case .refused(_, _, let reason) = try failure(fixture(archive)) else {
                Issue.record("\(archive) was not refused")
                continue
            }
            #expect(reason.contains(word))
        }
    }

    @Test func messagesShowNoControlCharacters() throws {
        let text = try #require(try failure(fixture("control.tar"))).description
        #expect(text.contains("a\\u{a}.png"))
        #expect(!text.contains("\n"))
    }

    @Test(arguments: ["bomb.tar.xz", "bomb.tar.gz", "bomb.zip"])
    func bombsAreStopped(name: String) throws {
        guard case .limit(_, _, let reason) = try failure(fixture(name)) else {
            Issue.record("\(name) was not stopped")
            return
        }
        #expect(reason.contains("200 times"))
    }

    @Test func limitsAreCounted() throws {
        var limits = ArchiveLimits()
        limits.entries = 4
        limits.raises = .init(entries: "a.entries", totalBytes: "a.bytes", fileBytes: "a.file")
        #expect(
            try failure(fixture("good.tar"), limits: limits)?.description.hasSuffix(
                "more than 4 entries; leave out what isn't needed, or set a.entries higher")
                == true)
        limits = ArchiveLimits()
        limits.fileBytes = 2303
        #expect(
            try failure(fixture("good.zip"), limits: limits)?.description.contains("2304 bytes, more than 2303") == true
        )
        limits = ArchiveLimits()
        limits.totalBytes = 2863
        #expect(try failure(fixture("good.tar.xz"), limits: limits)?.description.contains("together") == true)
        #expect(try failure(fixture("huge-size.tar"))?.description.contains("4294967296 bytes") == true)
    }

    @Test func aWrongChecksumIsCorrupt() throws {
        guard case .corrupt = try failure(fixture("checksum.zip")) else {
            Issue.record("checksum.zip passed")
            return
        }
    }

    @Test func whatIsNoArchiveIsNamed() throws {
        let folder = try TemporaryFolder()
        for (bytes, word) in [
            ([], "empty"), (Array("BZh91AY".utf8), "bzip2"), (Array("just a text".utf8), "no known kind"),
            ([0x89, 0x50, 0x4E, 0x47, 0x0D], "PNG"), (Array(repeating: 7, count: 2000), "no known kind"),
        ] as [([UInt8], String)] {
            let path = try folder.write("file", bytes)
            guard case .notAnArchive(_, let detail) = try failure(path) else {
                Issue.record("\(word): taken for an archive")
                continue
            }
            #expect(detail.contains(word))
        }
        #expect(try failure(folder.path + "/nowhere") == .missing(path: folder.path + "/nowhere"))
    }
}
