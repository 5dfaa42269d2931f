/// A row of an inverted residual network's table.
///
/// *Source*: Sandler et al. 2018, table 2.
package struct InvertedStage: Sendable, Equatable {
    package let expansion, channels, blocks: Int
    /// Of its first block.
    package let stride: Int

    /// Channels of the first convolution, which halves the picture.
    package static let stem = 32

    private init(_ expansion: Int, _ channels: Int, _ blocks: Int, _ stride: Int) {
        (self.expansion, self.channels, self.blocks, self.stride) = (expansion, channels, blocks, stride)
    }

    package static let mobileNetV2 = [
        InvertedStage(1, 16, 1, 1), InvertedStage(6, 24, 2, 2), InvertedStage(6, 32, 3, 2), InvertedStage(6, 64, 4, 2),
        InvertedStage(6, 96, 3, 1), InvertedStage(6, 160, 3, 2), InvertedStage(6, 320, 1, 1),
    ]

    static func cuts(_ stages: [InvertedStage]) -> [CNNFamily.Cut] {
        var (inputs, stride) = (stem, 2)
        return stages.enumerated().map { index, stage in
            var work = index == 0 ? Double(27 * stem) / 4 : 0
            for block in 0..<stage.blocks {
                let inner = Double(inputs * stage.expansion), before = Double(stride * stride)
                if block == 0 { stride *= stage.stride }
                let after = Double(stride * stride)
                if stage.expansion > 1 { work += Double(inputs) * inner / before }
                work += inner * Double(9 + stage.channels) / after
                inputs = stage.channels
            }
            return CNNFamily.Cut(name: "stage\(index + 1)", stride: stride, channels: stage.channels, work: work)
        }
    }
}
