import Foundation
import GenerationStage
import ParameterKit
import StageKit

/// The folder for the work and the result of `synthesize`. Anything that would block the result is found before the
/// work, and a failed run leaves nothing behind.
struct SynthesisFolder: Sendable {
    let output: URL
    let trace: URL?
    let traceImages: URL?
    /// Scratch inside `output`, so that renaming stays on one file system.
    var work: URL { scratch.url }
    private let scratch: ScratchFolder
    private let isNew: Bool

    static let files = GeneratedFiles.evidence + GeneratedFiles.label
    private static let record = "record.json"

    /// - Throws: `Failure` 73 naming what is in the way.
    init(output: String, trace: String?, traceImages: String?) throws {
        self.output = URL(fileURLWithPath: output)
        self.trace = trace.map { URL(fileURLWithPath: $0) }
        self.traceImages = traceImages.map { URL(fileURLWithPath: $0) }
        isNew = try !DurableFile.exists(self.output)
        for name in Self.files + [Self.record] {
            try Self.checkIsFree(self.output.appendingPathComponent(name), option: "--to")
        }
        if let trace = self.trace { try Self.checkIsFree(trace, option: "--trace") }
        if let folder = self.traceImages { try TracePictures.check(folder) }
        try DurableFile.makeFolder(self.output)
        scratch = try ScratchFolder(in: self.output, prefix: ".work-")
    }

    /// A file may be replaced; a folder of that name may not, and its parent must be there.
    private static func checkIsFree(_ file: URL, option: String) throws {
        if try DurableFile.isFolder(file) == true {
            throw Failure(
                .cannotCreate, "is a folder where a file is to stand", at: file.path,
                remedy: "Give \(option) another name.")
        }
        let parent = file.deletingLastPathComponent().path
        if option == "--trace", !FileManager.default.isWritableFile(atPath: parent) {
            throw Failure(
                .cannotCreate, "no folder that can be written to", at: parent,
                remedy: "Make it before \(option) names it.")
        }
    }

    var traceFile: URL { work.appendingPathComponent("trace.safetensors") }
    var traceFolder: URL { work.appendingPathComponent("trace") }

    /// Removes the scratch, and the output folder if it was made by a failed run. `rmdir` only removes empty folders.
    func tidy() {
        scratch.remove()
        if isNew { rmdir(output.path) }
    }

    /// Moves the result into place, its record last: one run's pictures are never beside another's record. If two runs
    /// use one folder, the later replaces everything.
    ///
    /// - Throws: `Failure` 65 when a file of the model was changed since its digest was taken.
    func commit(record: JSONValue) throws {
        try OutsideFiles.check(namedIn: record, store: FileManager.default.temporaryDirectory.standardizedFileURL)
        try DurableFile.holding(output) { () throws(Failure) in
            try DurableFile.remove(output.appendingPathComponent(Self.record))
            // A generator that knows its label leaves no evidence.
            for name in Self.files where try DurableFile.exists(work.appendingPathComponent(name)) {
                try DurableFile.syncFile(work.appendingPathComponent(name))
                try DurableFile.rename(work.appendingPathComponent(name), to: output.appendingPathComponent(name))
            }
            if let trace, try DurableFile.exists(traceFile) {
                try DurableFile.write(try DurableFile.read(traceFile), to: trace)
            }
            try DurableFile.write(record.prettyText, to: output.appendingPathComponent(Self.record))
        }
    }
}
