import Foundation
import ParameterKit
import StageKit

/// When a finished object was worked on, from its log.
package struct StageTimes {
    /// Begin and end of each attempt that ended, in seconds since 1970.
    package private(set) var spans: [ClosedRange<Double>] = []
    /// Attempts whose end nobody wrote down.
    package private(set) var interrupted = 0

    /// The length of the attempt that finished the object; 0 where the log doesn't say.
    package var seconds: Double { spans.last.map { $0.upperBound - $0.lowerBound } ?? 0 }

    init(of object: StoredObject) {
        let text = (try? DurableFile.read(object.log)).map { String(decoding: $0, as: UTF8.self) } ?? ""
        self.init(log: text)
    }

    package init(log: String) {
        var begun: Double?
        for line in log.split(separator: "\n") {
            guard let event = try? JSONValue(parsing: Data(line.utf8)),
                let time = event["time"]?.string.flatMap(Self.seconds)
            else { continue }
            switch event["event"]?.string {
            case "started":
                if begun != nil { interrupted += 1 }
                begun = time
            case "done":
                // A clock that was set back gives no length.
                if let start = begun, start <= time { spans.append(start...time) }
                begun = nil
            case "failed", "incomplete": begun = nil
            default: break
            }
        }
    }

    /// "2026-11-30T10:03:31.338Z", as `Journal.timestamp` writes it.
    package static func seconds(_ text: String) -> Double? {
        let parts = text.dropLast().split(whereSeparator: { "-T:".contains($0) })
        guard parts.count == 6, let year = Int32(parts[0]), let month = Int32(parts[1]), let day = Int32(parts[2]),
            let hour = Int32(parts[3]), let minute = Int32(parts[4]), let second = Double(parts[5])
        else { return nil }
        var time = tm()
        (time.tm_year, time.tm_mon, time.tm_mday) = (year - 1900, month - 1, day)
        (time.tm_hour, time.tm_min) = (hour, minute)
        return Double(timegm(&time)) + second
    }
}
