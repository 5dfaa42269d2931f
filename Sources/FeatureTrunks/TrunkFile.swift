import Crypto
import Foundation
import NeuralNet

/// A network's weights on disk: a safetensors file, or a folder with `model.safetensors`.
enum TrunkFile {
    /// The weights, and the files that hold them.
    ///
    /// - Throws: `WeightsError`.
    static func open(_ path: String) throws -> (any WeightSource, [String]) {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue else {
            return (try SafetensorsFile(path), [path])
        }
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: path)
        } catch {
            throw WeightsError(.io, path, "can't be listed (\(error.localizedDescription))")
        }
        let files = names.filter { $0.hasSuffix(".safetensors") }.sorted().map { "\(path)/\($0)" }
        return (try SafetensorsFolder(path, stems: ["model"]), files)
    }

    /// SHA-256 over the files' bytes.
    ///
    /// - Throws: `WeightsError` of kind io.
    static func digest(of files: [String]) throws -> String {
        var hash = SHA256()
        for file in files {
            guard let handle = FileHandle(forReadingAtPath: file) else {
                throw WeightsError(.io, file, "can't be read")
            }
            defer { try? handle.close() }
            do {
                while let bytes = try handle.read(upToCount: 1 << 22), !bytes.isEmpty { hash.update(data: bytes) }
            } catch {
                throw WeightsError(.io, file, "can't be read (\(error.localizedDescription))")
            }
        }
        return hash.finalize().map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }
}
