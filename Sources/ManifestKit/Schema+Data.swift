// The schema of the manifest's first half: what goes in.

/// The schema, section by section.
enum Schema {
    /// Seeds of LibTorch's CPU generator have 32 bits.
    static let seeds = 0...Int(UInt32.max)

    static let root = SectionType(keys: [
        SchemaKey(
            "version", .integer(Manifest.version...Manifest.version), .required, "Version of the manifest's format."),
        SchemaKey("name", .text(.name), .required, "Names the run's folder and the exported archives."),
        SchemaKey(
            "dataset", .section(dataset), .required, "The data set with the normal samples and the real test split."),
        SchemaKey(
            "auxiliary", .either([none("no auxiliary data set"), .section(auxiliary)]), .value(.keyword("none")),
            "A second data set for the detector's training."),
        SchemaKey("foreground", .section(foreground), .section, "How the object's mask is found on normal samples."),
        SchemaKey("sampling", .section(sampling), .section, "Which normal samples are used: how many, and drawn how."),
        SchemaKey("generation", .section(generation), .section, "How anomalies are made on the samples."),
        SchemaKey("annotation", .section(annotation), .section, "How generated pictures get their pixel labels."),
        SchemaKey("export", .section(export), .section, "The archives that are written."),
        SchemaKey(
            "training", .either([none("stop after the export"), .section(training)]), .value(.keyword("none")),
            "The detector VLAD, trained on the generated pictures and the samples."),
        SchemaKey("evaluation", .section(evaluation), .section, "How the detector is scored on the real test split."),
        SchemaKey("report", .section(report), .section, "What the report shows beside the results."),
        SchemaKey(
            "cache", .section(cache), .section, "What may be kept only to save time. Never part of a result's identity."
        ),
    ])

    static func none(_ doc: String) -> ValueType { .choice([Choice("none", doc)]) }

    private static let kinds = [
        Choice("auto", "recognised by its layout"), Choice("mvtec", "MVTec AD's layout"),
        Choice("visa", "VisA's layout"),
        Choice("folder", "own pictures"),
    ]

    static let dataset = SectionType(keys: [
        SchemaKey("kind", .choice(kinds), .value(.keyword("auto")), "Layout of the data set."),
        SchemaKey(
            "path", .path, .required,
            "Archive as downloaded (tar, plain or with xz, gz or zstd; zip), or an unpacked folder."),
        SchemaKey("categories", categories, .value(.keyword("all")), "Categories to use; nothing else is unpacked."),
        SchemaKey(
            "objects", .perCategory(.text(.line)), .value(.table([])),
            "What stands for `[cls]` in prompts, per category; else the category's name with spaces for underscores."),
    ])

    private static let categories = ValueType.either([
        .choice([Choice("all", "every category")]), .list(of: .text(.category), ListRule(distinct: .elements)),
    ])

    private static let shots = ValueType.either([
        .choice([Choice("full", "every normal of the training split")]), .integer(1...100_000),
    ])

    static let auxiliary = SectionType(
        keys: [
            SchemaKey("kind", .choice(kinds), .value(.keyword("auto")), "Layout of the auxiliary data set."),
            SchemaKey(
                "path", .path, .required,
                "Archive or folder of the auxiliary data set; another one than `dataset.path`."),
            SchemaKey("categories", categories, .value(.keyword("all")), "Its categories to use."),
            SchemaKey(
                "use",
                .choice([
                    Choice("normals+synthetic", "its normals, and anomalies generated on them"),
                    Choice("test-split", "its labelled test split"),
                ]), .value(.keyword("normals+synthetic")),
                "Which of its pictures are trained on, together with the data set's own."),
            SchemaKey(
                "shots", shots, .value(.keyword("full")),
                "For `normals+synthetic`: its normals per category, drawn with the first of `sampling.seeds` for all models alike."
            ),
        ])

    // MARK: foreground

    private static func orAuto(_ type: ValueType) -> ValueType {
        .either([.choice([Choice("auto", "as the method's table says")]), type])
    }

    /// Largest radius in pixels that still means something on pictures of 1000 to 1500 pixels.
    private static let radius = 0...100

    private static let foregroundKeys = [
        SchemaKey(
            "method",
            .choice([
                Choice("auto", "the known category's row in the table of defaults, else otsu"),
                Choice("otsu", "Otsu's threshold of grey levels"),
                Choice("fixed", "the threshold given"), Choice("triangle", "the triangle threshold"),
                Choice("whole", "the whole picture is foreground, for textures"),
            ]), .value(.keyword("auto")), "How object and background are told apart."),
        SchemaKey(
            "threshold", orAuto(.integer(0...255)), .value(.keyword("auto")),
            "Grey level between background and object; needed by `fixed`."),
        SchemaKey(
            "polarity",
            .choice([
                Choice("auto", "found from the picture's border"),
                Choice("light", "the object is lighter than the background"),
                Choice("dark", "the object is darker than the background"),
            ]), .value(.keyword("auto")), "Which side of the threshold is the object."),
        SchemaKey(
            "median", orAuto(.integer(radius)), .value(.keyword("auto")),
            "Radius of the median filter before the threshold, in pixels; 0: none."),
        SchemaKey(
            "closing", orAuto(.integer(radius)), .value(.keyword("auto")),
            "Radius of the closing of the mask, in pixels; 0: none."),
        SchemaKey(
            "opening", orAuto(.integer(radius)), .value(.keyword("auto")),
            "Radius of the opening after it, in pixels; 0: none."),
        SchemaKey(
            "fill_holes", orAuto(.boolean), .value(.keyword("auto")), "Whether holes inside the object belong to it."),
        SchemaKey(
            "min_area", orAuto(.decimal(.from(0, to: 0.5))), .value(.keyword("auto")),
            "Components smaller than this share of the picture are dropped."),
    ]

    static let foreground = SectionType(
        keys: foregroundKeys + [
            SchemaKey(
                "overrides", .perCategory(.section(optional(foregroundKeys))), .value(.table([])),
                "Any of the keys above, per category.")
        ])

    /// The same keys, none of them with a default.
    static func optional(_ keys: [SchemaKey]) -> SectionType {
        SectionType(keys: keys.map { SchemaKey($0.name, $0.type, .absent, $0.doc) })
    }

    // MARK: sampling

    static let sampling = SectionType(keys: [
        SchemaKey(
            "shots",
            .list(of: shots, ListRule(distinct: .elements)),
            .value(.list([.integer(1), .integer(2), .integer(4), .keyword("full")])),
            "Normal samples per category; one data set is made for each count. Smaller choices are part of larger ones."
        ),
        SchemaKey(
            "seeds", .list(of: .integer(seeds), ListRule(distinct: .elements)),
            .value(.list((0...4).map { .integer($0) })),
            "One data set for each seed too; results are reported as mean and standard deviation."),
        SchemaKey(
            "order",
            .choice([
                Choice("random", "a seeded random order"),
                Choice("consecutive", "a slice of the sorted names that begins at a seeded place"),
            ]), .value(.keyword("random")), "How samples are drawn."),
    ])
}
