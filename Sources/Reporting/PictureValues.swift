package import Foundation
import ParameterKit
package import StageKit

/// The figures of one category's synthetic pictures; nil where one is not defined.
package struct PictureValues: Sendable, Equatable {
    private var values: [PictureFigure: Double] = [:]

    package init() {}

    package subscript(figure: PictureFigure) -> Double? {
        get { values[figure] }
        set { values[figure] = newValue }
    }
}

// `figures.json` of an assess object, written and read only here.
extension PictureValues {
    private static let file = "figures.json"

    /// - Parameter data: the object's data folder.
    package func write(to data: URL) throws {
        let json = JSONValue.object(
            Dictionary(
                uniqueKeysWithValues: PictureFigure.allCases.map {
                    ($0.rawValue, self[$0].map { .double($0) } ?? .null)
                }))
        try DurableFile.write(json.prettyText, to: data.appendingPathComponent(Self.file))
    }

    /// Those of a finished object.
    package init(of object: StoredObject) throws {
        let json = try JSONValue(parsing: try DurableFile.read(object.data.appendingPathComponent(Self.file)))
        for figure in PictureFigure.allCases { self[figure] = json[figure.rawValue]?.number }
    }
}
