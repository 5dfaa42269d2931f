import Crypto
import TensorCore

/// Remembers computed tensors: in a folder up to a bound, and in memory, up to another, what the folder has no room
/// for. What is forgotten is computed again, so the bounds change the time a run takes and none of its numbers.
///
/// The first to come stay. A training reads every sample once per epoch, in another order each time: whichever samples
/// are kept, as many are computed again as there is no room for, and no fewer can be. Throwing out what was used
/// longest ago would compute nearly all of them.
final class TensorStore {
    private var held: [String: [String: Tensor]] = [:]
    private var heldBytes = 0
    private let memoryLimit: Int
    private let folder: CacheFolder?

    /// - Parameters:
    ///   - memoryLimit: bytes.
    ///   - folder: may be emptied or removed at any time; nil: nothing is written.
    init(memoryLimit: Int, folder: CacheFolder?) {
        (self.memoryLimit, self.folder) = (memoryLimit, folder)
    }

    /// Keeps what the folder has for these keys, whatever else comes.
    func keep(_ keys: [String]) {
        guard let folder else { return }
        folder.keep(Set(keys.map(Self.address)))
    }

    private static func address(_ key: String) -> String { PictureFile.hexadecimal(SHA256.hash(data: Array(key.utf8))) }

    /// The tensors that `compute` gives for this key, from memory, from the folder, or computed.
    ///
    /// - Parameters:
    ///   - key: text that says everything the tensors depend on.
    ///   - names: what `compute` names its tensors.
    func tensors(_ key: String, names: [String], _ compute: () throws -> [String: Tensor]) throws -> [String: Tensor] {
        let address = Self.address(key)
        if let found = held[address] { return found }
        // The folder's files are mapped; the system keeps what it has memory for.
        if let found = folder?.read(address), Set(found.keys) == Set(names) { return found }
        let tensors = try compute()
        if folder?.write(tensors, to: address) ?? false { return tensors }
        let bytes = try tensors.values.reduce(0) { try $0 + $1.count * $1.dtype.size }
        if heldBytes + bytes <= memoryLimit {
            held[address] = tensors
            heldBytes += bytes
        }
        return tensors
    }
}
