import Crypto
import TensorCore

/// Caches computed tensors: in a folder up to a limit, and those that don't fit there in memory up to another limit.
/// Tensors that fit nowhere are computed again, so the limits change a run's time but none of its numbers.
///
/// The first tensors stay. A training reads every sample once per epoch, in another order each time. Whichever samples
/// are kept, the others are computed again in every epoch; no rule does better. Evicting the least recently used
/// samples would recompute nearly all of them.
final class TensorStore {
    private var held: [String: [String: Tensor]] = [:]
    private var heldBytes = 0
    private let memoryLimit: Int
    private let folder: CacheFolder?

    /// - Parameters:
    ///   - memoryLimit: bytes.
    ///   - folder: may be emptied or removed at any time; nil to write nothing.
    init(memoryLimit: Int, folder: CacheFolder?) {
        (self.memoryLimit, self.folder) = (memoryLimit, folder)
    }

    /// Keeps the folder's tensors for these keys, even when others need room.
    func keep(_ keys: [String]) {
        guard let folder else { return }
        folder.keep(Set(keys.map(Self.address)))
    }

    private static func address(_ key: String) -> String { PictureFile.hexadecimal(SHA256.hash(data: Array(key.utf8))) }

    /// The tensors that `compute` gives for this key, from memory, from the folder, or computed.
    ///
    /// - Parameters:
    ///   - key: text that says everything the tensors depend on.
    ///   - names: the names of the tensors that `compute` returns.
    func tensors(_ key: String, names: [String], _ compute: () throws -> [String: Tensor]) throws -> [String: Tensor] {
        if let found = found(key, names: names) { return found }
        let tensors = try compute()
        try keep(tensors, for: key)
        return tensors
    }

    /// The tensors kept for this key; nil where they have to be computed.
    func found(_ key: String, names: [String]) -> [String: Tensor]? {
        let address = Self.address(key)
        if let found = held[address] { return found }
        // The folder's files are memory-mapped; the system caches as much of them as fits.
        if let found = folder?.read(address), Set(found.keys) == Set(names) { return found }
        return nil
    }

    /// Keeps tensors, where there is room.
    func keep(_ tensors: [String: Tensor], for key: String) throws(TensorError) {
        let address = Self.address(key)
        if folder?.write(tensors, to: address) ?? false { return }
        var bytes = 0
        for tensor in tensors.values { bytes += try tensor.count * tensor.dtype.size }
        guard heldBytes + bytes <= memoryLimit else { return }
        held[address] = tensors
        heldBytes += bytes
    }
}
