package import Foundation
import ParameterKit
package import StageKit

/// Generated pictures that somebody looked at and doesn't want: the file that `flawsmith review` saves.
///
/// In JSON: `{"flawsmith_review": 1, "rejected": {"hex_nut": ["<unit>", …]}}`. A category's rejections are part of the
/// identity of its lists of pictures; no picture is drawn again because of them.
package struct RejectedPictures: Sendable, Equatable {
    /// Category → ids of units, ascending.
    package let units: [String: [String]]

    package static let version = 1

    /// - Parameter written: the path as the manifest has it, for messages.
    /// - Throws: `Failure` 66 when there is no such file, 74 when it can't be read, 65 when it isn't one of these.
    package init(contentsOf file: URL, written: String) throws(Failure) {
        guard try DurableFile.exists(file) else {
            throw Failure(
                .inputMissing, "no such file", at: written,
                remedy: "generation.rejected names the file that `flawsmith review` saved.")
        }
        func broken(_ what: String) -> Failure {
            Failure(.badData, what, at: written, remedy: "Save it again on the page of `flawsmith review`.")
        }
        let bytes = try DurableFile.read(file)
        guard let json = try? JSONValue(parsing: bytes), let version = json["flawsmith_review"] else {
            throw broken("isn't a file of rejected pictures")
        }
        guard version == .int(Self.version) else { throw broken("is of a version that this program doesn't know") }
        guard let categories = json["rejected"]?.object else { throw broken("has no table `rejected`") }
        var units: [String: [String]] = [:]
        for (category, list) in categories {
            var ids: Set<String> = []
            for id in list.array ?? [.null] {
                guard let text = id.string, text.count == 24, text.allSatisfy(\.isHexDigit) else {
                    throw broken("rejected.\(category) holds something that is no picture's id")
                }
                ids.insert(text)
            }
            units[category] = ids.sorted()
        }
        self.units = units
    }
}
