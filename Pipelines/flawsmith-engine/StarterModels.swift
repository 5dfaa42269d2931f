import ClipModels
import DiffusionModels
import Foundation
import Glibc

/// Writes the demo's two models: small, with the right architecture and random weights.
///
/// Each is put in place by one rename, and its bytes depend only on the seed. An existing model is kept, unless it is
/// one of these in another version or from another seed.
struct StarterModels {
    /// Goes up when the same seed gives other files.
    private static let recipe = 2

    let folder: URL
    let seed: UInt32

    func write() throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try write("diffusion", ModelCard.diffusion) { url in
            // Without files of its own a folder has CLIP's vocabulary.
            let tokenizer = try CLIPTokenizer.load(folder: url)
            // The gain was found by trial: with 4, guidance and masks have a visible effect on untrained weights; with
            // 1 maps are flat, with 8 spiky.
            try DiffusionFolder.writeRandom(
                to: url, configuration: .starter(tokenizer), tokenizer: tokenizer, seed: seed, attentionGain: 4)
        }
        try write("clip", ModelCard.clip) { url in
            try CLIPFolder(url.path).writeRandom(.starter(CLIPTokenizer.load(folder: url)), seed: seed)
        }
    }

    // MARK: - One model

    /// flawsmith.json: states that the weights are untrained, and their origin.
    private struct Mark: Codable, Equatable {
        var trained = false
        var made_by = "flawsmith-engine starter-models"
        var recipe = StarterModels.recipe
        var seed: UInt32
        var license = "Apache-2.0"
    }

    private static let markName = "flawsmith.json"

    private func write(_ name: String, _ card: String, _ build: (URL) throws -> Void) throws {
        let target = folder.appendingPathComponent(name, isDirectory: true)
        let mark = Mark(seed: seed)
        if FileManager.default.fileExists(atPath: target.path) {
            let found = (try? Data(contentsOf: target.appendingPathComponent(Self.markName))).flatMap {
                try? JSONDecoder().decode(Mark.self, from: $0)
            }
            guard let found, !found.trained, found.made_by == mark.made_by, found != mark else {
                print("\(target.path) is there already")
                return
            }
        }
        removeLeftovers(name)
        let temporary = folder.appendingPathComponent(".\(name)-\(getpid()).partial", isDirectory: true)
        try FileManager.default.createDirectory(at: temporary, withIntermediateDirectories: true)
        do {
            try build(temporary)
            try Data(card.utf8).write(to: temporary.appendingPathComponent("README.md"))
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
            try (encoder.encode(mark) + [UInt8(ascii: "\n")]).write(to: temporary.appendingPathComponent(Self.markName))
            try FolderSync.sync(temporary)
            if FileManager.default.fileExists(atPath: target.path) { try FileManager.default.removeItem(at: target) }
            try FileManager.default.moveItem(at: temporary, to: target)
            try FolderSync.sync(entriesOf: folder)
        } catch {
            try? FileManager.default.removeItem(at: temporary)
            throw error
        }
        print("wrote \(target.path)")
    }

    /// Removes what a killed run left of this model.
    private func removeLeftovers(_ name: String) {
        for entry in (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? [] {
            guard entry.hasPrefix(".\(name)-"), entry.hasSuffix(".partial"),
                let process = pid_t(entry.dropFirst(name.count + 2).dropLast(8)),
                kill(process, 0) != 0, errno == ESRCH
            else { continue }
            try? FileManager.default.removeItem(at: folder.appendingPathComponent(entry))
        }
    }
}
