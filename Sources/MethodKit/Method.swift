package import ParameterKit

/// Something that a manifest chooses by name: a generator, a detector, a layout of exports. Each has a folder of its
/// own and one line in its registry.
package protocol Method: Sendable {
    associatedtype Settings: Parameters
    /// The word in manifests, identities and messages.
    static var name: String { get }
    /// Goes up whenever the same settings give another result, and whenever a default changes, because identities only
    /// hold values that differ from the defaults.
    static var version: Int { get }
    /// What it is, in a phrase for the documentation.
    static var doc: String { get }
    var settings: Settings { get }
    init(_ settings: Settings)
    /// Outside files that the settings name and that decide the result, by key. Their digests are part of identities.
    var files: [String: ManifestPath] { get }
}

extension Method {
    package var files: [String: ManifestPath] { [:] }

    /// ``name``, of a value whose type isn't known.
    package var methodName: String { Self.name }

    /// The method's part of an identity: its name, its version, and the settings that differ from the defaults.
    ///
    /// - Parameter effects: settings that only affect other things are left out.
    package func asked(_ effects: Set<Effect> = [.result, .scoring]) -> JSONValue {
        .object(["method": .string(Self.name), "version": .int(Self.version), "parameters": settings.asked(effects)])
    }
}

/// The kinds of weights that methods need and a manifest names under `models`.
package enum ModelRole: String, Sendable, CaseIterable, Codable {
    /// A latent diffusion model in diffusers' layout.
    case diffusion
    /// A CLIP in open_clip's or Hugging Face's layout.
    case clip
    /// A convolutional network of `CNNFamily`: one safetensors file, or a folder with one.
    case cnn
    /// A vision transformer of `TransformerFamily`: one safetensors file, or a folder with one.
    case vit
    /// LPIPS on VGG16: one safetensors file.
    case lpips
}

extension Array where Element == any Method.Type {
    /// The method of this name.
    package func named(_ name: String) -> (any Method.Type)? { first { $0.name == name } }
}
