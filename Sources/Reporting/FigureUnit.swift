/// How a number is shown.
package enum FigureUnit: Sendable {
    /// A fraction of 1, shown in percent.
    case percent
    /// Of 255, shown as it is.
    case greyLevels
    case decibels
    /// Shown a thousandfold.
    case thousandths
    /// Shown as it is, with three decimals.
    case plain

    /// Behind a column's heading; nil where the number needs none.
    var head: String? {
        switch self {
        case .percent: "(%)"
        case .greyLevels: "(grey levels)"
        case .decibels: "(dB)"
        case .thousandths, .plain: nil
        }
    }

    /// With one decimal, `plain` with three, rounded half up in decimal, independent of the locale.
    package func text(_ value: Double, signed: Bool = false) -> String {
        let (factor, places) =
            switch self {
            case .percent: (100.0, 1)
            case .greyLevels, .decibels: (1, 1)
            case .thousandths: (1000, 1)
            case .plain: (1, 3)
            }
        let shown = value * factor
        guard abs(shown) < 1e12 else { return "\(shown)" }
        let one = places == 1 ? 10 : 1000
        let units = Int((shown * Double(one)).rounded())
        let sign = units < 0 ? "-" : signed && units > 0 ? "+" : ""
        return "\(sign)\(abs(units) / one)." + "\(one + abs(units) % one)".dropFirst()
    }
}
