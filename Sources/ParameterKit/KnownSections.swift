import Synchronization

/// Sections that were looked through once. A key asks for the section of its type, and that for its keys: without a
/// memory the innermost would be looked through again for every section around it.
enum KnownSections {
    private static let known = Mutex<[ObjectIdentifier: SectionType]>([:])

    /// - Parameter make: may ask for other sections in turn.
    static func section(of type: ObjectIdentifier, _ make: () -> SectionType) -> SectionType {
        if let section = known.withLock({ $0[type] }) { return section }
        let section = make()
        known.withLock { $0[type] = section }
        return section
    }
}
