package import ParameterKit

/// The probe's numbers and switches; all are the project's own: no paper pins them.
package struct ProbeSettings: Parameters {
    /// What labels of generated pictures are, at pixels.
    package enum Labels: String, KeyChoice {
        case binary, soft

        package var doc: String {
            switch self {
            case .binary: "1 where the soft label reaches half of its largest value, else 0"
            case .soft: "the soft label as it is"
            }
        }
    }

    /// What a picture's score is made of.
    package enum ImageScore: String, KeyChoice {
        case top, max

        package var doc: String {
            switch self {
            case .top: "the mean of the highest hundredth of its patches, one at least"
            case .max: "the highest patch"
            }
        }
    }

    @Key("The network whose features are told apart: a convolutional one (`models.cnn`), or `clip` (`models.clip`).")
    package var trunk = ProbeTrunk.clip
    @Key(
        "Layers of a convolutional network whose features are used, from shallow to deep; the first gives the grid.",
        .each(.text(.line), count: 0...5, distinct: true),
        else: .from("the layers of strides 8 and 16, as `patchcore` has them; none for `clip`") {
            (settings: ProbeSettings) in settings.trunk.family?.layers(at: [8, 16]) ?? []
        })
    package var layers: [String] = []
    @Key(
        "Blocks of CLIP's vision tower whose tokens are used, counted from 1.",
        .each(.in(1...200), count: 1...32, ascending: true))
    package var stages = [6, 12, 18, 24]
    @Key(
        "Pixels a side of the square that the network sees.", .in(14...2048),
        else: .from("518 for `clip`, else 256") { (settings: ProbeSettings) in settings.trunk == .clip ? 518 : 256 })
    package var imageSize = 518
    @Key("Which part of a picture that is; `clip` always sees all of it.")
    package var geometry = PictureGeometry.squash
    @Key("What the labels are before they are averaged over each patch.")
    package var labels = Labels.binary
    @Key("Steps, each over all patches of all pictures.", .in(1...100_000))
    package var steps = 200
    @Key("Adam's learning rate at the start; it falls to 0 along a cosine.", .above(0, to: 1))
    package var learningRate = 0.01
    @Key("Weight of half the squared length of the head's weights.", .from(0, to: 100))
    package var decay = 0.01
    @Key("What a picture's score is.", affects: .scoring)
    package var imageScore = ImageScore.top

    package init() {}

    package func check(_ issues: inout Issues) {
        guard let family = trunk.family else {
            if !layers.isEmpty { issues.add("`clip` has `stages`, no `layers`", at: $layers) }
            if geometry != .squash { issues.add("`clip` sees pictures squashed", at: $geometry) }
            return
        }
        if layers.isEmpty { issues.add("name one layer of \(family.rawValue) at least", at: $layers) }
        family.check(layers, at: $layers, &issues)
        // The engine is sent all settings, those that nobody wrote, too.
        if $stages.isWritten, stages != ProbeSettings().stages {
            issues.add("`stages` are `clip`'s; \(family.rawValue) has `layers`", at: $stages)
        }
    }
}

/// The networks that a probe can be put on.
package enum ProbeTrunk: String, KeyChoice {
    case clip
    case resnet18, resnet50
    case wideResNet50 = "wide_resnet50_2"
    case vgg16
    case mobileNetV2 = "mobilenet_v2"
    case efficientNetLite0 = "efficientnet_lite0"
    case efficientNetB4 = "efficientnet_b4"

    /// nil for `clip`.
    package var family: CNNFamily? { CNNFamily(rawValue: rawValue) }
    package var doc: String { family?.doc ?? "CLIP's vision tower" }
}
