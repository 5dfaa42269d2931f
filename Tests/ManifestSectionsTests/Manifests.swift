import Foundation
import ManifestKit
import ManifestSections

/// Where the manifests and the messages about them lie.
let snapshots = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent(
        "Snapshots/manifests")

/// The shortest manifest.
let short = """
    version: 2
    name: short
    dataset: { path: data.tar }
    generation: { method: cutpaste }

    """

func parse(_ text: String, _ overrides: String...) throws -> Manifest { try parse(bytes: Array(text.utf8), overrides) }

func parse(bytes: [UInt8], _ overrides: [String] = []) throws -> Manifest {
    try Manifest.parse(bytes, file: "m.yaml", directory: "/home/me", overrides: overrides)
}

/// What is said about a manifest, one diagnostic a line; empty for a good one.
func complaints(_ text: String, _ overrides: String...) -> String { complaints(bytes: Array(text.utf8), overrides) }

func complaints(bytes: [UInt8], _ overrides: [String] = []) -> String {
    do {
        _ = try parse(bytes: bytes, overrides)
        return ""
    } catch {
        return "\(error)"
    }
}
