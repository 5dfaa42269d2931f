import FileSigns
import Foundation
import NIOCore
import StageKit
import Synchronization

/// Brings one file, through however many interruptions.
struct FileFetch {
    let client: HubClient
    let listing: HubListing
    let file: HubFile
    let target: URL
    /// Bytes of the file that are on the disk, each time there are more; and how many of them came now.
    let progress: @Sendable (_ done: Int, _ fetched: Int) -> Void

    /// - Throws: `Failure` 65 for bytes that aren't the file's, 66 and 69 when it can't be had, 73 and 74 for the
    ///   disk's troubles, 75 when the hub or the connection fails again and again.
    func run() throws(Failure) {
        guard let size = file.size else { throw Failure(.badData, "the hub states no size", at: file.path) }
        let partial = try PartialFile(file, size: size, target: target)
        let found = partial.count
        let fetched = Mutex(0)
        if found > 0 {
            client.notice("\(file.path): goes on at \(ByteText(found)) of \(ByteText(size))")
            progress(found, 0)
        }
        var tries = Tries(client.persistence, client.notice)
        var best = found
        var isFresh = false
        while true {
            if partial.count == size {
                if let wrong = mismatch(partial) {
                    guard partial.isContinued, !isFresh else {
                        partial.discard()
                        throw wrong
                    }
                    client.notice("\(file.path): what an earlier try left is not its beginning; from the beginning")
                    try partial.restart()
                    isFresh = true
                } else {
                    return try partial.finish()
                }
            }
            let sink = DownloadSink(partial: partial, notice: client.notice) { count in
                let sum = fetched.withLock { sum in
                    sum += count
                    return sum
                }
                progress(partial.count, sum)
            }
            let way = try client.follow(address, headers: range(partial)) { _ in sink }
            try check(way.linkedMark)
            if partial.count > best {
                best = partial.count
                tries.succeed()
            }
            if partial.count == size { continue }
            try goOn(after: way, sink, partial, &tries)
        }
    }

    /// Waits for the next try, or tells why there is none.
    private func goOn(after way: HubClient.Way, _ sink: DownloadSink, _ partial: PartialFile, _ tries: inout Tries)
        throws(Failure)
    {
        switch way.end {
        case .failed(let trouble):
            guard trouble.isPassing else { throw trouble.failure(way.last) }
            try tries.next(
                trouble.failure(way.last), because: "\(file.path): \(trouble.text) at \(ByteText(partial.count))",
                wait: nil)
        case .ended(let head) where head.status == 200 || head.status == 206:
            if let standIn = StandIn(partial.start) {
                partial.discard()
                throw Failure(.badData, "what comes is \(standIn.sentence)", at: file.path, remedy: Self.otherHub)
            }
            try tries.next(
                Failure(
                    .badData, "the server sends less than the \(partial.size) bytes that the hub states", at: file.path,
                    remedy: Self.otherHub),
                because: "\(file.path): \(sink.trouble ?? "it ended early") at \(ByteText(partial.count))", wait: nil)
        case .ended(let head) where head.status == 416:
            try partial.restart()
            try tries.next(
                Failure(.badData, "the server doesn't know that part of it", at: file.path, remedy: Self.otherHub),
                because: "\(file.path): the server doesn't know that part of it; from the beginning", wait: nil)
        case .ended(let head):
            let refusal = Refusal(
                head, body: sink.refusal, what: "\(file.path) of \(listing.repository)", at: way.last,
                settings: client.settings)
            guard refusal.isPassing else { throw refusal.failure }
            try tries.next(
                refusal.failure, because: "\(file.path): \(way.last.origin) answers \(head.status)", wait: refusal.wait)
        }
    }

    private static let otherHub = """
        Is something in between that answers in the hub's place (a login page, a proxy)? Another HF_ENDPOINT may have the \
        file whole.
        """

    private var address: HubAddress {
        client.settings.endpoint.child(
            listing.repository.split(separator: "/").map(String.init) + ["resolve", listing.commit]
                + file.path.split(separator: "/").map(String.init))
    }

    private func range(_ partial: PartialFile) -> [(String, String)] {
        guard partial.count > 0 else { return [] }
        let mark = partial.mark.map { [("If-Range", $0)] } ?? []
        return [("Range", "bytes=\(partial.count)-")] + mark
    }

    /// A hub that states two digests for one file is not to be trusted with either.
    private func check(_ mark: String?) throws(Failure) {
        guard let mark = mark.map({ $0.trimmingCharacters(in: ["\"", "W", "/"]) }), HubListing.isHexadecimal(mark, 64),
            case let stated = file.digests.filter({ if case .sha256 = $0 { true } else { false } }), !stated.isEmpty,
            !stated.contains(.sha256(mark))
        else { return }
        throw Failure(
            .badData,
            "the hub contradicts itself: SHA-256 \(mark) here, \(stated.map(\.hexadecimal).joined()) in its list",
            at: file.path, remedy: Self.otherHub)
    }

    private func mismatch(_ partial: PartialFile) -> Failure? {
        Self.mismatch(partial.digests, file).map { text in
            let standIn = StandIn(partial.start).map { " What came is \($0.sentence)." } ?? ""
            return Failure(.badData, "\(text).\(standIn)", at: file.path, remedy: Self.otherHub)
        }
    }

    /// What differs from the stated digests, in words; nil: nothing.
    static func mismatch(_ digests: (sha256: FileDigest, gitBlob: FileDigest), _ file: HubFile) -> String? {
        for stated in file.digests {
            let taken = if case .sha256 = stated { digests.sha256 } else { digests.gitBlob }
            if taken != stated {
                return "its \(stated.name) is \(taken.hexadecimal), not \(stated.hexadecimal) as stated"
            }
        }
        return nil
    }
}

/// Puts what comes where it belongs.
private final class DownloadSink: ResponseSink {
    private let partial: PartialFile
    private let notice: @Sendable (String) -> Void
    private let progress: @Sendable (Int) -> Void
    private let state = Mutex(State())

    private struct State {
        var isWanted = false
        var refusal = Data()
        var trouble: String?
    }

    init(
        partial: PartialFile, notice: @escaping @Sendable (String) -> Void, progress: @escaping @Sendable (Int) -> Void
    ) {
        (self.partial, self.notice, self.progress) = (partial, notice, progress)
    }

    /// The beginning of an answer that is no file.
    var refusal: Data { state.withLock { $0.refusal } }
    var trouble: String? { state.withLock { $0.trouble } }

    func head(_ head: ResponseHead) throws(Failure) {
        switch head.status {
        case 200:
            try check(head["Content-Length"].flatMap { Int($0) }, of: head)
            if partial.count > 0 {
                notice("\(partial.file.path): the server begins anew")
                try partial.restart()
            }
            try partial.remember(mark: Self.mark(head))
        case 206:
            guard let part = ContentRange(head["Content-Range"]), part.start == partial.count else {
                try partial.restart()
                state.withLock { $0.trouble = "the server sends another part than was asked for; from the beginning" }
                return
            }
            try check(part.total, of: head)
        default:
            return
        }
        state.withLock { $0.isWanted = true }
    }

    /// What is longer or shorter than the hub's list says needn't be fetched first.
    private func check(_ stated: Int?, of head: ResponseHead) throws(Failure) {
        guard let stated, stated != partial.size else { return }
        let page = head["Content-Type"]?.hasPrefix("text/html") ?? false
        throw Failure(
            .badData,
            "the server has \(stated) bytes\(page ? " of a web page" : "") for it where the hub's list says \(partial.size)",
            at: partial.file.path,
            remedy: "Is something in between that answers in the hub's place (a login page, a proxy)?")
    }

    func body(_ bytes: ByteBuffer) throws(Failure) {
        let isWanted = state.withLock { state in
            if !state.isWanted, state.refusal.count < 65_536 {
                state.refusal.append(contentsOf: bytes.readableBytesView.prefix(65_536))
            }
            return state.isWanted
        }
        guard isWanted else { return }
        try partial.append(bytes)
        progress(bytes.readableBytes)
    }

    /// A mark that stands for the very bytes; weak ones may not be asked for (RFC 9110, section 13.1.5).
    private static func mark(_ head: ResponseHead) -> String? {
        head["ETag"].flatMap { $0.hasPrefix("\"") ? $0 : nil }
    }
}

/// *Source*: RFC 9110, section 14.4: `bytes 5-9/10` or `bytes 5-9/*`.
struct ContentRange: Equatable {
    let start: Int
    let total: Int?

    init?(_ header: String?) {
        guard let header, header.lowercased().hasPrefix("bytes "),
            case let parts = header.dropFirst(6).split(separator: "/"), parts.count == 2,
            case let ends = parts[0].split(separator: "-"), ends.count == 2, let start = Int(ends[0]),
            let end = Int(ends[1]), start <= end
        else { return nil }
        self.start = start
        total = Int(parts[1])
    }
}
