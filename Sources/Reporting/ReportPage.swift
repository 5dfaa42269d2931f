import DetectorEvaluation
import Foundation
import Imaging
import Mustache

/// `report.html`: one file that needs no other, with tables, pictures and how the numbers came about.
package struct ReportPage {
    /// One test picture of the page.
    package struct Picture {
        package var id: String
        package var defect: String
        package var anomalous: Bool
        package var score: Double
        package var reason: String
        package var detection: DetectionPicture
        package init(
            id: String, defect: String, anomalous: Bool, score: Double, reason: String, detection: DetectionPicture
        ) {
            (self.id, self.defect, self.anomalous, self.score) = (id, defect, anomalous, score)
            (self.reason, self.detection) = (reason, detection)
        }
    }

    /// The pictures of one category under one model.
    package struct Gallery {
        /// E.g. "screw, 1-shot, seed 0".
        package var title: String
        package var range: ClosedRange<Float>
        package var pictures: [Picture]
        package init(title: String, range: ClosedRange<Float>, pictures: [Picture]) {
            (self.title, self.range, self.pictures) = (title, range, pictures)
        }
    }

    private let report: RunReport
    private let galleries: [Gallery]
    /// Lines such as how long the stages took; no digest covers the page, so they may hold times.
    private let footnotes: [String]

    package init(_ report: RunReport, galleries: [Gallery], footnotes: [String] = []) {
        (self.report, self.galleries, self.footnotes) = (report, galleries, footnotes)
    }

    /// The page as HTML.
    ///
    /// - Throws: `ImageError` when a picture can't be encoded.
    package func html() throws -> String {
        let template = try MustacheTemplate(string: Self.template)
        let untrained = report.untrainedLine
        let context: [String: Any] = [
            "name": report.results.name,
            "dataset": report.results.facts.dataset,
            "untrained": untrained.map { [["line": $0, "comment": $0.replacing("--", with: "– –")]] } ?? [],
            "warnings": list(report.results.warnings),
            "metrics": DetectionMetric.reported.map(\.title),
            "tables": report.tables.map(context(of:)),
            "unit": RunReport.unit,
            "pictureTables": report.pictureTables.map(context(of:)),
            "protocol": report.notes,
            "galleries": try galleries.map(context(of:)),
            "footnotes": list(footnotes),
        ]
        return template.render(context)
    }

    /// A section that appears, with its heading, only when there is something in it.
    private func list(_ lines: [String]) -> [[String: Any]] {
        lines.isEmpty ? [] : [["lines": lines]]
    }

    private func context(of table: ReportTable) -> [String: Any] {
        let rows = table.rows.map { row -> [String: Any] in
            [
                "category": row.isOwn ? row.label : "",
                "source": row.source,
                "class": (row.isOwn ? "own" : "published") + (row.isAverage ? " average" : ""),
                "cells": row.cells.map { ["text": $0.text, "class": $0.best ? "best" : ""] },
            ]
        }
        return ["title": table.title, "protocolLine": table.protocolLine ?? "", "rows": rows, "notes": table.notes]
    }

    private func context(of table: PictureTable) -> [String: Any] {
        let rows = table.rows.map { row -> [String: Any] in
            ["category": row.category, "class": row.isAverage ? "own average" : "own", "cells": row.cells]
        }
        return ["title": table.title, "heads": Array(table.heads.dropFirst()), "rows": rows, "note": table.note]
    }

    private func context(of gallery: Gallery) throws -> [String: Any] {
        let pictures = try gallery.pictures.map { picture -> [String: Any] in
            [
                "id": picture.id,
                "kind": picture.anomalous ? picture.defect : "good",
                "class": picture.anomalous ? "defect" : "good",
                "score": Self.decimal(picture.score),
                "reason": picture.reason,
                "plain": try Self.dataURI(picture.detection.plain),
                "truth": picture.anomalous ? [["uri": try Self.dataURI(picture.detection.truth)]] : [],
                "heat": try Self.dataURI(picture.detection.heat),
                "width": picture.detection.plain.width,
                "height": picture.detection.plain.height,
            ]
        }
        return [
            "title": gallery.title, "pictures": pictures,
            "low": Self.decimal(Double(gallery.range.lowerBound)),
            "high": Self.decimal(Double(gallery.range.upperBound)),
        ]
    }

    /// JPEG at quality 85: about 15 KB a picture, so that a page of a hundred rows stays below 5 MB.
    private static func dataURI(_ image: Image) throws -> String {
        "data:image/jpeg;base64," + Data(try image.jpeg(quality: 85)).base64EncodedString()
    }

    /// Three decimals, independent of the locale.
    private static func decimal(_ value: Double) -> String {
        guard value.isFinite, abs(value) < 1e12 else { return "\(value)" }
        let thousandths = Int((value * 1000).rounded())
        let fraction = String(1000 + abs(thousandths) % 1000).dropFirst()
        return "\(thousandths < 0 ? "-" : "")\(abs(thousandths) / 1000).\(fraction)"
    }
}
