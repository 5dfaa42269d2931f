import Archives
import Foundation
import Testing

@Suite(.serialized) struct NameTests {
    /// Names and notices of an archive.
    private func read(_ name: String) throws -> (names: [String], notices: [String]) {
        let source = try openFileSource(fixture(name))
        var names: [String] = []
        while let entry = try source.next() { names.append(entry.name) }
        return (names, source.notices)
    }

    @Test func namesOfAZipAreUTF8InAnyLocale() throws {
        let before = setlocale(LC_ALL, nil).map { String(cString: $0) } ?? "C"
        defer { setlocale(LC_ALL, before) }
        for locale in ["C", "C.UTF-8", "POSIX"] {
            setlocale(LC_ALL, locale)
            let marked = try read("names-utf8.zip")
            #expect(marked.names == ["Übersicht.txt", "größe/ключ/零件.png"] && marked.notices.isEmpty, "\(locale)")
            #expect(try read("names-unmarked-utf8.zip").names == ["größe/零件.png"], "\(locale)")
            #expect(try read("good-pax.tar").names.last == "bottle/grün/000.png", "\(locale)")
            let old = try read("names-437.zip")
            #expect(old.names == ["Übersicht.txt", "größe/déjà.png"] && old.notices.count == 1, "\(locale) \(old)")
            #expect(old.notices.first?.contains("code page 437") == true)
            let chinese = try read("names-gbk.zip")
            #expect(chinese.names == ["零件/正常/划痕.png"] && chinese.notices.first?.contains("GBK") == true, "\(locale)")
        }
    }

    @Test func joinersWithinAWordPass() throws {
        #expect(try read("joiners.tar").names == ["می\u{200C}خواهم.png", "👩\u{200D}🔧/a.png"])
    }

    @Test func namesOfTheFileSystemsLongestPass() throws {
        let folder = try TemporaryFolder()
        let name = String(repeating: "n", count: 251) + ".png"
        _ = try folder.write("part/\(name)", [7])
        #expect(try readAll(folder.path).map(\.name) == ["part/\(name)"])
    }
}

@Suite struct LinkTests {
    @Test func linksInsideAnArchiveComeOutAsFiles() throws {
        let files = try readAll(fixture("links.tar"))
        let found = Dictionary(files.map { ($0.name, String(decoding: $0.bytes, as: UTF8.self)) }) { one, _ in one }
        #expect(
            found == [
                "pool/0.png": "zero", "pool/1.png": "one", "nut/good/0.png": "zero", "nut/good/2.png": "zero",
                "nut/good/1.png": "one", "bolt/good/0.png": "zero", "bolt/good/1.png": "one",
            ])
        #expect(files.count == 7)
        #expect(try readAll(fixture("hardlink.tar")).map(\.bytes) == [[0x78], [0x78]])
        #expect(try readAll(fixture("links.zip")).map(\.name) == ["c.png", "a/b.png"])
    }

    @Test func filesThatAreNotAskedForArePassedOver() throws {
        let source = try openFileSource(fixture("links.tar"))
        var found: [UInt8] = []
        while let entry = try source.next() {
            if entry.name == "nut/good/2.png" { found = try source.contents() }
        }
        #expect(found == Array("zero".utf8))
    }

    /// Two folders with links to each other: every path through them is endless.
    @Test func foldersThatLinkToEachOtherEnd() throws {
        guard case .refused(_, _, let reason) = try failure(fixture("link-around-two.tar")) else {
            Issue.record("\(String(describing: try failure(fixture("link-around-two.tar"))))")
            return
        }
        #expect(reason.contains("around itself"))
    }

    @Test func linkedBytesCount() throws {
        var limits = ArchiveLimits()
        limits.totalBytes = 20
        #expect(try failure(fixture("links.tar"), limits: limits)?.description.contains("together") == true)
    }
}

/// Damaged archives: an error or files, never a crash, never without end.
@Suite(.timeLimit(.minutes(5))) struct ArchiveFuzzTests {
    private static let seed = ProcessInfo.processInfo.environment["FLAWSMITH_FUZZ_SEED"].flatMap(UInt64.init) ?? 20_262

    @Test(arguments: [
        ["names-utf8.zip", "names-437.zip", "names-gbk.zip", "links.zip"],
        ["links.tar", "joiners.tar", "no-end.tar", "link-around-two.tar"],
    ])
    func damage(names: [String]) throws {
        print("fuzzing \(names) with seed \(Self.seed)")
        let folder = try TemporaryFolder()
        var state = Self.seed
        func next(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % max(1, bound)
        }
        var errors = 0
        for number in 0..<2000 {
            var damaged = try bytes(at: fixture(names[number % names.count]))
            for _ in 0...next(4) { damaged[next(damaged.count)] = [UInt8(next(256)), 0, 0xFF, 0x2F, 0x2E][next(5)] }
            if next(4) == 0 { damaged.removeLast(next(damaged.count)) }
            let path = try folder.write("damaged", damaged)
            do {
                for file in try readAll(path) {
                    #expect(!file.name.split(separator: "/").contains("..") && !file.name.hasPrefix("/"))
                }
            } catch is ArchiveError {
                errors += 1
            }
        }
        #expect(errors > 200)
    }
}
