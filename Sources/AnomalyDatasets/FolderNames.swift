/// Which folders of a source hold what, where no layout says it: the arrangement of anomalib's `Folder`.
///
/// Paths are relative to the source, without a slash at their ends. All pictures are one category, called as the
/// source. A mask is called as its picture, or with `_mask` behind, at the same place below its folder.
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

    enum Use { case normal, abnormal, normalTest, mask }

    /// The longest folder that a name lies in, what it is for, and the name below it.
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
