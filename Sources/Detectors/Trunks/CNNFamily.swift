import ParameterKit

/// The convolutional networks that detectors can look through, and where their features can be taken.
///
/// The engine's half, which knows how each is loaded and run, is `FeatureTrunks.CNNTrunk`.
package enum CNNFamily: String, KeyChoice {
    case resnet18, resnet50
    case wideResNet50 = "wide_resnet50_2"
    case vgg16
    case mobileNetV2 = "mobilenet_v2"
    case efficientNetLite0 = "efficientnet_lite0"
    case efficientNetB4 = "efficientnet_b4"

    package var doc: String {
        switch self {
        case .resnet18: "ResNet-18"
        case .resnet50: "ResNet-50"
        case .wideResNet50: "Wide ResNet-50-2"
        case .vgg16: "VGG16"
        case .mobileNetV2: "MobileNetV2"
        case .efficientNetLite0: "EfficientNet-Lite0"
        case .efficientNetB4: "EfficientNet-b4"
        }
    }

    /// A place whose features can be taken.
    package struct Cut: Sendable, Equatable {
        /// torchvision's name of a residual stage, the paper's of a convolution, or the number of a row of
        /// MobileNetV2's table.
        package let name: String
        /// Pixels from one feature to the next.
        package let stride: Int
        package let channels: Int
        /// Multiply-accumulates from the cut before to this one, for each pixel of the picture.
        package let work: Double
    }

    /// From shallow to deep.
    package var cuts: [Cut] {
        switch self {
        case .resnet18, .resnet50, .wideResNet50: residual?.cuts ?? []
        case .vgg16: Self.plainCuts
        case .mobileNetV2, .efficientNetLite0, .efficientNetB4: inverted?.cuts ?? []
        }
    }

    /// How its pixels are scaled.
    package var pixelScale: PixelScale { self == .efficientNetLite0 ? .symmetric : .imageNet }

    package func cut(_ name: String) -> Cut? { cuts.first { $0.name == name } }

    /// Multiply-accumulates for each pixel of a picture, as far as the deepest of these cuts.
    package func work(to names: [String]) -> Double {
        guard let deepest = cuts.lastIndex(where: { names.contains($0.name) }) else { return 0 }
        return cuts[...deepest].reduce(0) { $0 + $1.work }
    }
}

/// A residual network's blocks and widths.
///
/// *Source*: He et al. 2016, table 1; Zagoruyko and Komodakis 2016 for the wide one; the stride of a bottleneck is in
/// its 3×3 convolution, as torchvision and timm have it.
package struct ResidualShape: Sendable, Equatable {
    package let blocks: [Int]
    /// Channels of the 3×3 convolutions.
    package let inner: [Int]
    /// Channels between blocks.
    package let outer: [Int]

    package var hasBottlenecks: Bool { inner != outer }
    package static let stem = 64

    fileprivate var cuts: [CNNFamily.Cut] {
        var (inputs, stride) = (Self.stem, 4)
        return blocks.indices.map { stage in
            let (width, outputs) = (Double(inner[stage]), Double(outer[stage]))
            var work = stage == 0 ? Double(7 * 7 * 3 * Self.stem) / 4 : 0
            for block in 0..<blocks[stage] {
                let from = Double(inputs), isDownsampling = block == 0 && stage > 0
                let before = Double(stride * stride)
                if isDownsampling { stride *= 2 }
                let after = Double(stride * stride)
                work +=
                    hasBottlenecks
                    ? from * width / before + (9 * width * width + width * outputs) / after
                    : 9 * (from + outputs) * outputs / after
                if isDownsampling || inputs != outer[stage] { work += from * outputs / after }
                inputs = outer[stage]
            }
            return CNNFamily.Cut(name: "layer\(stage + 1)", stride: stride, channels: inputs, work: work)
        }
    }
}

extension CNNFamily {
    /// The shape of a residual network; nil for the others.
    package var residual: ResidualShape? {
        switch self {
        case .resnet18:
            ResidualShape(blocks: [2, 2, 2, 2], inner: [64, 128, 256, 512], outer: [64, 128, 256, 512])
        case .resnet50:
            ResidualShape(blocks: [3, 4, 6, 3], inner: [64, 128, 256, 512], outer: [256, 512, 1024, 2048])
        case .wideResNet50:
            ResidualShape(blocks: [3, 4, 6, 3], inner: [128, 256, 512, 1024], outer: [256, 512, 1024, 2048])
        case .vgg16, .mobileNetV2, .efficientNetLite0, .efficientNetB4: nil
        }
    }

    /// The shape of an inverted residual network; nil for the others.
    package var inverted: InvertedShape? {
        switch self {
        case .mobileNetV2: .mobileNetV2
        case .efficientNetLite0: .efficientNetLite0
        case .efficientNetB4: .efficientNetB4
        case .resnet18, .resnet50, .wideResNet50, .vgg16: nil
        }
    }

    /// VGG16's convolutions, in stages with a pool before each but the first.
    ///
    /// *Source*: Simonyan and Zisserman 2015, table 1, column D.
    package static let plainStages: [(width: Int, convolutions: Int)] = [
        (64, 2), (128, 2), (256, 3), (512, 3), (512, 3),
    ]

    private static var plainCuts: [Cut] {
        var inputs = 3
        return plainStages.enumerated().map { stage, shape in
            let stride = 1 << stage
            var work = 0.0
            for _ in 0..<shape.convolutions {
                work += Double(9 * inputs * shape.width) / Double(stride * stride)
                inputs = shape.width
            }
            return Cut(
                name: "conv\(stage + 1)_\(shape.convolutions)", stride: stride, channels: shape.width, work: work)
        }
    }
}
