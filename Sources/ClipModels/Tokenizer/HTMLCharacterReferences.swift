/// Character references of HTML in plain text: `&amp;`, `&#233;`, `&#xE9;`.
///
/// *Source*: HTML 5 section 13.2.5.72 and following, with the 252 names of HTML 4 (of HTML 5's 2,231; the others are
/// left unchanged).
enum HTMLCharacterReferences {
    /// Replaces every reference it knows by its character.
    static func unescape(_ text: String) -> String {
        guard text.utf8.contains(UInt8(ascii: "&")) else { return text }
        var result = String.UnicodeScalarView()
        var rest = Substring.UnicodeScalarView(text.unicodeScalars)
        while let first = rest.first {
            rest.removeFirst()
            guard first == "&" else {
                result.append(first)
                continue
            }
            if let (characters, after) = number(rest) ?? name(rest) {
                result.append(contentsOf: characters)
                rest = after
            } else {
                result.append(first)
            }
        }
        return String(result)
    }

    private typealias Scalars = Substring.UnicodeScalarView

    /// `#233;` or `#xE9;`; the semicolon may be missing.
    private static func number(_ text: Scalars) -> ([Unicode.Scalar], Scalars)? {
        guard text.first == "#" else { return nil }
        var rest = text.dropFirst()
        var radix: UInt32 = 10
        if let mark = rest.first, mark == "x" || mark == "X" {
            radix = 16
            rest = rest.dropFirst()
        }
        let digits = rest.prefix { $0.isASCII && Character($0).isHexDigit && (radix == 16 || Character($0).isNumber) }
        guard !digits.isEmpty else { return nil }
        rest = rest.dropFirst(digits.count)
        if rest.first == ";" { rest = rest.dropFirst() }
        // A number too large for 32 bits is too large for Unicode as well.
        let value = UInt32(String(Substring(digits)), radix: Int(radix)) ?? .max
        return (characters(of: value), rest)
    }

    /// The characters for a numeric reference. Controls and non-characters give nothing or windows-1252's character,
    /// surrogates give U+FFFD.
    private static func characters(of value: UInt32) -> [Unicode.Scalar] {
        if value == 0 { return ["\u{FFFD}"] }
        if value == 0x0D { return ["\r"] }
        if (0x80...0x9F).contains(value) {
            return Unicode.Scalar(windows1252[Int(value - 0x80)]).map { [$0] } ?? []
        }
        let isControl = (0x01...0x08).contains(value) || value == 0x0B || (0x0E...0x1F).contains(value) || value == 0x7F
        let isNoncharacter = (0xFDD0...0xFDEF).contains(value) || (value & 0xFFFE == 0xFFFE && value <= 0x10FFFF)
        if isControl || isNoncharacter { return [] }
        return [Unicode.Scalar(value) ?? "\u{FFFD}"]
    }

    /// `amp;`. The oldest names also match without the semicolon; then the longest one that begins the text is taken.
    private static func name(_ text: Scalars) -> ([Unicode.Scalar], Scalars)? {
        let letters = text.prefix { $0.isASCII && (Character($0).isLetter || Character($0).isNumber) }
        let name = String(Substring(letters))
        let rest = text.dropFirst(letters.count)
        if rest.first == ";", let found = named[name] { return ([found], rest.dropFirst()) }
        for length in stride(from: letters.count, to: 1, by: -1) {
            let beginning = String(Substring(letters.prefix(length)))
            if oldest.contains(beginning), let found = named[beginning] { return ([found], text.dropFirst(length)) }
        }
        return nil
    }

    // MARK: - Tables

    /// Characters of windows-1252 for 0x80 to 0x9F. *Source*: HTML 5, table "numeric character reference end state".
    private static let windows1252: [UInt32] = [
        0x20AC, 0x81, 0x201A, 0x192, 0x201E, 0x2026, 0x2020, 0x2021, 0x2C6, 0x2030, 0x160, 0x2039, 0x152, 0x8D, 0x17D,
        0x8F,
        0x90, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x2DC, 0x2122, 0x161, 0x203A, 0x153, 0x9D, 0x17E,
        0x178,
    ]

    /// U+00A0 to U+00FF in order.
    private static let latin1 = """
        nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute
        micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring
        AElig Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml
        times Oslash Ugrave Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil
        egrave eacute ecirc euml igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash
        ugrave uacute ucirc uuml yacute thorn yuml
        """.split(whereSeparator: \.isWhitespace).map(String.init)

    private static let symbols = """
        OElig:152 oelig:153 Scaron:160 scaron:161 Yuml:178 fnof:192 circ:2C6 tilde:2DC Alpha:391 Beta:392 Gamma:393
        Delta:394 Epsilon:395 Zeta:396 Eta:397 Theta:398 Iota:399 Kappa:39A Lambda:39B Mu:39C Nu:39D Xi:39E
        Omicron:39F Pi:3A0 Rho:3A1 Sigma:3A3 Tau:3A4 Upsilon:3A5 Phi:3A6 Chi:3A7 Psi:3A8 Omega:3A9 alpha:3B1 beta:3B2
        gamma:3B3 delta:3B4 epsilon:3B5 zeta:3B6 eta:3B7 theta:3B8 iota:3B9 kappa:3BA lambda:3BB mu:3BC nu:3BD xi:3BE
        omicron:3BF pi:3C0 rho:3C1 sigmaf:3C2 sigma:3C3 tau:3C4 upsilon:3C5 phi:3C6 chi:3C7 psi:3C8 omega:3C9
        thetasym:3D1 upsih:3D2 piv:3D6 ensp:2002 emsp:2003 thinsp:2009 zwnj:200C zwj:200D lrm:200E rlm:200F ndash:2013
        mdash:2014 lsquo:2018 rsquo:2019 sbquo:201A ldquo:201C rdquo:201D bdquo:201E dagger:2020 Dagger:2021 bull:2022
        hellip:2026 permil:2030 prime:2032 Prime:2033 lsaquo:2039 rsaquo:203A oline:203E frasl:2044 euro:20AC
        image:2111 weierp:2118 real:211C trade:2122 alefsym:2135 larr:2190 uarr:2191 rarr:2192 darr:2193 harr:2194
        crarr:21B5 lArr:21D0 uArr:21D1 rArr:21D2 dArr:21D3 hArr:21D4 forall:2200 part:2202 exist:2203 empty:2205
        nabla:2207 isin:2208 notin:2209 ni:220B prod:220F sum:2211 minus:2212 lowast:2217 radic:221A prop:221D
        infin:221E ang:2220 and:2227 or:2228 cap:2229 cup:222A int:222B there4:2234 sim:223C cong:2245 asymp:2248
        ne:2260 equiv:2261 le:2264 ge:2265 sub:2282 sup:2283 nsub:2284 sube:2286 supe:2287 oplus:2295 otimes:2297
        perp:22A5 sdot:22C5 lceil:2308 rceil:2309 lfloor:230A rfloor:230B lang:27E8 rang:27E9 loz:25CA spades:2660
        clubs:2663 hearts:2665 diams:2666
        """

    private static let ascii: [String: Unicode.Scalar] = [
        "quot": "\"", "amp": "&", "lt": "<", "gt": ">", "QUOT": "\"", "AMP": "&", "LT": "<", "GT": ">", "apos": "'",
    ]

    private static let oldest: Set<String> = Set(ascii.keys).subtracting(["apos"]).union(latin1).union(["COPY", "REG"])

    private static let named: [String: Unicode.Scalar] = {
        var table = ascii
        (table["COPY"], table["REG"]) = ("\u{A9}", "\u{AE}")
        for (offset, name) in latin1.enumerated() { table[name] = Unicode.Scalar(UInt8(0xA0 + offset)) }
        for entry in symbols.split(whereSeparator: \.isWhitespace) {
            let parts = entry.split(separator: ":")
            if parts.count == 2, let value = UInt32(parts[1], radix: 16) {
                table[String(parts[0])] = Unicode.Scalar(value)
            }
        }
        return table
    }()
}
