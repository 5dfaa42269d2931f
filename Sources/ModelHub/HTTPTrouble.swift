import StageKit

/// Why an exchange came to no end. What the server answered is not among it.
enum HTTPTrouble: Error, Sendable {
    /// Nobody is there: the name is unknown, the connection refused, the network down.
    case unreachable(String)
    /// The connection ended, or nothing came for too long.
    case brokenOff(String)
    /// Certificates that aren't trusted, or no TLS at all.
    case untrusted(String)
    /// Not HTTP, or not as it should be.
    case garbled(String)
    case proxy(String)
    /// What the receiving side found, e.g. a full disk.
    case refused(Failure)

    /// Whether the next try may go better.
    var isPassing: Bool {
        switch self {
        case .unreachable, .brokenOff: true
        case .untrusted, .garbled, .proxy, .refused: false
        }
    }

    var text: String {
        switch self {
        case .unreachable(let text), .brokenOff(let text), .untrusted(let text), .garbled(let text), .proxy(let text):
            text
        case .refused(let failure): failure.message
        }
    }

    func failure(_ address: HubAddress) -> Failure {
        switch self {
        case .unreachable(let text):
            Failure(
                .unavailable, "can't be reached: \(text)", at: address.origin,
                remedy: "See to the network, HTTPS_PROXY and HF_ENDPOINT, then give the same command to go on.")
        case .brokenOff(let text):
            Failure(
                .busy, "the connection doesn't hold: \(text)", at: address.origin,
                remedy: "What came is kept; give the same command to go on.")
        case .untrusted(let text):
            Failure(
                .unavailable, "no trusted connection: \(text)", at: address.origin,
                remedy: """
                    Install ca-certificates, or name the certificates to trust in SSL_CERT_FILE. Where a proxy opens \
                    connections, its certificate must be among them.
                    """)
        case .garbled(let text):
            Failure(
                .unavailable, "doesn't speak HTTP as it should: \(text)", at: address.origin,
                remedy: "Is HF_ENDPOINT right, and nothing in between that answers in its place?")
        case .proxy(let text):
            Failure(.unavailable, text, at: "HTTPS_PROXY", remedy: "See to the proxy, or except the host in NO_PROXY.")
        case .refused(let failure): failure
        }
    }
}
