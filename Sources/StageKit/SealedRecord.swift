package import Foundation
package import ParameterKit

/// A value in the cache with its own SHA-256, so that a changed file is noticed.
package enum SealedRecord {
    package static func write(_ value: JSONValue, to url: URL) throws(Failure) {
        let sealed: JSONValue = ["sha256": .string(Digest.sha256(value.canonicalText)), "value": value]
        try DurableFile.write(sealed.prettyText, to: url)
    }

    /// nil if the file is missing or damaged; then the value must be computed again.
    package static func read(_ url: URL) -> JSONValue? {
        guard let data = try? DurableFile.read(url), let sealed = try? JSONValue(parsing: data),
            let value = sealed["value"], sealed["sha256"]?.string == Digest.sha256(value.canonicalText)
        else { return nil }
        return value
    }
}
