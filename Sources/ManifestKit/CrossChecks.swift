/// Rules between keys. Each looks only at settings that are valid in themselves; the others have been reported.
extension SchemaWalk {
    mutating func checkAcrossKeys() {
        checkModels()
        checkAuxiliary()
        checkMaterials()
        checkForeground()
        checkGuidance()
        checkWords()
        for key in ["evaluation.weights", "evaluation.map_weights"] where locations[key] != nil {
            if case .list(let weights)? = settings[key], weights.allSatisfy({ $0 == .decimal(DecimalNumber(0)) }) {
                report("\(key): expected at least one weight above 0", at: location(key))
            }
        }
    }

    private mutating func checkAuxiliary() {
        guard case .text(let path)? = settings["auxiliary.path"] else { return }
        if settings["dataset.path"] == .text(path) {
            report(
                "auxiliary.path: it is the data set itself, whose test split would be trained on; name another",
                at: location("auxiliary.path"))
        }
        if settings["training"] == .keyword("none") {
            report(
                "auxiliary: without training it has no use; add the section training or leave it out",
                at: location("auxiliary"))
        }
        // The resolved manifest writes every key, so that the default must pass.
        if settings["auxiliary.use"] == .keyword("test-split"), locations["auxiliary.shots"] != nil,
            settings["auxiliary.shots"] != .keyword("full")
        {
            report("auxiliary.shots: use test-split has no use for it; leave it out", at: location("auxiliary.shots"))
        }
    }

    private mutating func checkModels() {
        // A model that was written, rightly or wrongly, is not missing.
        guard settings["generation.model"] == nil, locations["generation.model"] == nil else { return }
        if settings["generation.method"] == .keyword("cut") {
            report(
                "generation.model is missing: method cut needs the folder of a latent diffusion model",
                at: location("generation.method"))
        } else if settings["training.normals"] == .keyword("reconstructed") {
            report(
                "generation.model is missing: training.normals reconstructed needs its autoencoder",
                at: location("training.normals"))
        }
    }

    /// Pictures from elsewhere go with the one method that reads them.
    private mutating func checkMaterials() {
        guard case .keyword(let method)? = settings["generation.method"] else { return }
        for (key, user) in [("generation.textures", "perlin"), ("generation.external", "external")]
        where method != user && locations[key] != nil {
            report("\(key): method \(method) has no use for it; use method \(user) or leave it out", at: location(key))
        }
        if method == "external", locations["generation.external"] == nil {
            report(
                "generation.external is missing: method external needs the folder or archive of the pictures and masks",
                at: location("generation.method"))
        }
    }

    private mutating func checkForeground() {
        var categories: [String] = []
        if case .table(let entries)? = settings["foreground.overrides"] { categories = entries.map(\.key) }
        for section in ["foreground"] + categories.map({ "foreground.overrides." + $0 }) {
            let method = settings[section + ".method"]
            let ownThreshold = settings[section + ".threshold"]
            let threshold = locations[section + ".threshold"] == nil ? settings["foreground.threshold"] : ownThreshold
            if method == .keyword("fixed"), threshold == .keyword("auto") {
                report(
                    "\(section): method fixed needs a threshold, a whole number from 0 to 255",
                    at: location(section + ".method"))
            }
            if case .keyword(let name)? = method, ["otsu", "triangle", "whole"].contains(name),
                case .integer? = ownThreshold
            {
                report(
                    "\(section).threshold: method \(name) has no use for it; use method fixed or leave it out",
                    at: location(section + ".threshold"))
            }
        }
    }

    private mutating func checkGuidance() {
        guard case .list(let thresholds)? = settings["generation.guidance.thresholds"],
            case .list(let places)? = settings["generation.guidance.places"], thresholds.count != places.count
        else { return }
        let written = locations["generation.guidance.places"] == nil ? "thresholds" : "places"
        report(
            "generation.guidance: \(thresholds.count) thresholds for \(places.count) places; expected one for each",
            at: location("generation.guidance." + written))
    }

    /// Every phrase must stand in its prompt: guidance looks for its tokens there.
    private mutating func checkWords() {
        checkWords(prompt: "generation.prompt", anomalies: "generation.anomalies", object: "object")
        guard case .table(let categories)? = settings["generation.overrides"] else { return }
        for category in categories {
            let section = "generation.overrides." + category.key
            let own = (prompt: category.value["prompt"] != nil, anomalies: category.value["anomalies"] != nil)
            guard own.prompt || own.anomalies else { continue }
            var object = category.key
            if case .text(let words)? = settings["dataset.objects." + category.key] { object = words }
            checkWords(
                prompt: own.prompt ? section + ".prompt" : "generation.prompt",
                anomalies: own.anomalies ? section + ".anomalies" : "generation.anomalies", object: object)
        }
    }

    private mutating func checkWords(prompt: String, anomalies: String, object: String) {
        guard case .text(let template)? = settings[prompt], case .list(let list)? = settings[anomalies] else { return }
        for case .text(let words)? in list.map({ $0["words"] }) {
            let phrases = Words.phrases(of: words)
            let text = Words.fill(template, object: object, anomaly: words)
            if phrases.isEmpty { report("\(anomalies): \(shown(words)) holds no words", at: location(anomalies)) }
            for phrase in phrases where !Words.stands(phrase, in: text) {
                report(
                    "\(prompt): the words \(shown(phrase)) of \(anomalies) don't stand in the prompt; put [anomaly] where they belong",
                    at: location(locations[prompt] == nil ? anomalies : prompt))
            }
        }
    }
}
