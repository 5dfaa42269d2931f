import Glibc

/// Searches in bytes that are too many to be parsed.
enum ByteSearch {
    /// The place behind the first occurrence of `pattern`, which must not be empty; nil if there is none.
    static func place(behind pattern: [UInt8], in bytes: ArraySlice<UInt8>) -> Int? {
        bytes.withUnsafeBytes { buffer -> Int? in
            guard let base = buffer.baseAddress else { return nil }
            var place = 0
            while place + pattern.count <= buffer.count {
                guard let next = memchr(base + place, Int32(pattern[0]), buffer.count - pattern.count + 1 - place)
                else { return nil }
                place = UnsafeRawPointer(next) - base
                if memcmp(next, pattern, pattern.count) == 0 { return place + pattern.count }
                place += 1
            }
            return nil
        }.map { $0 + bytes.startIndex }
    }
}
