/// Which folders of a source hold what, for sources without a known layout. The arrangement is that of anomalib's
/// `Folder`.
///
/// Paths are relative to the source, without a slash at their ends. All pictures are one category with the source's
/// name. A mask has its picture's name, or that name followed by `_mask`, and lies at the same place below its folder.
package struct FolderNames: Sendable, Equatable, Codable {
    package var normal: [String]
    package var abnormal: [String]
    /// Normal pictures to test on; without them every tenth of `normal`, by name, is for testing.
    package var normalTest: [String]
    package var masks: [String]

    package init(normal: [String], abnormal: [String] = [], normalTest: [String] = [], masks: [String] = []) {
        func tidy(_ folders: [String]) -> [String] {
            folders.map { $0.split(separator: "/").filter { $0 != "." }.joined(separator: "/") }
        }
        (self.normal, self.abnormal) = (tidy(normal), tidy(abnormal))
        (self.normalTest, self.masks) = (tidy(normalTest), tidy(masks))
    }

    /// All of them but the source itself.
    var named: Set<String> { Set(normal + abnormal + normalTest + masks).subtracting([""]) }

    enum Use { case normal, abnormal, normalTest, mask }

    /// The longest named folder that a file lies in, that folder's use, and the file's name below it; nil outside all
    /// folders.
    func place(of name: String) -> (use: Use, folder: String, below: String)? {
        let all =
            normal.map { (Use.normal, $0) } + abnormal.map { (.abnormal, $0) } + normalTest.map { (.normalTest, $0) }
            + masks.map { (.mask, $0) }
        let around = all.filter { $0.1.isEmpty || name.hasPrefix($0.1 + "/") }.max { $0.1.utf8.count < $1.1.utf8.count }
        return around.map { ($0.0, $0.1, String(name.dropFirst($0.1.isEmpty ? 0 : $0.1.count + 1))) }
    }

    func entry(_ name: String, source: String) -> LayoutEntry? {
        guard let (use, folder, _) = place(of: name) else { return nil }
        let last = folder.split(separator: "/").last.map(String.init) ?? folder
        let role: LayoutEntry.Role =
            switch use {
            case .normal: .picture(split: normalTest.isEmpty ? nil : .train, folder: "good")
            case .normalTest: .picture(split: .test, folder: "good")
            case .abnormal: .picture(split: .test, folder: last)
            case .mask: .mask(folder: last)
            }
        return LayoutEntry(category: source, path: name, role: role)
    }
}
