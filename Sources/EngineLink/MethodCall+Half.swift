package import MethodKit
import ParameterKit

extension MethodCall {
    /// A call of a method with all its settings.
    package init(
        _ method: any Method, models: [ModelRole: String] = [:], files: [String: String] = [:]
    ) {
        self.init(
            name: type(of: method).name, version: type(of: method).version, parameters: method.allSettings,
            models: Dictionary(uniqueKeysWithValues: models.map { ($0.key.rawValue, $0.value) }), files: files)
    }

    /// The method as the tool knows it, with the settings of this call.
    ///
    /// - Throws: `EngineFailure`: another version of the method, or settings that can't be used.
    package func half<Half: Method>(_ type: Half.Type = Half.self) throws(EngineFailure) -> Half {
        guard version == Half.version else {
            throw EngineFailure(
                kind: .internalError,
                message: "\(Half.name) of version \(version) is asked for, this engine has version \(Half.version)")
        }
        do {
            return Half(try Half.Settings(json: parameters))
        } catch {
            throw EngineFailure(kind: .badData, message: "settings of \(Half.name): \(error)")
        }
    }

    /// A model's folder or file.
    ///
    /// - Throws: `EngineFailure` where the call names none.
    package func model(_ role: ModelRole) throws(EngineFailure) -> String {
        guard let path = models[role.rawValue] else {
            throw EngineFailure(
                kind: .internalError, message: "\(name) is asked for without a model for \(role.rawValue)")
        }
        return path
    }
}

extension Method {
    fileprivate var allSettings: JSONValue { settings.json }
}
