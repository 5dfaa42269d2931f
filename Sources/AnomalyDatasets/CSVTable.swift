/// A table of comma-separated values, parsed on bytes.
///
/// *Source*: RFC 4180. VisA's tables end their lines with CR LF, which Swift's String takes for one character; and one
/// label field may hold several labels, quoted. An empty last field stays a field.
package struct CSVTable: Sendable, Equatable {
    package var header: [String]
    package var rows: [[String]]

    /// - Parameter name: the table's name in messages.
    /// - Throws: for bytes that are not UTF-8, an unclosed quote, a row of another length than the header, or a missing
    ///   header.
    package init(_ bytes: [UInt8], name: String) throws(DatasetError) {
        var records: [[String]] = []
        var fields: [String] = []
        var field: [UInt8] = []
        var quoted = false
        var index = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0

        func text() throws(DatasetError) -> String {
            guard let text = String(validating: field, as: UTF8.self) else {
                throw DatasetError("line \(records.count + 1) is not UTF-8", at: name)
            }
            return text
        }
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            switch byte {
            case UInt8(ascii: "\"") where quoted && index < bytes.count && bytes[index] == byte:
                field.append(byte)
                index += 1
            case UInt8(ascii: "\""): quoted.toggle()
            case UInt8(ascii: ",") where !quoted:
                fields.append(try text())
                field = []
            case 0x0A where !quoted, 0x0D where !quoted:
                if byte == 0x0D, index < bytes.count, bytes[index] == 0x0A { index += 1 }
                fields.append(try text())
                field = []
                if fields != [""] { records.append(fields) }
                fields = []
            default: field.append(byte)
            }
        }
        if quoted { throw DatasetError("a quote is opened and never closed", at: name) }
        if !field.isEmpty || !fields.isEmpty {
            fields.append(try text())
            records.append(fields)
        }
        guard let first = records.first else { throw DatasetError("the table is empty", at: name) }
        for (line, record) in records.enumerated() where record.count != first.count {
            throw DatasetError("line \(line + 1) has \(record.count) fields, the header \(first.count)", at: name)
        }
        (header, rows) = (first, Array(records.dropFirst()))
    }

    /// - Throws: when the header lacks the column.
    package func column(_ title: String, name: String) throws(DatasetError) -> Int {
        guard let index = header.firstIndex(of: title) else {
            throw DatasetError(
                "the column \"\(title)\" is missing; there are: \(header.joined(separator: ", "))", at: name)
        }
        return index
    }
}
