import Foundation
package import StageKit

/// What the environment says of the hub: the variables that its own programs and curl know.
package struct HubSettings: Sendable {
    package var endpoint: HubAddress
    package var token: String?
    package var proxies: Proxies
    /// A file or folder of certificates to trust instead of the system's.
    package var certificates: String?
    /// `HF_HUB_OFFLINE`: nothing may be fetched.
    package var isOffline: Bool

    /// - Throws: `Failure` 64 that names the variable.
    package init(environment: [String: String]) throws(Failure) {
        func value(_ name: String) -> String? {
            environment[name].map { $0.trimmingCharacters(in: .whitespacesAndNewlines) }.flatMap {
                $0.isEmpty ? nil : $0
            }
        }
        let address = value("HF_ENDPOINT") ?? Self.publicHub
        guard let endpoint = HubAddress(address), !endpoint.target.contains("?") else {
            throw Failure(
                .usage, "not an address of a hub: \(address)", at: "HF_ENDPOINT",
                remedy: "Write it as \(Self.publicHub), without a name or password.")
        }
        self.endpoint = endpoint
        token = value("HF_TOKEN")
        guard token?.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) ?? true else {
            throw Failure(.usage, "not a token: it holds spaces or special characters", at: "HF_TOKEN")
        }
        proxies = try Proxies(environment: environment)
        certificates = value("SSL_CERT_FILE") ?? value("SSL_CERT_DIR")
        isOffline = ["1", "ON", "YES", "TRUE"].contains(value("HF_HUB_OFFLINE")?.uppercased())
    }

    private static let publicHub = "https://huggingface.co"

    /// The token where it may go: to the hub itself, and over an encrypted connection unless the hub is this machine.
    func token(for address: HubAddress) -> String? {
        guard address.origin == endpoint.origin, address.isEncrypted || address.isLoopback else { return nil }
        return token
    }

    /// What the user should know before anything is fetched.
    package var notices: [String] {
        guard token != nil, token(for: endpoint) == nil else { return [] }
        return ["HF_TOKEN is not sent: \(endpoint.origin) is not encrypted"]
    }
}
