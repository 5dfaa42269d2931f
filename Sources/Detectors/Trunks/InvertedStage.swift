/// A row of an inverted residual network's table.
package struct InvertedStage: Sendable, Equatable {
    package let expansion, channels, blocks: Int
    /// Of its first block.
    package let stride: Int
    /// Cells a side of the convolutions within channels.
    package let kernel: Int

    fileprivate init(_ expansion: Int, _ channels: Int, _ blocks: Int, _ stride: Int, kernel: Int = 3) {
        (self.expansion, self.channels, self.blocks, self.stride) = (expansion, channels, blocks, stride)
        self.kernel = kernel
    }
}

/// An inverted residual network's table and what else makes it.
package struct InvertedShape: Sendable, Equatable {
    /// Channels of the first convolution, which halves the picture.
    package let stem: Int
    package let stages: [InvertedStage]
    /// Whether blocks weigh their channels by what is in the whole map, and use SiLU; else there is ReLU6 alone.
    package let isWeighing: Bool
    /// Whether convolutions pad as TensorFlow does, and norms have its epsilon.
    package let isTensorFlows: Bool
    /// Pixels a side of the pictures it was trained with: versions with fixed padding have that of this size.
    package let side: Int

    /// *Source*: Sandler et al. 2018, table 2.
    package static let mobileNetV2 = InvertedShape(
        stem: 32,
        stages: [
            InvertedStage(1, 16, 1, 1), InvertedStage(6, 24, 2, 2), InvertedStage(6, 32, 3, 2),
            InvertedStage(6, 64, 4, 2), InvertedStage(6, 96, 3, 1), InvertedStage(6, 160, 3, 2),
            InvertedStage(6, 320, 1, 1),
        ], isWeighing: false, isTensorFlows: false, side: 224)

    /// *Source*: Tan and Le 2019, table 1, without squeeze and excitation and with ReLU6, as its authors published it
    /// for small devices.
    package static let efficientNetLite0 = InvertedShape(
        stem: 32,
        stages: [
            InvertedStage(1, 16, 1, 1), InvertedStage(6, 24, 2, 2), InvertedStage(6, 40, 2, 2, kernel: 5),
            InvertedStage(6, 80, 3, 2), InvertedStage(6, 112, 3, 1, kernel: 5),
            InvertedStage(6, 192, 4, 2, kernel: 5), InvertedStage(6, 320, 1, 1),
        ], isWeighing: false, isTensorFlows: true, side: 224)

    /// *Source*: Tan and Le 2019, table 1, 1.4 times as wide and 1.8 times as deep.
    package static let efficientNetB4 = InvertedShape(
        stem: 48,
        stages: [
            InvertedStage(1, 24, 2, 1), InvertedStage(6, 32, 4, 2), InvertedStage(6, 56, 4, 2, kernel: 5),
            InvertedStage(6, 112, 6, 2), InvertedStage(6, 160, 6, 1, kernel: 5),
            InvertedStage(6, 272, 8, 2, kernel: 5), InvertedStage(6, 448, 2, 1),
        ], isWeighing: true, isTensorFlows: true, side: 380)

    /// What the weights of channels cost is left out: it doesn't grow with the picture.
    var cuts: [CNNFamily.Cut] {
        var (inputs, stride) = (stem, 2)
        return stages.enumerated().map { index, stage in
            var work = index == 0 ? Double(27 * stem) / 4 : 0
            for block in 0..<stage.blocks {
                let inner = Double(inputs * stage.expansion), before = Double(stride * stride)
                if block == 0 { stride *= stage.stride }
                let after = Double(stride * stride)
                if stage.expansion > 1 { work += Double(inputs) * inner / before }
                work += inner * Double(stage.kernel * stage.kernel + stage.channels) / after
                inputs = stage.channels
            }
            return CNNFamily.Cut(name: "stage\(index + 1)", stride: stride, channels: stage.channels, work: work)
        }
    }
}
