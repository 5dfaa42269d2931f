package import AnomalyDatasets
package import Archives
package import Imaging
package import MethodKit
package import ParameterKit

/// What a user may say about a data set's files that can't be seen in them.
package struct SourceKeys: Parameters {
    @Key("How masks become damage.")
    package var masks = MaskKeys()
    @Key(
        "What black and white are in pictures of 16 bits: a number of bits (12 is 0 to 4095), or two values.",
        .or("auto", "the narrowest of 8, 10, 12, 14 and 16 bits that holds a category's largest value"))
    package var range: SampleRange? = nil
    @Key(
        "Which folders hold what, where no layout says it; all pictures are one category, called as the data set.",
        .or("none", "as the layout says"))
    package var folders: FolderSection? = nil
    @Key(
        "Cuts pictures larger than a tile into tiles that are pictures of their own until maps are compared with masks.",
        .or("none", "every picture is taken whole"))
    package var tiles: TilesSection? = nil
    @Key("How much an archive or folder may hold before it is refused.")
    package var limits = LimitSection()

    package init() {}

    /// Folders that are named are no other layout.
    func check(kind: DatasetLayout?, at key: Key<DatasetLayout?>, _ issues: inout Issues) {
        guard folders != nil, let kind, kind != .folder else { return }
        issues.add("folders are named below, which no \(kind.rawValue) has; write folder, or leave it out", at: key)
    }
}

/// Folders of pictures by what they show; names are paths inside the data set.
package struct FolderSection: Parameters {
    @Key("Folders of normal pictures.", isRequired: true)
    package var normal = FolderList()
    @Key("Folders of pictures of damage, each one kind, called as its folder.")
    package var abnormal = FolderList()
    @Key("Folders of normal pictures to test on; without them every tenth of `normal`, by name, is for testing.")
    package var normalTest = FolderList()
    @Key(
        """
        Folders of masks, each called as its picture, or with `_mask` behind: one for all, or one for each of `abnormal` in the same order; \
        without them pictures of damage are scored as wholes.
        """)
    package var masks = FolderList()

    package init() {}

    package init(normal: [String], abnormal: [String], normalTest: [String], masks: [String]) {
        (self.normal, self.abnormal) = (FolderList(normal), FolderList(abnormal))
        (self.normalTest, self.masks) = (FolderList(normalTest), FolderList(masks))
    }

    package func check(_ issues: inout Issues) {
        if let problem { issues.add(problem, at: $normal) }
    }

    private var all: [String] { normal.names + abnormal.names + normalTest.names + masks.names }

    /// What is wrong with the folders taken together.
    private var problem: String? {
        if normal.names.isEmpty { return "at least one folder is needed" }
        let tidy = all.map { FolderList.tidy($0) }
        return tidy.first { name in tidy.count { $0 == name } > 1 }.map {
            "the folder \($0) stands here twice; its pictures can be one thing only"
        }
    }

    /// The same for names that came from a command line, which nobody has looked at.
    package var problemOfNames: String? {
        all.first { !FolderList.rule.accepts($0) }.map { "\"\($0)\" is not \(FolderList.rule.expected)" } ?? problem
    }

    package var names: FolderNames {
        FolderNames(
            normal: normal.names, abnormal: abnormal.names, normalTest: normalTest.names, masks: masks.names)
    }
}

/// One folder or several.
package struct FolderList: SelfTyped, Hashable {
    package var names: [String] = []

    package init(_ names: [String] = []) { self.names = names }

    /// Inside the data set: relative, and never upwards.
    fileprivate static let rule = TextRule(
        expected: "a folder inside the data set (relative, without `..`)",
        pattern: "^(?!/)(?!(.*/)?\\.\\.(/|$)).*\\S.*$"
    ) { name in
        TextRule.path.accepts(name) && !name.hasPrefix("/") && !name.split(separator: "/").contains("..")
    }

    /// Without what says nothing: `./good/` is `good`.
    static func tidy(_ name: String) -> String {
        name.split(separator: "/").filter { $0 != "." }.joined(separator: "/")
    }

    package static var valueType: ValueType {
        .either([.text(rule), .list(of: .text(rule), ListRule(count: 0...1000, distinct: .elements))])
    }
    package static func read(_ json: JSONValue, _ reading: Reading) -> FolderList? {
        if let name = json.string { return FolderList([name]) }
        guard let elements = json.array else { return nil }
        let names = elements.compactMap(\.string)
        return names.count == elements.count ? FolderList(names) : nil
    }
    package var json: JSONValue { .array(names.map { .string($0) }) }
}

/// Bounds of what is unpacked: what a damaged or hostile archive can cost.
package struct LimitSection: Parameters {
    private static let standard = ArchiveLimits()

    @Key("Files and folders.", .in(1...100_000_000), affects: .nothing)
    package var entries = Self.standard.entries
    @Key("All files together, unpacked, with its unit.", .bytes(1...1_000_000_000_000_000), affects: .nothing)
    package var bytes = Int(Self.standard.totalBytes)
    @Key("One file, unpacked, with its unit.", .bytes(1...1_000_000_000_000_000), affects: .nothing)
    package var file = Int(Self.standard.fileBytes)

    package init() {}

    /// - Parameter key: where these keys stand in the manifest, for messages.
    package func archive(key: String) -> ArchiveLimits {
        var limits = Self.standard
        (limits.entries, limits.totalBytes, limits.fileBytes) = (entries, Int64(bytes), Int64(file))
        limits.raises = ArchiveLimits.Keys(
            entries: "\(key).entries", totalBytes: "\(key).bytes", fileBytes: "\(key).file")
        return limits
    }
}

extension SampleRange: SelfTyped {
    package static var valueType: ValueType {
        let value = ValueType.integer(0...65535)
        return .either([
            .integer(8...16), .list(of: value, ListRule(count: 2...2, distinct: .elements, ascending: true)),
        ])
    }
    package static func read(_ json: JSONValue, _ reading: Reading) -> SampleRange? {
        if let bits = json.int { return SampleRange(lower: 0, upper: (1 << bits) - 1) }
        guard let values = json.array?.compactMap(\.int), values.count == 2 else { return nil }
        return SampleRange(lower: values[0], upper: values[1])
    }
    package var json: JSONValue { .array([.int(lower), .int(upper)]) }
}
