import Foundation
import ParameterKit
import StageKit

/// An answer of the hub that isn't what was asked for.
struct Refusal {
    let failure: Failure
    /// Whether the same question may be answered later.
    let isPassing: Bool
    /// How long the server asks to wait.
    let wait: Duration?

    /// - Parameters:
    ///   - body: the answer's, or its beginning.
    ///   - what: was asked for, e.g. `unet/config.json of OWNER/NAME`.
    init(_ head: ResponseHead, body: Data, what: String, at address: HubAddress, settings: HubSettings) {
        let code = head["X-Error-Code"]
        let words = head["X-Error-Message"] ?? (try? JSONValue(parsing: body))?["error"]?.string
        let said = words.map { ": \($0.printable.prefix(300))" } ?? ""
        wait = head["Retry-After"].flatMap { Self.wait($0, now: Date()) }
        isPassing = [408, 425, 429, 500, 502, 503, 504].contains(head.status)
        failure =
            switch (head.status, code) {
            case _ where isPassing:
                Failure(
                    .busy, "has no time for it now (\(head.status)\(said))", at: address.origin,
                    remedy: "What came is kept; give the same command to go on.")
            case (_, "GatedRepo"?):
                Failure(
                    .unavailable, "its owners ask for your agreement first\(said)", at: what,
                    remedy: "Agree on the model's page at the hub, then set HF_TOKEN to a token of yours.")
            case (404, _), (401, "RepoNotFound"?), (410, _):
                Failure(
                    .inputMissing, "not there (\(head.status)\(said))", at: what,
                    remedy: """
                        Look the name, the revision and HF_ENDPOINT (\(settings.endpoint.origin)) over; for a private \
                        repository set HF_TOKEN.
                        """)
            case (401, _), (403, _):
                Failure(
                    .unavailable, "may not be had (\(head.status)\(said))", at: what,
                    remedy: settings.token(for: address) == nil
                        ? "Set HF_TOKEN to a token that may read it."
                        : "HF_TOKEN was sent and is not enough: is it valid, and have you agreed to the model's terms?")
            case (407, _):
                Failure(
                    .unavailable, "the proxy wants a name and password", at: "HTTP_PROXY",
                    remedy: "Write them as http://name:password@host:port.")
            default:
                Failure(
                    .unavailable, "an answer that makes no sense here (\(head.status)\(said))", at: address.origin,
                    remedy: "Is HF_ENDPOINT right, and nothing in between that answers in its place?")
            }
    }

    /// *Source*: RFC 9110, section 10.2.3: seconds, or a date.
    static func wait(_ header: String, now: Date) -> Duration? {
        if let seconds = Int(header.trimmingCharacters(in: .whitespaces)) {
            return seconds >= 0 ? .seconds(min(seconds, 1_000_000)) : nil
        }
        let form = DateFormatter()
        form.locale = Locale(identifier: "en_US_POSIX")
        form.timeZone = TimeZone(identifier: "GMT")
        form.dateFormat = "EEE, dd MMM yyyy HH:mm:ss zzz"
        guard let date = form.date(from: header) else { return nil }
        return .seconds(min(1_000_000, max(0, Int(date.timeIntervalSince(now).rounded(.up)))))
    }
}

extension String {
    /// What a stranger wrote, without what would steer a terminal.
    var printable: String { String(String.UnicodeScalarView(unicodeScalars.filter { !Self.steering.contains($0) })) }

    private static let steering = CharacterSet.controlCharacters
}
