extension RunForecast {
    /// The price as lines for a terminal: the data sets, the table, notes on the tokens.
    package var text: String {
        var lines = dataSets.map(sentence)
        if isTiled {
            lines.append(
                "dataset.tiles: a shot is a whole picture with all its tiles; images_per_normal counts for each tile")
        }
        if let auxiliaryPictures, auxiliaryPictures > 0 {
            lines.append("auxiliary data: \(Self.grouped(auxiliaryPictures)) pictures beside each")
        }
        lines += ["", Self.row("", "pictures", "hours", "GB")]
        lines += (self.lines + [total]).map {
            Self.row($0.name, $0.images.map(Self.grouped) ?? "–", Self.hours($0.hours), Self.gigabytes($0.bytes))
        }
        if let sentence = tokens?.sentence { lines += ["", sentence] }
        return lines.joined(separator: "\n") + "\n"
    }

    private func sentence(_ set: DataSet) -> String {
        let sets = set.seeds == 1 ? "1 data set" : "\(set.seeds) data sets"
        let pictures = set.pictures.map { "\(Self.grouped($0)) pictures" } ?? "pictures not counted"
        let unit = isTiled ? "tile" : "normal"
        let normals =
            set.normals.map { "\(Self.grouped($0)) \(unit)\($0 == 1 ? "" : "s")" }
            ?? (isTiled ? "tiles not counted" : "all normals")
        return "\(set.shots)-shot: \(sets) of \(pictures), from \(normals)"
    }

    private static func row(_ name: String, _ images: String, _ hours: String, _ bytes: String) -> String {
        func right(_ text: String, _ width: Int) -> String {
            String(repeating: " ", count: max(1, width - text.count)) + text
        }
        return name + right(images, 20 - name.count) + right(hours, 18) + right(bytes, 10)
    }

    private static func hours(_ range: ClosedRange<Double>?) -> String {
        guard let range else { return "–" }
        let (least, most) = (rounded(range.lowerBound), rounded(range.upperBound))
        return least == most ? least : "\(least)–\(most)"
    }

    private static func gigabytes(_ bytes: Double?) -> String { bytes.map { rounded($0 / 1e9) } ?? "–" }

    /// Two significant digits below 10, whole numbers above.
    static func rounded(_ value: Double) -> String {
        guard value < 9.95 else { return value < 1e15 ? grouped(Int(value.rounded())) : "\(value)" }
        let digits = value < 0.0995 ? 1000 : value < 0.995 ? 100 : 10
        let scaled = Int((value * Double(digits)).rounded())
        guard scaled > 0 else { return value > 0 ? "<0.001" : "0" }
        let fraction = String(digits + scaled % digits).dropFirst()
        return "\(scaled / digits).\(fraction)"
    }

    static func tenths(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return "\(grouped(tenths / 10)).\(tenths % 10)"
    }

    /// With a comma before every three digits.
    static func grouped(_ number: Int) -> String {
        var digits = Array(String(number.magnitude))
        for place in stride(from: digits.count - 3, to: 0, by: -3) { digits.insert(",", at: place) }
        return (number < 0 ? "-" : "") + String(digits)
    }
}

extension RunForecast.Tokens {
    /// A sentence on the cache's size and on what its limit costs.
    var sentence: String {
        let all =
            "Tokens of \(RunForecast.grouped(pictures)) training pictures: \(RunForecast.rounded(bytes / 1e9)) GB, \(RunForecast.tenths(perPicture / 1e6)) MB each"
        guard bytes > limit else { return "\(all); cache.limit (\(RunForecast.rounded(limit / 1e9)) GB) holds them." }
        return
            "\(all). cache.limit (\(RunForecast.rounded(limit / 1e9)) GB) holds \(RunForecast.rounded(100 * limit / bytes)) % of them; the others are "
            + "computed anew in every epoch: \(RunForecast.grouped(Int(passes))) pictures through the vision tower in place of "
            + "\(RunForecast.grouped(Int(passesWithoutLimit)))\(hoursSpared.map { "; a limit that holds all spares \(RunForecast.rounded($0)) hours" } ?? "")."
    }
}
