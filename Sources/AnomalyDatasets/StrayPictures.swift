/// Counts the pictures of a source that its layout has no place for, so that none is left out silently.
struct StrayPictures: Sendable {
    private struct Heap: Sendable {
        var count: Int
        var first: String
    }
    /// Category → reason → the pictures found.
    private var heaps: [String: [String: Heap]] = [:]

    var categories: [String] { heaps.keys.sorted() }

    mutating func count(_ name: String, source: String) {
        let parts = name.split(separator: "/")
        guard let file = parts.last, !DatasetLayout.isHidden(parts) else { return }
        let ending = file.lastIndex(of: ".").map { file[file.index(after: $0)...].lowercased() }
        guard let ending, DatasetLayout.pictureEndings.contains(ending) else {
            if let ending, Self.otherEndings.contains(ending) {
                let category = parts.count > 1 ? String(parts[0]) : source
                let reason =
                    "of their ending .\(ending) no picture is read; convert them to PNG, or rename those that are JPEG to .jpg"
                heaps[category, default: [:]][reason, default: Heap(count: 0, first: name)].count += 1
            }
            return
        }
        var (category, reason) = (parts.count > 1 ? String(parts[0]) : source, Self.outside)
        for (folder, why) in Self.reasons {
            guard let index = parts.firstIndex(of: folder), index < parts.count - 1 else { continue }
            (category, reason) = (index > 0 ? String(parts[index - 1]) : source, why)
            break
        }
        heaps[category, default: [:]][reason, default: Heap(count: 0, first: name)].count += 1
    }

    func sentences(about category: String) -> [String] {
        (heaps[category] ?? [:]).sorted { $0.key < $1.key }.map { reason, heap in
            let pictures = heap.count == 1 ? "1 picture is" : "\(heap.count) pictures are"
            return "\(category): \(pictures) left out, \(heap.first) among them: \(reason)"
        }
    }

    /// What was seen, for the message about a source without a known layout.
    var seen: String {
        let all = heaps.values.flatMap(\.values)
        guard let example = all.map(\.first).min() else { return "no picture was seen" }
        return "\(all.reduce(0) { $0 + $1.count }) pictures such as \"\(example)\" were seen"
    }

    /// Of pictures, and not looked into.
    private static let otherEndings: Set<String> = [
        "jfif", "jfi", "jpe", "pjpeg", "pjp", "ppm", "pgm", "pbm", "pnm", "exr", "hdr", "dcm", "tga", "pcx", "svg",
        "ico",
        "cr2", "nef", "arw", "raw",
    ]
    private static let outside = "they lie outside of the layout's folders"
    private static let reasons: [(Substring, String)] = [
        ("validation", "validation pictures are for neither training nor testing"),
        ("test_private", "the labels of test_private are not published"),
        ("test_private_mixed", "the labels of test_private_mixed are not published"),
    ]
}
