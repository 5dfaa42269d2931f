import Synchronization

/// Sections that were looked through once. A key asks for the section of its type, and that for its keys: without a
/// memory the innermost would be looked through again for every section around it.
enum KnownSections {
    private static let known = Mutex<[ObjectIdentifier: SectionType]>([:])
    private static let declared = Mutex<[ObjectIdentifier: [DeclaredKey]]>([:])

    /// - Parameter make: may ask for other sections in turn.
    static func section(of type: ObjectIdentifier, _ make: () -> SectionType) -> SectionType {
        remembered(type, in: known, make)
    }

    /// The keys of a section at its defaults.
    static func keys(of type: ObjectIdentifier, _ make: () -> [DeclaredKey]) -> [DeclaredKey] {
        remembered(type, in: declared, make)
    }

    private static func remembered<Value: Sendable>(
        _ type: ObjectIdentifier, in memory: borrowing Mutex<[ObjectIdentifier: Value]>, _ make: () -> Value
    ) -> Value {
        if let value = memory.withLock({ $0[type] }) { return value }
        let value = make()
        memory.withLock { $0[type] = value }
        return value
    }
}
