import Archives
import Foundation
import Imaging
import StageKit
import Testing

extension ProgramTests {
    /// `flawsmith export`: layouts, places, and what it refuses.
    @Suite(.serialized) struct ExportCommandTests {
        private func place() throws -> PartFolder {
            let place = try PartFolder("method: perlin, images_per_normal: 6, anomalies: [worn, dirty]")
            let outcome = try place.run("--until", "generate")
            try #require(outcome.status == 0, "\(outcome.errors)")
            return place
        }

        private func export(_ place: PartFolder, _ arguments: String...) throws -> Program.Outcome {
            try Program.run(
                ["export", place.url("parts.yaml").path, "--output", place.url("out").path] + arguments)
        }

        private func names(_ url: URL) throws -> [String] { try StoredObject.files(under: url) }

        private func left(_ place: PartFolder, _ folder: String) throws -> [String] {
            try FolderListing.entries(of: place.url(folder)).map(\.name).filter { $0.hasPrefix(".") }
        }

        @Test func archivesAndFoldersHoldTheSame() throws {
            let place = try place()
            for ending in ["tar", "tar.gz", "tgz", "tar.xz", "tar.zst"] {
                let target = place.url("to/a.\(ending)")
                let outcome = try export(
                    place, "--shots", "2", "--layout", "coco", "--to", target.path, "--set", "export.compression=xz")
                try #require(outcome.status == 0, "\(outcome.errors)")
                #expect(outcome.output == target.path + "\n")
                let note = try String(contentsOf: place.url("to/a.\(ending).sha256"), encoding: .utf8)
                #expect(note == "\(try Digest.sha256(file: target))  a.\(ending)\n")
            }
            let gz = place.url("to/a.tar.gz"), folder = place.url("to/folder")
            #expect(try Digest.sha256(file: gz) == Digest.sha256(file: place.url("to/a.tgz")))
            let outcome = try export(place, "--shots", "2", "--layout", "coco", "--to", folder.path)
            try #require(outcome.status == 0, "\(outcome.errors)")
            var unpacked: [String: [UInt8]] = [:]
            let source = try openFileSource(gz.path)
            while let entry = try source.next() {
                unpacked[String(entry.name.dropFirst("parts-2shot-s3-coco/".count))] = try source.contents()
            }
            #expect(try Set(names(folder)) == Set(unpacked.keys) && unpacked.count > 60)
            for (name, bytes) in unpacked where name != "manifest.yaml" && name != "SHA256SUMS" {
                #expect(try DurableFile.read(folder.appendingPathComponent(name)) == Data(bytes), "\(name)")
            }
            #expect(try left(place, "to").isEmpty)
        }

        /// The command and the manifest's `export.layouts` make one archive.
        @Test func theRunsArchivesAreTheSame() throws {
            let place = try place()
            let layouts =
                "export={layouts: {yolo: {labels: boxes}, webdataset: {}}, real: test, shares: {train: 1, validation: 1, test: 0}}"
            let run = try place.run("--set", layouts)
            try #require(run.status == 0, "\(run.errors)")
            for layout in ["yolo", "webdataset"] {
                let target = place.url("\(layout).tar.gz")
                let outcome = try export(
                    place, "--shots", "1", "--seed", "3", "--layout", layout, "--to", target.path, "--set", layouts)
                try #require(outcome.status == 0, "\(outcome.errors)")
                let published = place.url("out/exports/parts-1shot-s3-\(layout).tar.gz")
                #expect(try Digest.sha256(file: target) == Digest.sha256(file: published), "\(layout)")
            }
        }

        /// Nothing that stands there is replaced unasked, and a refusal leaves nothing behind.
        @Test func whatStandsThereIsKept() throws {
            let place = try place(), some = ["--shots", "1", "--layout", "mvtec"]
            func to(_ path: String, _ more: String...) throws -> Program.Outcome {
                try Program.run(
                    ["export", place.url("parts.yaml").path, "--output", place.url("out").path]
                        + some + ["--to", place.url(path).path] + more)
            }
            try DurableFile.write("mine", to: place.url("to/a.tar"))
            try DurableFile.write("mine", to: place.url("to/b/README.md"))
            try DurableFile.write("mine", to: place.url("to/c"))
            try DurableFile.makeFolder(place.url("to/d.tar"))
            try DurableFile.makeFolder(place.url("to/empty"))
            for (path, replace) in [("a.tar", false), ("b", false), ("b", true), ("c", true), ("d.tar", true)] {
                let outcome = replace ? try to("to/\(path)", "--replace") : try to("to/\(path)")
                #expect(outcome.status == 73 && outcome.errors.contains("to/\(path)"), "\(path): \(outcome.errors)")
            }
            #expect(try names(place.url("to")) == ["a.tar", "b/README.md", "c"])
            #expect(try to("to/empty").status == 0)
            #expect(try to("to/empty").status == 73)
            let whole = try names(place.url("to/empty"))
            try DurableFile.write("more", to: place.url("to/empty/more"))
            #expect(try to("to/empty", "--replace").status == 0)
            #expect(try names(place.url("to/empty")) == whole)
            #expect(try to("to/a.tar", "--replace").status == 0)
            #expect(try left(place, "to").isEmpty)
        }

        @Test func whatCanNotBeDoneIsSaid() throws {
            let place = try place()
            let several = try export(place, "--layout", "coco", "--to", place.url("x").path)
            #expect(several.status == 64 && several.errors.contains("--shots 1 --seed 3, --shots 2 --seed 3"))
            let none = try export(place, "--shots", "5", "--to", place.url("x").path)
            #expect(none.status == 64 && none.errors.contains("no data set of 5 shots"), "\(none.errors)")
            let unknown = try export(place, "--layout", "vook", "--to", place.url("x").path)
            #expect(unknown.status == 64 && unknown.errors.contains("imagefolder"), "\(unknown.errors)")
            let zip = try export(place, "--shots", "1", "--to", place.url("x.zip").path)
            #expect(zip.status == 64 && zip.errors.contains(".zip"), "\(zip.errors)")
            let fresh = try PartFolder("method: perlin, images_per_normal: 2")
            let early = try export(fresh, "--shots", "1", "--to", fresh.url("x").path)
            #expect(early.status == 66 && early.errors.contains("--until generate"), "\(early.errors)")
            let shares = try export(
                place, "--shots", "1", "--to", place.url("x").path, "--set",
                "export.shares={train: 0, validation: 0, test: 0}")
            #expect(shares.status == 78 && shares.errors.contains("must not be 0"), "\(shares.errors)")
            #expect(try !DurableFile.exists(place.url("x")))
        }

        /// Two manifests of one name: each keeps its archive, and the second says where its own is.
        @Test func manifestsOfOneNameKeepTheirArchives() throws {
            let place = try place()
            try #require(try place.run().status == 0)
            let plain = place.url("out/exports/parts-1shot-s3-mvtec.tar.gz")
            let first = try Digest.sha256(file: plain)
            let other = try place.run("--set", "generation.images_per_normal=2")
            try #require(other.status == 0, "\(other.errors)")
            #expect(
                other.errors.contains("exports/parts-1shot-s3-mvtec.tar.gz is of another manifest"), "\(other.errors)")
            #expect(try Digest.sha256(file: plain) == first)
            let exports = try FolderListing.entries(of: place.url("out/exports")).map(\.name)
            let own = exports.filter { $0.hasPrefix("parts-1shot-s3-mvtec-") }.sorted()
            #expect(exports.count == 8 && own.count == 2, "\(exports)")
            let note = try String(contentsOf: place.url("out/exports/\(own[1])"), encoding: .utf8)
            #expect(note == "\(try Digest.sha256(file: place.url("out/exports/\(own[0])")))  \(own[0])\n")
            // Neither changes anything when it is run again.
            let again = try place.run("--set", "generation.images_per_normal=2")
            #expect(again.status == 0 && !again.errors.contains("another manifest"), "\(again.errors)")
            #expect(try place.run().status == 0)
            #expect(try FolderListing.entries(of: place.url("out/exports")).map(\.name).sorted() == exports.sorted())
            #expect(try Digest.sha256(file: plain) == first)
            #expect(try Program.run(["verify", "--output", place.url("out").path]).status == 0)
        }
    }
}
