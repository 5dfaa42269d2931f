import Foundation
import Imaging
import StageKit

/// `report.html`: one file that needs no other and no network, with what was made, what it is worth and how.
///
/// Times, memory and the command are no part of it: they differ from run to run. ``filled(_:cost:recipe:)`` adds them
/// to the copy in the run's folder.
package struct ReportPage {
    /// The manifest's name, the data set, and how the pictures were made.
    package struct Heading {
        package var name: String
        package var dataset: String
        package var generator: String
        /// Which models have untrained weights, a phrase each.
        package var untrained: [String]
        package var warnings: [String]

        package init(name: String, dataset: String, generator: String, untrained: [String], warnings: [String]) {
            (self.name, self.dataset, self.generator) = (name, dataset, generator)
            (self.untrained, self.warnings) = (untrained, warnings)
        }
    }

    /// Every category under one detector and sample.
    package struct JudgedSample {
        /// E.g. "1-shot, seed 0", with the detector's name in front where there are several.
        package var title: String
        package var judgements: [Judgement]
        package var galleries: [Gallery]

        package init(title: String, judgements: [Judgement], galleries: [Gallery]) {
            (self.title, self.judgements, self.galleries) = (title, judgements, galleries)
        }
    }

    /// The test pictures of one category under one model.
    package struct Gallery {
        package var category: String
        /// The scores that the darkest and the lightest colour of its maps stand for.
        package var range: ClosedRange<Float>
        package var pictures: [Picture]

        package init(category: String, range: ClosedRange<Float>, pictures: [Picture]) {
            (self.category, self.range, self.pictures) = (category, range, pictures)
        }
    }

    /// One test picture of the page.
    package struct Picture {
        package var id: String
        package var defect: String
        package var anomalous: Bool
        package var score: Double
        package var reason: String
        package var plain: EmbeddedPicture
        /// The truth's outline; nil for a good picture and where it isn't known.
        package var outline: EmbeddedPicture?
        package var heat: EmbeddedPicture

        /// - Throws: `ImageError` when the picture can't be encoded.
        package init(
            id: String, defect: String, anomalous: Bool, score: Double, reason: String, detection: DetectionPicture
        ) throws {
            (self.id, self.defect, self.anomalous, self.score, self.reason) = (id, defect, anomalous, score, reason)
            plain = try EmbeddedPicture(detection.plain)
            outline = try detection.outline.map { try EmbeddedPicture(overlay: $0) }
            heat = try EmbeddedPicture(detection.heat)
        }
    }

    package var heading: Heading
    package var made: MadePictures?
    /// Nil: no detector judged the pictures.
    package var report: RunReport?
    package var judged: [JudgedSample]
    package var counts: PictureCounts
    /// The name of the file beside the page that holds every picture's scores; nil: there is none.
    package var scores: String?
    /// Nil: pictures were not checked.
    package var gate: GateSheet?

    package init(
        _ heading: Heading, made: MadePictures? = nil, report: RunReport? = nil, judged: [JudgedSample] = [],
        counts: PictureCounts = PictureCounts(), scores: String? = nil,
        gate: GateSheet? = nil
    ) {
        self.gate = gate
        self.scores = scores
        (self.heading, self.made, self.report, self.judged, self.counts) = (heading, made, report, judged, counts)
    }

    /// Test pictures shown of each category under one model, so that a page stays small enough to be mailed: eight,
    /// fewer where there are many categories, shot counts and detectors, but two at least.
    package static func galleryLimit(galleries: Int) -> Int { max(2, min(8, 160 / max(1, galleries))) }

    /// The page as HTML; the same bytes for the same results.
    package func html() -> String {
        var shelf = PictureShelf()
        let sections: [Section?] = [
            madeSection(&shelf), gateSection, guidanceSection, worthSection, casesSection(&shelf), figuresSection,
            protocolSection,
        ]
        return document(sections.compactMap(\.self), shelf: shelf).text
    }

    /// A part of the page with its place in the navigation.
    struct Section {
        var id: String
        /// In the navigation.
        var short: String
        var title: String
        var body: Markup

        var markup: Markup {
            "<section id=\"\(id)\"><h2>\(title)</h2>\n\(body)</section>\n"
        }

        var link: Markup { "<li><a href=\"#\(id)\">\(short)</a></li>" }
    }

    static func list(_ lines: [String], style: Markup) -> Markup {
        "<ul class=\"\(style)\">\(lines.map { line -> Markup in "<li>\(line)</li>" })</ul>\n"
    }
}
