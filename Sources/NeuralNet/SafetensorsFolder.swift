import FileSigns
import Foundation
package import TensorCore

/// The weights of one network in a folder: one safetensors file, or several named by an index.
package struct SafetensorsFolder: WeightSource {
    package let name: String
    package let shapes: [String: [Int]]
    private let shards: [String: SafetensorsFile]

    /// Looks for `<stem>.safetensors`, `<stem>.safetensors.index.json`, and for the half-precision copies that
    /// diffusers writes beside or instead of them: `<stem>.fp16.safetensors`, `<stem>.safetensors.index.fp16.json` and
    /// `<stem>.fp16.safetensors.index.json`; for each stem in turn, e.g. `diffusion_pytorch_model`, `model`,
    /// `open_clip_model`. Links are followed.
    ///
    /// *Throws* `WeightsError`: `inputMissing` when there is none, `badData` when there is only a pickle or a file is
    /// damaged.
    package init(_ folder: String, stems: [String]) throws(WeightsError) {
        for stem in stems {
            let path = "\(folder)/\(stem).safetensors"
            if FileManager.default.fileExists(atPath: path) {
                self.init(file: try SafetensorsFile(path))
                return
            }
            if FileManager.default.fileExists(atPath: path + ".index.json") {
                try self.init(index: path + ".index.json", folder: folder)
                return
            }
            let half = "\(folder)/\(stem).fp16.safetensors"
            if FileManager.default.fileExists(atPath: half) {
                self.init(file: try SafetensorsFile(half))
                return
            }
            for index in [path + ".index.fp16.json", half + ".index.json"]
            where FileManager.default.fileExists(atPath: index) {
                try self.init(index: index, folder: folder)
                return
            }
        }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        if let pickle = names.sorted().first(where: Pickle.isNamedLikeOne) {
            throw Pickle.refusal("\(folder)/\(pickle)")
        }
        // A link into a cache whose file is gone, or was never fetched.
        let wantedNames = stems.map { "\($0).safetensors" }
        if let broken = names.first(where: { wantedNames.contains($0) }) {
            throw WeightsError(
                .inputMissing, "\(folder)/\(broken)", "a link to a file that isn't there; download the model again")
        }
        let wanted = stems.map { "\($0).safetensors" }.joined(separator: " or ")
        throw WeightsError(
            .inputMissing, folder, "no weights here: \(wanted) expected (or its .index.json with the parts it names)")
    }

    private init(file: SafetensorsFile) {
        name = file.name
        shapes = file.shapes
        shards = Dictionary(uniqueKeysWithValues: file.shapes.keys.map { ($0, file) })
    }

    private struct Index: Decodable {
        var weight_map: [String: String]
    }

    private init(index path: String, folder: String) throws(WeightsError) {
        func refuse(_ reason: String) -> WeightsError { WeightsError(.badData, path, reason) }
        guard let data = FileManager.default.contents(atPath: path) else {
            throw WeightsError(.io, path, "can't be read")
        }
        if let standIn = StandIn(data) { throw refuse(standIn.sentence) }
        let index: Index
        do {
            index = try JSONDecoder().decode(Index.self, from: data)
        } catch {
            throw refuse("not an index of weights: an object with “weight_map”, from tensor to file, expected")
        }
        var shards: [String: SafetensorsFile] = [:]
        var shapes: [String: [Int]] = [:]
        var problems: [String] = []
        for fileName in Set(index.weight_map.values).sorted() {
            guard !fileName.contains("/"), fileName.hasSuffix(".safetensors") else {
                throw refuse("“\(fileName)” is not the name of a safetensors file beside the index")
            }
            let file = try SafetensorsFile("\(folder)/\(fileName)")
            for key in file.keys {
                if index.weight_map[key] == fileName {
                    (shards[key], shapes[key]) = (file, file.shapes[key])
                } else {
                    problems.append(
                        "“\(key)” stands in \(fileName), but the index names \(index.weight_map[key] ?? "no file") for it"
                    )
                }
            }
        }
        problems += index.weight_map.filter { shards[$0.key] == nil }.map { "“\($0.key)” is not in \($0.value)" }
        guard problems.isEmpty else {
            throw refuse("the index doesn't fit its files:\n  " + problems.sorted().joined(separator: "\n  "))
        }
        (name, self.shards, self.shapes) = (path, shards, shapes)
    }

    package func tensor(_ key: String) throws(TensorError) -> Tensor {
        guard let shard = shards[key] else { throw TensorError(.invalidArgument, "\(name) holds no tensor “\(key)”") }
        return try shard.tensor(key)
    }
}
