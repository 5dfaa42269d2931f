import Glibc

/// The encoding of names in a zip that are neither marked as UTF-8 nor valid UTF-8.
///
/// *Source*: PKWARE's APPNOTE.TXT, appendix D: names are in code page 437 unless bit 11 of the flags says UTF-8. In
/// practice they are in the code page of the system that wrote them. One of these is GBK (Chinese Windows), which would
/// turn into line drawings in code page 437.
enum NameEncoding: String, Sendable, Hashable {
    case codePage437 = "code page 437"
    case gbk = "GBK"

    /// GBK if all bytes above 127 form valid GBK pairs and at least half of the pairs are common Chinese characters (GB
    /// 2312, rows 16 to 87); otherwise code page 437, in which every byte has a meaning.
    static func decode(_ bytes: [UInt8]) -> (text: String, encoding: NameEncoding)? {
        if isLikelyGBK(bytes), let text = convert(bytes, from: "GBK") { return (text, .gbk) }
        var text = ""
        for byte in bytes { text.unicodeScalars.append(byte < 0x80 ? Unicode.Scalar(byte) : upper[Int(byte) - 0x80]) }
        return (text, .codePage437)
    }

    private static func isLikelyGBK(_ bytes: [UInt8]) -> Bool {
        var (pairs, common, index) = (0, 0, 0)
        while index < bytes.count {
            guard bytes[index] >= 0x80 else {
                index += 1
                continue
            }
            guard index + 1 < bytes.count, 0x81...0xFE ~= bytes[index], 0x40...0xFE ~= bytes[index + 1],
                bytes[index + 1] != 0x7F
            else { return false }
            pairs += 1
            if 0xB0...0xF7 ~= bytes[index], bytes[index + 1] >= 0xA1 { common += 1 }
            index += 2
        }
        return pairs > 0 && 2 * common >= pairs
    }

    /// glibc's conversion; nil when it is not installed or the bytes are not of that encoding.
    private static func convert(_ bytes: [UInt8], from encoding: String) -> String? {
        guard let converter = iconv_open("UTF-8", encoding), Int(bitPattern: converter) != -1 else { return nil }
        defer { iconv_close(converter) }
        var input = bytes.map { CChar(bitPattern: $0) }
        var output = [CChar](repeating: 0, count: 4 * bytes.count + 4)
        var (left, room) = (input.count, output.count)
        let whole = output.count
        let status = input.withUnsafeMutableBufferPointer { source in
            output.withUnsafeMutableBufferPointer { target in
                var (from, to) = (source.baseAddress, target.baseAddress)
                return iconv(converter, &from, &left, &to, &room)
            }
        }
        guard status != Int.max, Int(bitPattern: UInt(bitPattern: status)) != -1, left == 0 else { return nil }
        return String(validating: output.prefix(whole - room).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Bytes 128 to 255 of code page 437.
    private static let upper = Array(
        ("ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀"
            + "αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{A0}").unicodeScalars)
}
