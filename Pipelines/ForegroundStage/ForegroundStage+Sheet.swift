internal import AnomalyDatasets
internal import Foundation
internal import Imaging
internal import StageKit

extension ForegroundStage {
    /// The most pictures on a sheet; nobody would look through more.
    private static let most = 48

    /// Pictures with their masks outlined: those with warnings first, then an even choice of the others.
    static func contactSheet(
        _ category: String, _ records: [ForegroundRecord], _ ingested: IngestedCategory, _ data: URL
    ) throws -> Image {
        var cells: [ContactSheet.Cell] = []
        for record in chosen(records) {
            guard let normal = ingested[record.id] else { continue }
            let image = try Image(contentsOf: ingested.url(normal.file).path)
            let mask = try Mask(contentsOf: data.appendingPathComponent(record.file).path, above: 127)
            let outlined = image.outlining(mask, thickness: max(1, max(image.width, image.height) / 192))
            let level = record.threshold.map { " at \($0)" } ?? "", side = record.polarity.map { ", \($0)" } ?? ""
            cells.append(
                ContactSheet.Cell(
                    outlined,
                    caption: [
                        record.id.split(separator: "/").suffix(2).joined(separator: "/"),
                        "\(record.method)\(level)\(side), \(percent(record.coverage))", record.warnings.first ?? "",
                    ]))
        }
        let shown = cells.count == records.count ? "" : ", \(cells.count) shown"
        return ContactSheet(title: "\(category): \(records.count) foregrounds\(shown)", cells: cells, columns: 6)
            .render()
    }

    private static func chosen(_ records: [ForegroundRecord]) -> [ForegroundRecord] {
        let warned = records.filter { !$0.warnings.isEmpty }.prefix(most / 2)
        let rest = records.filter { $0.warnings.isEmpty }
        let room = min(most - warned.count, rest.count)
        return warned + (0..<room).map { rest[$0 * rest.count / room] }
    }

    private static func percent(_ share: Double) -> String {
        let tenths = Int((share * 1000).rounded())
        return "\(tenths / 10).\(tenths % 10) %"
    }
}
