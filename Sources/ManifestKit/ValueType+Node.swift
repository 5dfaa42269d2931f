import ParameterKit

extension ValueType {
    /// Whether a node has the shape of this type.
    func fits(_ node: Node) -> Bool {
        switch (node.content, self) {
        case (.mapping, .section), (.mapping, .mapping), (.mapping, .methods), (.sequence, .list): true
        case (.scalar, .section(let section)): !section.shorthand.isEmpty
        case (.scalar, .or): true
        case (_, .or(_, let type)): type.fits(node)
        case (.scalar, .text), (.scalar, .path), (.scalar, .boolean), (.scalar, .integer), (.scalar, .decimal),
            (.scalar, .bytes),
            (.scalar, .choice):
            true
        case (_, .either(let types)): types.contains { $0.fits(node) }
        default: false
        }
    }
}
