import Foundation
import Imaging
import ManifestKit
import ParameterKit
import Reporting
import StageKit

/// `Output/comparisons/<name>/`: tables and pictures of a comparison. The same results give the same bytes.
struct ComparisonFolder {
    let folder: URL
    let report: ComparisonReport
    private let rows: [ComparisonRow]

    /// - Parameter set: the command line's overrides.
    init(file: ComparisonFile, set: [String], rows: [ComparisonRow], store: ArtifactStore) {
        self.rows = rows
        folder = store.comparisons.appendingPathComponent(file.name)
        report = ComparisonReport(
            Comparison(
                name: file.name, manifest: file.manifest, overrides: file.set.map(\.text) + set,
                groups: Self.groups(of: file, rows: rows), rows: rows.map(\.result)))
    }

    /// The file's groups; without any, one group of the categories that all rows have, in the first row's order.
    private static func groups(of file: ComparisonFile, rows: [ComparisonRow]) -> [Comparison.Group] {
        guard file.groups.isEmpty else {
            return file.groups.map { Comparison.Group(name: $0.name, categories: $0.categories) }
        }
        let known = rows.compactMap { $0.project?.categories }
        let common = (known.first ?? []).filter { name in known.allSatisfy { $0.contains(name) } }
        return [Comparison.Group(name: "all", categories: common)]
    }

    /// Writes files that have changed, and the sheet of pictures if any were made.
    ///
    /// - Throws: `Failure` 73 or 74 when a file can't be written, `ImageError` when a generated picture can't be read.
    func write() throws {
        DurableFile.sweep(folder)
        let files = [
            ("comparison.md", report.markdown), ("comparison.csv", report.csv),
            ("comparison.json", report.comparison.json.prettyText),
        ]
        for (name, text) in files { try DurableFile.update(Data(text.utf8), at: folder.appendingPathComponent(name)) }
        let pictures = folder.appendingPathComponent("pictures.png")
        if let sheet = try sheet() {
            try DurableFile.update(Data(try sheet.png()), at: pictures)
        } else {
            try DurableFile.remove(pictures)
        }
    }

    // MARK: - Pictures

    /// Pixels a picture may take on the sheet; smaller ones are not enlarged.
    private static let largest = 192
    /// Room for a caption of sixteen letters.
    private static let smallest = 96

    /// The first generated picture of each category with its label, one line a row; their normals above. nil when no
    /// row made any.
    private func sheet() throws -> Image? {
        let columns = report.comparison.groups.flatMap(\.categories).reduce(into: [String]()) { columns, category in
            if !columns.contains(category) { columns.append(category) }
        }
        let firsts = try rows.map { row -> [String: GeneratedPictures.Picture] in
            guard let project = row.project, let summary = row.summary else { return [:] }
            let pictures = try GeneratedPictures(of: project, objects: summary.objects).pictures
            return Dictionary(pictures.map { ($0.category, $0) }, uniquingKeysWith: { first, _ in first })
        }
        guard firsts.contains(where: { !$0.isEmpty }) else { return nil }
        var lines = [
            ("normal", try columns.map { category in try firsts.lazy.compactMap { $0[category] }.first?.normal() })
        ]
        for (row, pictures) in zip(rows, firsts) {
            lines.append((row.file.name, try columns.map { try pictures[$0]?.labelled() }))
        }
        let sides = lines.flatMap(\.1).compactMap { $0 }.map { max($0.width, $0.height) }
        let side = min(max(sides.max() ?? 0, Self.smallest), Self.largest)
        let blank = Image(width: side, height: side, colour: [60, 62, 66])
        let cells = lines.flatMap { name, images in
            zip(columns, images).map { category, image -> ContactSheet.Cell in
                let caption = ContactSheet.lines(name, cellSide: side) + [image == nil ? category + ": none" : category]
                return ContactSheet.Cell(image ?? blank, caption: caption)
            }
        }
        return ContactSheet(title: report.comparison.name, cells: cells, columns: columns.count, cellSide: side)
            .render()
    }
}
