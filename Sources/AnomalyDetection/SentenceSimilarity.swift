package import ClipModels
import Imaging
import TensorCore

/// How well sentences fit pictures, according to a frozen CLIP.
package enum SentenceSimilarity {
    /// - Source: Radford et al. 2021, section 3.1.2 (zero-shot transfer), without the softmax.
    /// - Parameters:
    ///   - images: files, resized to a square of `imageSize` as for detection.
    ///   - sentences: at least one.
    /// - Returns: cosine similarity for each image and sentence, `[images, sentences]`, in [−1, 1].
    /// - Throws: `ImageError`, `CLIPError`, `TensorError`, and whatever `report.progress` throws.
    package static func run(
        images: [String], sentences: [String], imageSize: Int, clip: CLIPModel, report: WorkReport = WorkReport()
    ) throws -> [[Double]] {
        try withoutGradients {
            let context = clip.configuration.text.contextLength
            let tokens = sentences.map { clip.tokenizer.tokenize($0, contextLength: context) }
            let text = try clip.text.embeddings(tokens).to(.float32).normalized()
            var rows: [[Double]] = []
            for path in images {
                let pixels = try clip.preprocessor(size: imageSize)(Image(contentsOf: path))
                let token = try clip.vision(pixels.to(device: clip.device), blocks: []).imageToken.to(.float32)
                    .normalized()
                rows.append(try token.matmul(text.transposed()).select(0, 0).doubles())
                try report.progress(rows.count, images.count, path)
            }
            return rows
        }
    }
}
