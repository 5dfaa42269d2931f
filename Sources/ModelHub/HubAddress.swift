import Foundation
import StageKit

/// An address of a hub or of the servers that it leads to: http or https, without a user's name in it.
package struct HubAddress: Sendable, Hashable {
    package let isEncrypted: Bool
    /// Lower case; an IPv6 address without its brackets.
    package let host: String
    package let port: Int
    /// Path and query as they stand in a request.
    package let target: String

    /// - Returns: nil for what is no address of http or https.
    package init?(_ text: String) {
        guard let parts = URLComponents(string: text), let host = parts.host, !host.isEmpty, parts.user == nil else {
            return nil
        }
        switch parts.scheme?.lowercased() {
        case "https": isEncrypted = true
        case "http": isEncrypted = false
        default: return nil
        }
        self.host = host.trimmingCharacters(in: ["[", "]"]).lowercased()
        guard (1...65535).contains(parts.port ?? 443) else { return nil }
        port = parts.port ?? (isEncrypted ? 443 : 80)
        let path = parts.percentEncodedPath
        target = (path.isEmpty ? "/" : path) + (parts.percentEncodedQuery.map { "?\($0)" } ?? "")
    }

    private init(_ base: HubAddress, target: String) {
        (isEncrypted, host, port, self.target) = (base.isEncrypted, base.host, base.port, target)
    }

    /// What stands under a path below this address; each component is escaped.
    func child(_ components: [String], query: String? = nil) -> HubAddress {
        let escaped = components.map { $0.addingPercentEncoding(withAllowedCharacters: Self.plain) ?? $0 }
        let base = target.hasSuffix("/") ? String(target.dropLast()) : target
        return HubAddress(self, target: ([base] + escaped).joined(separator: "/") + (query.map { "?\($0)" } ?? ""))
    }

    /// Where a `Location` header leads from here; nil: nowhere that can be followed.
    func following(_ location: String) -> HubAddress? {
        guard let here = URL(string: origin + target), let there = URL(string: location, relativeTo: here) else {
            return nil
        }
        return HubAddress(there.absoluteString)
    }

    /// Scheme, host and port: what a token belongs to.
    package var origin: String { "\(isEncrypted ? "https" : "http")://\(authority)" }

    /// Host and port as the `Host` header wants them.
    var authority: String {
        let host = host.contains(":") ? "[\(host)]" : host
        return port == (isEncrypted ? 443 : 80) ? host : "\(host):\(port)"
    }

    /// As `CONNECT` wants it: always with the port.
    var tunnel: String { "\(host.contains(":") ? "[\(host)]" : host):\(port)" }

    var isLoopback: Bool { host == "localhost" || host == "::1" || host.hasPrefix("127.") }

    /// *Source*: RFC 3986, section 2.3.
    private static let plain = CharacterSet(
        charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
}

extension HubAddress: CustomStringConvertible {
    /// Without its query, which may be a signature that nobody else should see.
    package var description: String { origin + (target.split(separator: "?").first.map(String.init) ?? "") }
}
