package import ParameterKit

/// The manifest's section `quality`: which generated pictures are kept. All thresholds are fixed before anything is
/// drawn; none is found from pictures.
package struct GateSettings: Parameters {
    @Key("Whether each generated picture is checked, and drawn again where it fails.")
    package var enabled = false
    @Key("How often a picture is drawn at most, the first time included.", .in(1...100))
    package var tries = 4
    @Key("Whether `flawsmith clean` leaves pictures that failed. They are never exported and nothing learns from them.")
    package var keepRejected = true
    @Key(
        "A pixel has changed where it differs from the normal by so many grey levels of 255, smoothed over a hundredth of the side.",
        .above(0, to: 255))
    package var visible = 4.0
    @Key(
        "Outside the label it has changed where it also differs by this part of the mean inside: 3 is a third. Models that redraw the whole picture change a little everywhere.",
        .from(1, to: 1000))
    package var contrast = 3.0
    @Key("Check `change`: the share of the part that has changed inside the label, at least.", .from(0, to: 1))
    package var change = 0.002
    @Key(
        "Check `outside`: the share of the picture that has changed outside the label and a margin around it, at most.",
        .from(0, to: 1))
    package var outside = 0.005
    @Key("Check `overlap`: intersection over union of the label and what has changed, at least.", .from(0, to: 1))
    package var overlap = 0.3
    @Key("Check `area`: the share of the part that the label takes, at least.", .from(0, to: 1))
    package var smallest = 0.001
    @Key("Check `area`: the same at most.", .above(0, to: 1))
    package var largest = 0.3
    @Key(
        "Check `area`: the label has at least the pixels of one cell of a grid with so many cells along each side of the picture.",
        .in(1...4096))
    package var cells = 64
    @Key("Check `part`: the share of the label that lies on the part, at least.", .from(0, to: 1))
    package var onPart = 0.7
    @Key("Check `blank`: the standard deviation of the picture's grey levels, more than this.", .from(0, to: 127))
    package var deviation = 2.0

    package init() {}

    package static var shorthand: [String] { ["enabled"] }

    package func check(_ issues: inout Issues) {
        guard issues.isSound("smallest", "largest"), smallest >= largest else { return }
        issues.add("expected less than `largest`, \(largest)", at: $smallest)
    }

    /// Version of the scores; part of identities.
    package static let version = 2

    /// What decides whether a picture passes, and how often it is tried, as identities hold it.
    package var identity: JSONValue {
        var own = self
        own.keepRejected = Self().keepRejected
        return ["version": .int(Self.version), "parameters": own.asked()]
    }
}
