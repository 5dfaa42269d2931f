package import Detectors
package import ExportLayouts
package import MethodKit
package import ParameterKit
package import PictureGate

/// A user's manifest after reading, checking and filling in defaults.
///
/// Every value is inside its documented range; a stage need not check again. Paths are kept as written and as resolved.
@dynamicMemberLookup
package struct Manifest: Sendable, Equatable {
    package var keys: ManifestKeys

    package subscript<Value>(dynamicMember key: WritableKeyPath<ManifestKeys, Value>) -> Value {
        get { keys[keyPath: key] }
        set { keys[keyPath: key] = newValue }
    }

    /// The same manifest as canonical YAML: every key, defaults filled in, the schema's order, paths as written.
    /// Reading it again gives an equal manifest.
    package var resolvedText: String { ManifestKeys.section.yaml(keys.json.object ?? [:]) }

    /// The detectors in the order of reports. With none, the report shows what was made.
    package var namedDetectors: [(name: String, detector: any Detector)] {
        keys.detectors.entries.compactMap { entry in
            (entry.method as? any Detector).map { (entry.name, $0) }
        }
    }

    /// The layouts of exports, one archive each.
    package var exportLayouts: [any ExportLayout] {
        keys.export.layouts.entries.compactMap { $0.method as? any ExportLayout }
    }
}

/// The sections of a manifest.
package struct ManifestKeys: Parameters {
    /// The version of the format.
    package static let version = 2

    @Key("Version of the manifest's format.", .in(version...version), isRequired: true)
    package var version = Self.version
    @Key("Names the run's folder and the exported archives.", .text(.name), isRequired: true)
    package var name = ""
    @Key("The data set with the normal samples and the real test split.", isRequired: true)
    package var dataset = DatasetSection()
    @Key("Weights, by what they are for. Only those that the chosen methods need have to be named.")
    package var models = ModelsSection()
    @Key("A second data set for the detectors' training.", .or("none", "no auxiliary data set"))
    package var auxiliary: AuxiliarySection? = nil
    @Key("How the object's mask is found on normal samples.")
    package var foreground = ForegroundSection()
    @Key("Which normal samples are used: how many, and drawn how.")
    package var sampling = SamplingSection()
    @Key("How anomalies are made on the samples.")
    package var generation = GenerationSection()
    @Key("How generated pictures get their pixel labels.")
    package var annotation = AnnotationSection()
    @Key("Which generated pictures are kept; a word alone is `enabled`.")
    package var quality = GateSettings()
    @Key("The archives that are written.")
    package var export = ExportSection()
    @Key("What all detectors share.")
    package var training = TrainingSection()
    @Key("The detectors that judge the data set, by name; none: the report shows what was made.")
    package var detectors = NamedMethods<Detectors>()
    @Key("How detectors are scored on the real test split.")
    package var evaluation = EvaluationSection()
    @Key("What the report shows beside the results.")
    package var report = ReportSection()
    @Key("What may be kept only to save time. Never part of a result's identity.")
    package var cache = CacheSection()

    package init() {}
}
