package import Foundation
import Glibc
package import ParameterKit

/// An object's `log.jsonl`: one event a line. Times and host names live here, never in records, exports or metrics.
package struct Journal: Sendable {
    package let file: URL

    package init(file: URL) { self.file = file }

    /// Appends one line in a single write, so that lines of two processes don't mix.
    package func append(_ event: String, _ members: [String: JSONValue] = [:]) {
        var line = members
        line["event"] = .string(event)
        line["time"] = .string(Self.timestamp())
        JSONLines.append(.object(line), to: file)
    }

    /// Seconds from the last start to the end that followed it; nil where the log tells of none.
    package var lastDuration: Double? {
        guard let data = try? DurableFile.read(file) else { return nil }
        var end: Date?
        for line in data.split(separator: UInt8(ascii: "\n")).reversed() {
            guard let json = try? JSONValue(parsing: Data(line)), let text = json["time"]?.string,
                let time = try? Date.ISO8601FormatStyle(includingFractionalSeconds: true).parse(text)
            else { continue }
            switch json["event"]?.string {
            case "done": end = end ?? time
            case "started": if let end { return max(0, end.timeIntervalSince(time)) }
            default: continue
            }
        }
        return nil
    }

    package static var hostName: String {
        var buffer = [CChar](repeating: 0, count: 256)
        guard gethostname(&buffer, buffer.count - 1) == 0 else { return "unknown" }
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Now, in UTC, ISO 8601, milliseconds.
    package static func timestamp() -> String {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        var seconds = now.tv_sec
        var parts = tm()
        gmtime_r(&seconds, &parts)
        func padded(_ value: some BinaryInteger, _ width: Int) -> String {
            let text = String(value)
            return String(repeating: "0", count: max(0, width - text.count)) + text
        }
        let date = "\(padded(parts.tm_year + 1900, 4))-\(padded(parts.tm_mon + 1, 2))-\(padded(parts.tm_mday, 2))"
        let time = "\(padded(parts.tm_hour, 2)):\(padded(parts.tm_min, 2)):\(padded(parts.tm_sec, 2))"
        return "\(date)T\(time).\(padded(now.tv_nsec / 1_000_000, 3))Z"
    }
}
