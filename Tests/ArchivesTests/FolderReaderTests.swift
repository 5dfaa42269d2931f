import Archives
import Foundation
import Testing

@Suite struct FolderReaderTests {
    @Test func filesComeSortedWithoutHiddenOnes() throws {
        let folder = try TemporaryFolder()
        for name in ["b/2.png", "b/10.png", "a.txt", ".DS_Store", "b/._2.png", ".git/config", "B.txt"] {
            _ = try folder.write(name, Array(name.utf8))
        }
        let files = try readAll(folder.path)
        #expect(files.map(\.name) == ["B.txt", "a.txt", "b/10.png", "b/2.png"])
        #expect(files.map(\.bytes) == files.map { Array($0.name.utf8) })
    }

    @Test func linksInsideAreFollowed() throws {
        let folder = try TemporaryFolder()
        _ = try folder.write("pool/a.png", [1])
        _ = try folder.write("pool/b.png", [2])
        let files = FileManager.default
        try files.createSymbolicLink(atPath: folder.path + "/one.png", withDestinationPath: "pool/b.png")
        try files.createSymbolicLink(atPath: folder.path + "/set", withDestinationPath: folder.path + "/pool")
        let found = try readAll(folder.path)
        #expect(found.map(\.name) == ["one.png", "pool/a.png", "pool/b.png", "set/a.png", "set/b.png"])
        #expect(found.map(\.bytes) == [[2], [1], [2], [1], [2]])
    }

    @Test(arguments: [
        ("/etc/hostname", "leads out of the folder"), ("..", "leads out of the folder"), ("nothing.png", "isn't there"),
        (".", "around itself"), ("link", "circle"),
    ])
    func otherLinksAreRefused(target: String, word: String) throws {
        let folder = try TemporaryFolder()
        _ = try folder.write("real.png", [1])
        try FileManager.default.createSymbolicLink(atPath: folder.path + "/link", withDestinationPath: target)
        guard case .refused(_, "link", let reason) = try failure(folder.path) else {
            Issue.record("the link was followed")
            return
        }
        #expect(reason.contains(word), "\(reason)")
    }

    @Test func namesThatCollideAreRefused() throws {
        let folder = try TemporaryFolder()
        _ = try folder.write("x/A.png", [1])
        _ = try folder.write("x/a.png", [2])
        guard case .refused = try failure(folder.path) else {
            Issue.record("the collision passed")
            return
        }
    }
}
