package import ParameterKit

// What the keys of detectors on a transformer have in common.

extension TransformerFamily {
    /// Says where a size is none of whole patches.
    package func check(size: Int, at key: Key<Int>, _ issues: inout Issues) {
        let patch = VisionTransformerShape.patch, below = size / patch * patch
        guard below != size else { return }
        issues.add(
            "\(size) is no multiple of \(patch), the patches' side; use \(below < patch ? patch : below) or \(below + patch)",
            at: key)
    }

    /// Says where there is no such block.
    package func check(block: Int, at key: String, _ issues: inout Issues) {
        guard block > shape.depth else { return }
        issues.add("\(rawValue) has \(shape.depth) blocks, not \(block)", at: key)
    }
}
