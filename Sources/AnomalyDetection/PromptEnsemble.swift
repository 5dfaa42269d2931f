package import Foundation

/// The sentences that describe a good and a damaged object, and what categories are called in them.
///
/// *Source*: the paper names no sentences; states and templates are those of APRIL-GAN, which VLAD follows: 7 normal
/// and 5 abnormal states in each of 35 templates (30 of CLIP's ImageNet prompts and 5 "… in the scene"). They are in
/// `Resources/prompts.json`; a file of the same form can replace any part of it.
package struct PromptEnsemble: Sendable, Equatable {
    /// Texts with one `{}` each, for which the object's name is filled in.
    package var normal, abnormal: [String]
    /// Texts with one `{}` each, for which a state is filled in.
    package var templates: [String]
    /// Words for categories whose folder name isn't used in speech. The digits of VisA's variants are dropped, because
    /// no caption has them.
    ///
    /// *Source*: the object lists of MVTec AD and VisA; the choice to drop digits is ours (AnomalyGPT keeps both
    /// forms).
    package var names: [String: String]

    /// The built-in sentences.
    package init() { self = Self.builtIn }

    private static let builtIn = decoded(PackageResources.prompts_json)

    /// WinCLIP's sentences: 7 normal and 4 abnormal states in each of 22 templates.
    ///
    /// *Source*: Jeong et al. 2023; anomalib's list names one template twice and lacks two.
    package static let winCLIP: PromptEnsemble = {
        var ensemble = decoded(PackageResources.winclip_json)
        ensemble.names = builtIn.names
        return ensemble
    }()

    private static func decoded(_ bytes: [UInt8]) -> PromptEnsemble {
        do {
            let file = try JSONDecoder().decode(PromptFile.self, from: Data(bytes))
            return PromptEnsemble(
                normal: file.normal ?? [], abnormal: file.abnormal ?? [], templates: file.templates ?? [],
                names: file.names ?? [:])
        } catch {
            preconditionFailure("built-in sentences: \(error)")
        }
    }

    private init(normal: [String], abnormal: [String], templates: [String], names: [String: String]) {
        (self.normal, self.abnormal, self.templates, self.names) = (normal, abnormal, templates, names)
    }

    /// Sentences from a user's file.
    ///
    /// - Parameter file: JSON with any of the keys `normal`, `abnormal`, `templates` (lists of texts with one `{}`
    ///   each, not empty), which replace the built-in lists, and `names` (category → words), which are added to the
    ///   built-in names.
    /// - Parameter base: the built-in sentences.
    /// - Throws: `DetectionError.prompts` when it can't be read or has another form.
    package init(contentsOf file: URL, over base: PromptEnsemble = PromptEnsemble()) throws(DetectionError) {
        let read: PromptFile
        do {
            read = try JSONDecoder().decode(PromptFile.self, from: Data(contentsOf: file))
        } catch DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context) {
            let key = context.codingPath.map(\.stringValue).joined(separator: ".")
            throw .prompts(
                file: file.path, reason: key.isEmpty ? "not an object" : "\(key) is not of the form expected")
        } catch let error as PromptFile.UnknownKey {
            throw .prompts(file: file.path, reason: "\"\(error.key)\" is none of: normal, abnormal, templates, names")
        } catch {
            throw .prompts(file: file.path, reason: "not JSON (\(error.localizedDescription))")
        }
        self = base
        for (key, list) in [("normal", read.normal), ("abnormal", read.abnormal), ("templates", read.templates)] {
            guard let list else { continue }
            if list.isEmpty { throw .prompts(file: file.path, reason: "\(key) is empty") }
            for text in list where text.ranges(of: "{}").count != 1 {
                throw .prompts(
                    file: file.path,
                    reason:
                        "\(key): \"\(text)\" needs {} once, where the \(key == "templates" ? "state" : "name") belongs")
            }
        }
        (normal, abnormal, templates) = (read.normal ?? normal, read.abnormal ?? abnormal, read.templates ?? templates)
        names.merge(read.names ?? [:]) { _, own in own }
    }

    /// What a category is called: its name in the table, else the category with spaces for underscores. Names of
    /// several words are returned unchanged.
    package func name(of category: String) -> String {
        names[category] ?? String(category.map { $0 == "_" ? " " : $0 })
    }

    /// One sentence for every state in every template, about an object with this name.
    package func sentences(_ states: [String], for name: String) -> [String] {
        states.flatMap { state in
            let object = Self.fill(state, name)
            return templates.map { Self.fill($0, object) }
        }
    }

    private static func fill(_ template: String, _ text: String) -> String {
        guard let place = template.firstRange(of: "{}") else { return template }
        return template[..<place.lowerBound] + text + template[place.upperBound...]
    }
}

/// The form of prompts.json.
private struct PromptFile: Decodable {
    struct UnknownKey: Error { var key: String }

    var normal, abnormal, templates: [String]?
    var names: [String: String]?

    private enum Key: String, CodingKey, CaseIterable { case normal, abnormal, templates, names }
    private struct AnyKey: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    init(from decoder: any Decoder) throws {
        // Without this check, a misspelt key would silently keep the built-in sentences.
        for key in try decoder.container(keyedBy: AnyKey.self).allKeys where Key(rawValue: key.stringValue) == nil {
            throw UnknownKey(key: key.stringValue)
        }
        let container = try decoder.container(keyedBy: Key.self)
        normal = try container.decodeIfPresent([String].self, forKey: .normal)
        abnormal = try container.decodeIfPresent([String].self, forKey: .abnormal)
        templates = try container.decodeIfPresent([String].self, forKey: .templates)
        names = try container.decodeIfPresent([String: String].self, forKey: .names)
    }
}
