// From checked settings to typed sections.

extension Manifest {
    init(_ root: SettingReader, resolvedText: String) {
        self.init(
            name: root.text("name"),
            dataset: DatasetSection(root.section("dataset")),
            auxiliary: root.isKeyword("auxiliary", "none") ? nil : AuxiliarySection(root.section("auxiliary")),
            foreground: ForegroundSection(root.section("foreground")),
            sampling: SamplingSection(root.section("sampling")),
            generation: GenerationSection(root.section("generation")),
            annotation: AnnotationSection(root.section("annotation")),
            export: ExportSection(
                layouts: root.section("export").choices("layouts"),
                compression: root.section("export").choice("compression")),
            training: root.isKeyword("training", "none") ? nil : TrainingSection(root.section("training")),
            evaluation: EvaluationSection(root.section("evaluation")),
            report: ReportSection(root.section("report")),
            cache: CacheSection(limit: root.section("cache").bytes("limit")),
            resolvedText: resolvedText)
    }
}

extension DatasetSection {
    init(_ section: SettingReader) {
        self.init(
            kind: section.choice("kind"), path: section.path("path"),
            categories: section.isKeyword("categories", "all") ? nil : section.texts("categories"),
            objects: section.dictionary("objects", \.ownText))
    }
}

extension AuxiliarySection {
    init(_ section: SettingReader) {
        self.init(
            kind: section.choice("kind"), path: section.path("path"),
            categories: section.isKeyword("categories", "all") ? nil : section.texts("categories"),
            use: section.choice("use"),
            shots: section.shotCount("shots"))
    }
}

extension ForegroundSettings {
    /// - Parameter common: what counts where the section has no such key; its own keys come first.
    init(_ section: SettingReader, over common: ForegroundSettings? = nil) {
        func pick<Value>(_ key: String, _ read: (String) -> Value, _ path: KeyPath<ForegroundSettings, Value?>)
            -> Value?
        {
            guard section.has(key) else { return common?[keyPath: path] }
            return section.isKeyword(key, "auto") ? nil : read(key)
        }
        self.init(
            method: section.has("method") ? section.choice("method") : common?.method ?? .auto,
            threshold: pick("threshold", section.integer, \.threshold),
            polarity: section.has("polarity") ? section.choice("polarity") : common?.polarity ?? .auto,
            median: pick("median", section.integer, \.median),
            closing: pick("closing", section.integer, \.closing),
            opening: pick("opening", section.integer, \.opening),
            fillHoles: pick("fill_holes", section.boolean, \.fillHoles),
            minArea: pick("min_area", section.number, \.minArea))
    }
}

extension ForegroundSection {
    init(_ section: SettingReader) {
        let common = ForegroundSettings(section)
        self.init(common: common, overrides: section.dictionary("overrides") { ForegroundSettings($0, over: common) })
    }
}

extension SamplingSection {
    init(_ section: SettingReader) {
        self.init(
            shots: section.shots("shots"), seeds: section.integers("seeds").map { UInt32(clamping: $0) },
            order: section.choice("order"))
    }
}

extension Anomaly {
    init(_ table: SettingReader) {
        self.init(name: table.text("name"), words: table.text("words"), share: table.integer("share"))
    }
}

extension GuidanceSettings {
    init(_ section: SettingReader) {
        self.init(
            strength: section.number("strength"), thresholds: section.numbers("thresholds"),
            places: section.integers("places"),
            refinements: section.integer("refinements"), stopAfter: section.integer("stop_after"),
            stopWindow: section.integers("stop_window"), softmaxScale: section.number("softmax_scale"),
            phrase: section.choice("phrase"), objective: section.choice("objective"), until: section.number("until"),
            sigma: section.number("sigma"),
            localisation: section.boolean("localisation"), earlyStop: section.boolean("early_stop"),
            attention: section.boolean("attention"), mask: section.boolean("mask"))
    }
}

extension GenerationSection {
    init(_ section: SettingReader) {
        let images = section.section("images_per_normal")
        self.init(
            method: section.choice("method"), model: section.has("model") ? section.path("model") : nil,
            textures: section.has("textures") ? section.path("textures") : nil,
            external: section.has("external") ? section.path("external") : nil,
            preset: section.choice("preset"),
            prompt: section.text("prompt"), anomalies: section.tables("anomalies").map { Anomaly($0) },
            overrides: section.dictionary("overrides") { own in
                PerCategory(
                    prompt: own.has("prompt") ? own.text("prompt") : nil,
                    anomalies: own.has("anomalies") ? own.tables("anomalies").map { Anomaly($0) } : nil)
            },
            imagesPerNormalFew: images.integer("few"), imagesPerNormalFull: images.integer("full"),
            steps: section.integer("steps"), gamma: section.decimal("gamma"),
            guidanceScale: section.number("guidance_scale"),
            sampler: section.choice("sampler"), guidanceEvery: section.integer("guidance_every"),
            guidance: GuidanceSettings(section.section("guidance")), imageGuidance: section.boolean("image_guidance"),
            localBlend: section.boolean("local_blend"),
            batch: section.integer("batch"), dtype: section.choice("dtype"), seed: section.seed("seed"))
    }
}

extension AnnotationSection {
    init(_ section: SettingReader) {
        self.init(source: section.choice("source"), threshold: section.number("threshold"))
    }
}

extension TrainingSection {
    init(_ section: SettingReader) {
        self.init(
            model: section.path("model"), prompts: section.has("prompts") ? section.path("prompts") : nil,
            imageSize: section.integer("image_size"), stages: section.integers("stages"),
            epochs: section.integer("epochs"), batch: section.integer("batch"),
            learningRate: section.number("learning_rate"),
            omega: section.number("omega"), beta: section.number("beta"), supervision: section.choice("supervision"),
            imageScore: section.choice("image_score"), normals: section.choice("normals"), seed: section.seed("seed"))
    }
}

extension ReportSection {
    init(_ section: SettingReader) {
        self.init(
            compareWith: section.choice("compare_with"), lpips: section.has("lpips") ? section.path("lpips") : nil)
    }
}

extension EvaluationSection {
    init(_ section: SettingReader) {
        self.init(
            weights: section.numbers("weights"), mapWeights: section.numbers("map_weights"),
            bank: section.choice("bank"),
            coreset: section.number("coreset"), size: section.isKeyword("size", "mask") ? nil : section.integer("size"),
            pro: section.choice("pro"), smoothing: section.number("smoothing"))
    }
}
