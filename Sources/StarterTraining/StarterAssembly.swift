import ClipModels
import DiffusionModels
package import Foundation
import NeuralNet
import TensorCore

/// Makes model folders of what the trainings have learned so far: the averaged weights, in float16, in the layouts that
/// models are downloaded in, with a `flawsmith.json` that says where they are from. Cards (README.md) are left as they
/// are.
package enum StarterAssembly {
    /// - Parameter work: the folder of the trainings.
    /// - Returns: the models that were written: `diffusion` if both its trainings have begun, `clip` if its own has.
    package static func write(_ settings: TrainingSettings, work: URL, to target: URL) throws -> [String] {
        var written: [String] = []
        if has("autoencoder", work), has("diffusion", work) {
            try writeDiffusion(settings, work, target.appendingPathComponent("diffusion", isDirectory: true))
            written.append("diffusion")
        }
        if has("clip", work) {
            try writeClip(settings, work, target.appendingPathComponent("clip", isDirectory: true))
            written.append("clip")
        }
        return written
    }

    private static func writeDiffusion(_ settings: TrainingSettings, _ work: URL, _ folder: URL) throws {
        let autoencoder = AverageOfCheckpoint(
            try AutoencoderTraining(settings, components: .kept(in: work, settings), device: .cpu, threads: 1), work)
        let diffusion = AverageOfCheckpoint(
            try DiffusionTraining(settings, components: .kept(in: work, settings), device: .cpu, threads: 1), work)
        let vocabulary = try BytePairVocabulary.builtIn(merges: settings.diffusion.vocabulary_merges)
        let tensors = try diffusion.tensors()
        func part(_ prefix: String) -> [String: Tensor] {
            Dictionary(
                uniqueKeysWithValues: tensors.filter { $0.key.hasPrefix(prefix) }.map {
                    (String($0.key.dropFirst(prefix.count)), $0.value)
                })
        }
        try DiffusionFolder.write(
            to: folder,
            configuration: LatentDiffusionConfiguration(
                unet: settings.unetConfiguration, autoencoder: settings.autoencoderConfiguration,
                text: settings.textConfiguration(vocabulary)),
            tokenizer: CLIPTokenizer(vocabulary: vocabulary, cleaning: .huggingFace, padding: vocabulary.endOfText),
            unet: part("unet."), autoencoder: autoencoder.tensors(),
            textEncoder: CLIPTextNames.huggingFace(fromOpenCLIP: part("text.")))
        try BytePairVocabulary.builtInLicence().write(
            to: folder.appendingPathComponent("tokenizer/LICENSE.merges.txt"), atomically: true, encoding: .utf8)
        try mark(folder, settings, ["autoencoder": autoencoder.steps, "diffusion": diffusion.steps])
    }

    private static func writeClip(_ settings: TrainingSettings, _ work: URL, _ folder: URL) throws {
        let clip = AverageOfCheckpoint(try ClipTraining(settings, device: .cpu, threads: 1), work)
        let vocabulary = try BytePairVocabulary.builtIn(merges: settings.clip.vocabulary_merges)
        try CLIPFolder(folder.path).write(
            settings.clipConfiguration(vocabulary), clip.tensors(),
            tokenizer: CLIPTokenizer(vocabulary: vocabulary, cleaning: .openCLIP, padding: 0))
        try BytePairVocabulary.builtInLicence().write(
            to: folder.appendingPathComponent("LICENSE.merges.txt"), atomically: true, encoding: .utf8)
        try mark(folder, settings, ["clip": clip.steps])
    }

    private static func has(_ name: String, _ work: URL) -> Bool {
        TrainingLoop.hasCheckpoint(of: name, in: work)
    }

    /// The averaged weights in a training's last checkpoint.
    private struct AverageOfCheckpoint {
        let training: any NetworkTraining
        let work: URL

        init(_ training: any NetworkTraining, _ work: URL) { (self.training, self.work) = (training, work) }

        func tensors() throws -> [String: Tensor] {
            try TrainingLoop(training, folder: work).resume()
            return try training.result()
        }

        var steps: Int { training.parameters.steps }
    }

    private struct Mark: Encodable {
        var trained = true
        var made_by = "flawsmith-engine train-starter"
        var license = "Apache-2.0"
        var steps: [String: Int]
        var settings: TrainingSettings
    }

    private static func mark(_ folder: URL, _ settings: TrainingSettings, _ steps: [String: Int]) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        try (encoder.encode(Mark(steps: steps, settings: settings)) + [UInt8(ascii: "\n")])
            .write(to: folder.appendingPathComponent("flawsmith.json"), options: .atomic)
    }
}
