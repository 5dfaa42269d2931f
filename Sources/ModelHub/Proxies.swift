import Foundation
import StageKit

/// A server that passes requests on.
package struct Proxy: Sendable, Equatable {
    package var host: String
    package var port: Int
    /// The value of `Proxy-Authorization`.
    package var authorization: String?

    /// - Returns: nil for what is no address of an http proxy, e.g. `http://name:word@proxy.example:3128` or
    ///   `proxy.example:3128`.
    init?(_ text: String) {
        guard let parts = URLComponents(string: text.contains("://") ? text : "http://\(text)"),
            parts.scheme?.lowercased() == "http", let host = parts.host, !host.isEmpty
        else { return nil }
        self.host = host.trimmingCharacters(in: ["[", "]"])
        port = parts.port ?? 80
        guard (1...65535).contains(port) else { return nil }
        if let user = parts.user {
            authorization = "Basic " + Data("\(user):\(parts.password ?? "")".utf8).base64EncodedString()
        }
    }
}

/// Which requests go through a proxy.
///
/// *Source*: curl's manual, "ENVIRONMENT": lower case before upper case, `NO_PROXY` names hosts and all below them, `*`
/// all. Ranges of addresses (`10.0.0.0/8`) are not known here.
package struct Proxies: Sendable {
    private var encrypted: Proxy?
    private var plain: Proxy?
    private var exceptions: [(host: String, port: Int?)] = []

    /// - Throws: `Failure` 64 that names the variable.
    init(environment: [String: String]) throws(Failure) {
        func value(_ name: String) -> (name: String, text: String)? {
            for name in [name.lowercased(), name] {
                if let text = environment[name], !text.isEmpty { return (name, text) }
            }
            return nil
        }
        func proxy(_ name: String) throws(Failure) -> Proxy? {
            guard let (name, text) = value(name) ?? value("ALL_PROXY") else { return nil }
            guard let proxy = Proxy(text) else {
                throw Failure(
                    .usage, "not an address of an http proxy", at: name,
                    remedy: "Write it as http://host:port; proxies of other kinds (https, socks) are not supported.")
            }
            return proxy
        }
        (encrypted, plain) = (try proxy("HTTPS_PROXY"), try proxy("HTTP_PROXY"))
        for entry in value("NO_PROXY")?.text.split(whereSeparator: { $0 == "," || $0 == " " }) ?? [] {
            var host = entry.lowercased()
            var port: Int?
            if let colon = host.lastIndex(of: ":"), host.hasSuffix("]") == false,
                host.filter({ $0 == ":" }).count == 1 || host.hasPrefix("["),
                let number = Int(host[host.index(after: colon)...])
            {
                (host, port) = (String(host[..<colon]), number)
            }
            host = host.trimmingCharacters(in: ["[", "]"])
            if host.hasPrefix(".") { host.removeFirst() }
            if !host.isEmpty { exceptions.append((host, port)) }
        }
    }

    package func proxy(for address: HubAddress) -> Proxy? {
        let isExcepted = exceptions.contains { exception in
            guard exception.port == nil || exception.port == address.port else { return false }
            return exception.host == "*" || address.host == exception.host
                || address.host.hasSuffix(".\(exception.host)")
        }
        return isExcepted ? nil : address.isEncrypted ? encrypted : plain
    }
}
