import TensorCore

/// The header of a safetensors file, which describes its tensors.
///
/// *Source*: the format's description (huggingface/safetensors, README "Format"): eight bytes length N, little-endian;
/// N bytes JSON, an object from name to `{"dtype", "shape", "data_offsets"}` beside `__metadata__`; the rest is data,
/// without holes or overlaps.
struct SafetensorsHeader: Equatable {
    struct Entry: Equatable {
        var dtype: DType
        var shape: [Int]
        /// The tensor's bytes, within the data.
        var range: Range<Int>
    }

    var metadata: [String: String] = [:]
    var entries: [String: Entry] = [:]
    /// Where the data begin in the file.
    var dataStart = 0

    /// The format's own bound on a header: 100 MB.
    static let largest = 100_000_000

    /// Reads and checks the header of a whole file. `refuse` makes an error of a reason.
    init(file: UnsafeRawBufferPointer, refuse: (String) -> WeightsError) throws(WeightsError) {
        guard file.count >= 8 else { throw refuse("\(file.count) bytes are too few for a safetensors file") }
        let length = file.loadUnaligned(as: UInt64.self).littleEndian
        guard length <= UInt64(Self.largest) else {
            throw refuse("a header of \(length) bytes is longer than the format's 100 MB: not a safetensors file?")
        }
        guard Int(length) <= file.count - 8 else {
            throw refuse("the header should be \(length) bytes long, but the file ends before")
        }
        dataStart = 8 + Int(length)
        let text = UnsafeRawBufferPointer(rebasing: file[8..<dataStart])
        var parser = SafetensorsHeaderParser(text)
        do {
            try parser.parse()
        } catch {
            throw refuse("byte \(8 + error.offset) of the header: \(error.reason)")
        }
        metadata = parser.metadata
        for (name, raw) in parser.entries {
            entries[name] = try Self.entry(name, raw, refuse)
        }
        try checkLayout(dataCount: file.count - dataStart, refuse)
    }

    private static func entry(
        _ name: String, _ raw: SafetensorsHeaderParser.RawEntry, _ refuse: (String) -> WeightsError
    )
        throws(WeightsError) -> Entry
    {
        guard let dtype = DType(safetensors: raw.dtype) else {
            throw refuse(
                "tensor “\(name)” has dtype \(raw.dtype), which is not supported: convert it to F32, F16 or BF16")
        }
        var size = dtype.size
        for side in raw.shape {
            let (product, overflow) = size.multipliedReportingOverflow(by: side)
            guard !overflow else { throw refuse("tensor “\(name)” of shape \(raw.shape) is larger than any memory") }
            size = product
        }
        guard raw.offsets.count == 2, raw.offsets[0] <= raw.offsets[1] else {
            throw refuse("tensor “\(name)” has data_offsets \(raw.offsets), not [begin, end]")
        }
        let range = raw.offsets[0]..<raw.offsets[1]
        guard range.count == size else {
            throw refuse(
                "tensor “\(name)” of shape \(raw.shape) and dtype \(raw.dtype) takes \(size) bytes, but has \(range.count)"
            )
        }
        return Entry(dtype: dtype, shape: raw.shape, range: range)
    }

    /// The tensors must cover the data exactly, each byte once.
    private func checkLayout(dataCount: Int, _ refuse: (String) -> WeightsError) throws(WeightsError) {
        let inOrder = entries.sorted {
            ($0.value.range.lowerBound, $0.value.range.upperBound, $0.key) < (
                $1.value.range.lowerBound, $1.value.range.upperBound, $1.key
            )
        }
        var end = 0
        for (name, entry) in inOrder {
            let begin = entry.range.lowerBound
            guard begin >= end else {
                throw refuse("tensor “\(name)” overlaps another: it begins at \(begin), the one before ends at \(end)")
            }
            guard begin == end else {
                throw refuse("bytes \(end) to \(begin) of the data belong to no tensor (before “\(name)”)")
            }
            end = entry.range.upperBound
        }
        guard end <= dataCount else {
            throw refuse("the file is cut off: its tensors take \(end) bytes of data, \(dataCount) are there")
        }
        guard end == dataCount else { throw refuse("\(dataCount - end) bytes after the last tensor belong to none") }
    }
}

extension DType {
    /// The format's name of the dtype.
    var safetensors: String {
        switch self {
        case .float32: "F32"
        case .float16: "F16"
        case .bfloat16: "BF16"
        case .float64: "F64"
        case .int64: "I64"
        case .int32: "I32"
        case .int16: "I16"
        case .int8: "I8"
        case .uint8: "U8"
        case .bool: "BOOL"
        }
    }

    init?(safetensors name: String) {
        guard let match = DType.allCases.first(where: { $0.safetensors == name }) else { return nil }
        self = match
    }
}
