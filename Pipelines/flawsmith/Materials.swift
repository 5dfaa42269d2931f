import Foundation
import GenerationStage
import ManifestKit
import StageKit

/// Pictures from elsewhere that generation takes: textures to fill damage with, or whole synthetic sets.
struct Materials {
    let textures: TextureFolder?
    /// By category; empty unless the method is `external`.
    let external: [String: ExternalCategory]

    /// Lists and hashes what is new there.
    ///
    /// - Throws: `Failure` 66 for a missing folder, 65 for one without pictures, without one of the categories, or with
    ///   pictures without masks; `ArchiveError` for links.
    init(_ section: GenerationSection, categories: [String], store: ArtifactStore, digests: DigestCache) throws {
        textures = try section.textures.map {
            try TextureFolder(URL(fileURLWithPath: $0.absolute), written: $0.written, digests: digests)
        }
        guard let path = section.external else {
            external = [:]
            return
        }
        let set = try ExternalSet(
            URL(fileURLWithPath: path.absolute), written: path.written, store: store, digests: digests)
        external = Dictionary(try categories.map { ($0, try set.category($0)) }) { first, _ in first }
    }
}

extension GenerationParameters.Method {
    init(_ method: GenerationMethod) {
        self =
            switch method {
            case .cut: .cut
            case .cutpaste: .cutpaste
            case .perlin: .perlin
            case .external: .external
            }
    }
}

extension GenerationSection {
    /// The generator in a phrase, for cards and reports.
    var phrase: String {
        switch method {
        case .cut: model.map { "\(method.rawValue) on \($0.written), preset \(preset.rawValue)" } ?? method.rawValue
        case .perlin: textures.map { "perlin with textures from \($0.written)" } ?? method.rawValue
        case .external: "pictures made elsewhere, from \(external?.written ?? "")"
        case .cutpaste: method.rawValue
        }
    }
}
