/// The times of the parts of a picture that `flawsmith bench` measures, in seconds of one device for one picture.
package struct PartSeconds: Sendable, Equatable {
    /// Encoding one prompt.
    package var text: Double
    /// A picture to its latent.
    package var encode: Double
    /// A forward pass of the UNet: one FE.
    package var forward: Double
    /// Attention maps and their gradient with respect to the latent.
    package var evaluation: Double
    /// A conditional and an unconditional pass together.
    package var guided: Double
    /// A latent to a picture.
    package var decode: Double

    package init(text: Double, encode: Double, forward: Double, evaluation: Double, guided: Double, decode: Double) {
        (self.text, self.encode, self.forward) = (text, encode, forward)
        (self.evaluation, self.guided, self.decode) = (evaluation, guided, decode)
    }

    /// By the names that `flawsmith bench` gives the parts; nil where one is missing or not above 0.
    package init?(parts: [String: Double]) {
        let names = ["text", "encode", "forward", "evaluation", "guided", "decode"]
        let values = names.compactMap { parts[$0] }
        guard values.count == names.count, values.allSatisfy({ $0 > 0 && $0.isFinite }) else { return nil }
        self.init(
            text: values[0], encode: values[1], forward: values[2], evaluation: values[3], guided: values[4],
            decode: values[5])
    }

    /// A part by its name in `flawsmith bench`; 0 for one that is not timed.
    package subscript(part: String) -> Double {
        switch part {
        case "text": text
        case "encode": encode
        case "forward": forward
        case "evaluation": evaluation
        case "guided": guided
        case "decode": decode
        default: 0
        }
    }

    /// The parts in the proportions that were measured at SD 1.5's size, for a pass of so many seconds.
    package init(secondsPerPass: Double) {
        let measured = Self.twoCores("float32"), scale = secondsPerPass / measured.forward
        self.init(
            text: measured.text * scale, encode: measured.encode * scale, forward: secondsPerPass,
            evaluation: measured.evaluation * scale,
            guided: measured.guided * scale, decode: measured.decode * scale)
    }

    /// Two CPU cores with AVX-512 at SD 1.5's size. float16 was not measured and counts as float32.
    ///
    /// *Source*: the runs of `flawsmith bench` in Tests/Benchmarks/README.md.
    ///
    /// - Parameter type: the networks' type of numbers, as named in settings.
    package static func twoCores(_ type: String) -> PartSeconds {
        switch type {
        case "bfloat16":
            PartSeconds(text: 0.06, encode: 3.39, forward: 1.91, evaluation: 2.25, guided: 3.68, decode: 5.99)
        default:
            PartSeconds(text: 0.17, encode: 3.39, forward: 3.57, evaluation: 4.25, guided: 6.76, decode: 5.99)
        }
    }

    /// Multiply-accumulates of one forward pass of SD 1.5's UNet at 64×64, used to convert a detector's into seconds.
    package static let multiplications = 401.6e9
}
