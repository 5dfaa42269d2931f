import Foundation
import NIOCore
import StageKit
import Synchronization

/// Asks a hub, as often as is sensible, and follows where it leads.
package struct HubClient: Sendable {
    /// When to try again.
    package struct Persistence: Sendable {
        /// Tries in a row that bring nothing new.
        package var tries = 6
        /// Before the second try; each further one waits twice as long.
        package var pause = Duration.seconds(1)
        package var longestPause = Duration.seconds(60)
        /// The longest that a server may ask to wait for.
        package var longestWait = Duration.seconds(600)
        package init() {}
    }

    package let settings: HubSettings
    let persistence: Persistence
    let patience: HTTPExchange.Patience
    let notice: @Sendable (String) -> Void

    /// - Parameters:
    ///   - silence: how long a server may say nothing.
    ///   - notice: is told what goes wrong and is tried again.
    package init(
        _ settings: HubSettings, persistence: Persistence = Persistence(), silence: Duration = .seconds(60),
        notice: @escaping @Sendable (String) -> Void
    ) {
        (self.settings, self.persistence, self.notice) = (settings, persistence, notice)
        patience = HTTPExchange.Patience(silence: TimeAmount(silence))
    }

    /// A document of the hub's own, at most 16 MiB long.
    ///
    /// - Returns: its bytes, and the address of the next page where it has one.
    /// - Throws: `Failure` 66 for what isn't there, 69 for what may not be had, 75 when the hub has no time for it.
    func document(_ address: HubAddress, named what: String) throws(Failure) -> (bytes: Data, next: HubAddress?) {
        var tries = Tries(persistence, notice)
        while true {
            let collector = Collector(limit: 16 << 20)
            let way = try follow(address, headers: []) { _ in collector }
            let last = way.last
            switch way.end {
            case .ended(let head) where head.status == 200:
                let next = head["Link"].flatMap(Self.nextPage).flatMap(last.following)
                return (collector.bytes, next?.origin == address.origin ? next : nil)
            case .ended(let head):
                let refusal = Refusal(head, body: collector.bytes, what: what, at: last, settings: settings)
                guard refusal.isPassing else { throw refusal.failure }
                try tries.next(refusal.failure, because: "\(last.origin) answers \(head.status)", wait: refusal.wait)
            case .failed(let trouble):
                guard trouble.isPassing else { throw trouble.failure(last) }
                try tries.next(trouble.failure(last), because: trouble.text, wait: nil)
            }
        }
    }

    enum End {
        case ended(ResponseHead)
        case failed(HTTPTrouble)
    }

    /// Where an address led, and how it ended there.
    struct Way {
        let end: End
        let last: HubAddress
        /// The mark of the file behind a redirect as the hub states it: the SHA-256 of a large file.
        let linkedMark: String?
    }

    /// Follows redirects. The token goes to the hub alone, never to a host that it leads to.
    ///
    /// - Throws: `Failure` 69 when redirects lead nowhere, or from an encrypted connection to an open one; whatever the
    ///   sink throws.
    func follow(
        _ address: HubAddress, headers: [(String, String)], sink: (HubAddress) -> any ResponseSink
    ) throws(Failure) -> Way {
        var here = address
        var linkedMark: String?
        for _ in 0...Self.redirects {
            let token = settings.token(for: here).map { [("Authorization", "Bearer \($0)")] } ?? []
            let exchange = HTTPExchange(
                address: here, headers: headers + token, proxy: settings.proxies.proxy(for: here),
                certificates: settings.certificates, patience: patience)
            let fork = Fork(sink(here))
            do throws(HTTPTrouble) {
                try exchange.run(fork)
            } catch {
                if case .refused(let failure) = error { throw failure }
                return Way(end: .failed(error), last: here, linkedMark: linkedMark)
            }
            guard let head = fork.head else {
                return Way(end: .failed(.brokenOff("no answer")), last: here, linkedMark: linkedMark)
            }
            if here.origin == address.origin { linkedMark = head["X-Linked-Etag"] ?? linkedMark }
            guard Self.isRedirect(head.status) else {
                return Way(end: .ended(head), last: here, linkedMark: linkedMark)
            }
            guard let location = head["Location"], let next = here.following(location) else {
                throw Failure(.unavailable, "leads nowhere (\(head.status))", at: "\(here)")
            }
            guard next.isEncrypted || !here.isEncrypted else {
                throw Failure(.unavailable, "leads to an open connection, \(next.origin)", at: "\(here)")
            }
            here = next
        }
        throw Failure(.unavailable, "leads on and on: more than \(Self.redirects) redirects", at: "\(address)")
    }

    private static let redirects = 10

    private static func isRedirect(_ status: Int) -> Bool { [301, 302, 303, 307, 308].contains(status) }

    /// *Source*: RFC 8288: `<address>; rel="next"`.
    private static func nextPage(_ header: String) -> String? {
        for link in header.split(separator: ",") where link.contains("rel=\"next\"") {
            guard let open = link.firstIndex(of: "<"), let close = link.firstIndex(of: ">"), open < close else {
                continue
            }
            return String(link[link.index(after: open)..<close])
        }
        return nil
    }
}

/// Keeps redirects' own bodies away from whoever takes the answer.
private final class Fork: ResponseSink {
    private let sink: any ResponseSink
    private let state = Mutex<ResponseHead?>(nil)

    init(_ sink: any ResponseSink) { self.sink = sink }

    var head: ResponseHead? { state.withLock { $0 } }

    func head(_ head: ResponseHead) throws(Failure) {
        state.withLock { $0 = head }
        if !(300...399).contains(head.status) { try sink.head(head) }
    }

    func body(_ bytes: ByteBuffer) throws(Failure) {
        if let head, !(300...399).contains(head.status) { try sink.body(bytes) }
    }
}

/// Keeps a short answer in memory.
final class Collector: ResponseSink {
    private let state = Mutex(Data())
    private let limit: Int

    init(limit: Int) { self.limit = limit }

    var bytes: Data { state.withLock { $0 } }

    func head(_ head: ResponseHead) throws(Failure) {}

    func body(_ bytes: ByteBuffer) throws(Failure) {
        let count = state.withLock { data in
            data.append(contentsOf: bytes.readableBytesView)
            return data.count
        }
        if count > limit { throw Failure(.badData, "an answer of more than \(limit) bytes where a short one was due") }
    }
}
