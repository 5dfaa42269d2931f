import Generators
import MethodKit
package import ParameterKit
import PictureGate

// Rules between sections. Each rule only looks at keys that are valid in themselves; others have already been reported.

extension ManifestKeys {
    package func check(_ issues: inout Issues) {
        if issues.isSound("generation.method", "generation.mixture") { checkModels(&issues) }
        checkAuxiliary(&issues)
        checkReport(&issues)
        checkWords(&issues)
        checkQuality(&issues)
    }

    private func checkQuality(_ issues: inout Issues) {
        guard quality.enabled, issues.isSound("generation.method", "generation.mixture", "quality") else { return }
        let generator = generation.generator
        guard generator is any TakenGenerator else { return }
        issues.add(
            "method \(generator.methodName) makes no pictures, so that none can be drawn again; leave it out",
            at: "quality.enabled")
    }

    private func checkModels(_ issues: inout Issues) {
        func demand(_ role: ModelRole, _ reason: String, at place: String) {
            // A model that was written counts as present, even if its value is wrong.
            let key = "models.\(role.rawValue)"
            guard models[role] == nil, !issues.isWritten(key) else { return }
            issues.say("\(key) is missing: \(reason)", at: place)
        }
        let place = generation.mixture == nil ? "generation.method" : "generation.mixture"
        for generator in generation.generators.map(\.generator) {
            for role in type(of: generator).models {
                demand(role, "\(place) \(generator.methodName) draws with it; name its folder", at: place)
            }
        }
        if training.normals == .reconstructed, issues.isWritten("training.normals") {
            demand(.diffusion, "training.normals reconstructed needs its autoencoder", at: "training.normals")
        }
        for entry in detectors.entries {
            guard let detector = entry.method as? any Detector else { continue }
            demand(
                detector.role, "the detector \(entry.name) looks through it; name its folder",
                at: "detectors.\(entry.name)")
        }
    }

    private func checkAuxiliary(_ issues: inout Issues) {
        guard let auxiliary, issues.isSound("auxiliary") else { return }
        if issues.isSound("dataset"), auxiliary.path.written == dataset.path.written {
            issues.add(
                "it is the data set itself, whose test split would be trained on; name another", at: "auxiliary.path")
        }
        if detectors.isEmpty, issues.isSound("detectors") {
            issues.add("without detectors it has no use; name one under `detectors` or leave it out", at: "auxiliary")
        }
    }

    private func checkReport(_ issues: inout Issues) {
        if report.features == .clip, models.clip == nil, !issues.isWritten("models.clip") {
            issues.add("clip needs the folder of a CLIP under models.clip", at: "report.features")
        }
    }

    /// Every phrase must occur in its prompt, because guidance looks for its tokens there.
    private func checkWords(_ issues: inout Issues) {
        guard issues.isSound("generation.prompt", "generation.anomalies", "generation.overrides", "dataset.objects")
        else {
            return
        }
        checkWords(
            generation.prompt, generation.anomalies, object: "object", prompt: "generation.prompt",
            anomalies: "generation.anomalies", &issues)
        for (category, own) in generation.overrides.sorted(by: { $0.key < $1.key })
        where own.prompt != nil || own.anomalies != nil {
            let section = "generation.overrides.\(category)"
            checkWords(
                own.prompt ?? generation.prompt, own.anomalies ?? generation.anomalies,
                object: dataset.objects[category] ?? category,
                prompt: own.prompt == nil ? "generation.prompt" : section + ".prompt",
                anomalies: own.anomalies == nil ? "generation.anomalies" : section + ".anomalies", &issues)
        }
    }

    private func checkWords(
        _ template: String, _ list: [Anomaly], object: String, prompt: String, anomalies: String, _ issues: inout Issues
    ) {
        for words in list.map(\.words) {
            let phrases = Words.phrases(of: words), text = Words.fill(template, object: object, anomaly: words)
            if phrases.isEmpty { issues.add("`\(words)` holds no words", at: anomalies) }
            for phrase in phrases where !Words.stands(phrase, in: text) {
                issues.say(
                    "\(prompt): the words `\(phrase)` of \(anomalies) don't stand in the prompt; put [anomaly] where they belong",
                    at: issues.isWritten(prompt) ? prompt : anomalies)
            }
        }
    }
}
