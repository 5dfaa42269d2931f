import Foundation

/// Messages as they travel: one line of JSON each, keys sorted, UTF-8.
package enum EngineLine {
    /// Longest line either side takes. A training request names every picture: 25,000 of them with long paths are 10
    /// MB.
    package static let mostBytes = 64 << 20
    /// The most steps or pictures of one request, far above any real request.
    static let mostWork = 1 << 40

    /// A message with its newline.
    ///
    /// - Throws: `.internalError` if the line would be longer than the other side takes.
    package static func encode(_ message: some Encodable) throws(EngineFailure) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // A loss may be infinite, and its message must still be encoded.
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        do {
            let line = [UInt8](try encoder.encode(message))
            guard line.count < mostBytes else {
                throw EngineFailure(kind: .internalError, message: "a message of \(line.count) bytes")
            }
            return line + [UInt8(ascii: "\n")]
        } catch let failure as EngineFailure {
            throw failure
        } catch {
            throw EngineFailure(kind: .internalError, message: "a message can't be written: \(error)")
        }
    }

    /// - Throws: `.internalError` if the line is no such message.
    package static func decode<Message: Decodable>(_ type: Message.Type = Message.self, from line: [UInt8])
        throws(EngineFailure)
        -> Message
    {
        let decoder = JSONDecoder()
        decoder.nonConformingFloatDecodingStrategy = .convertFromString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        do {
            return try decoder.decode(type, from: Data(line))
        } catch {
            let start = String(decoding: line.prefix(200), as: UTF8.self)
            throw EngineFailure(
                kind: .internalError,
                message: "not a message between the programs: \(start)\(line.count > 200 ? "…" : "")")
        }
    }
}
