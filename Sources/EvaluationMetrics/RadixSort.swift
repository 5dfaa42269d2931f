import Dispatch

/// Sorts unsigned integers by part of their bits, lowest digit first: stable, linear, and the same for any number of
/// threads.
///
/// 11-bit digits make three passes over a 32-bit key, six over one of 64; 2048 counters of 8 bytes stay in the
/// first-level cache.
enum RadixSort {
    static let digitBits = 11

    /// Returns `values` in rising order of the bits `key`; equal keys keep their order.
    ///
    /// Needs one more buffer of the same size while it runs.
    static func sorted<Word: FixedWidthInteger & UnsignedInteger & Sendable>(
        _ values: consuming [Word], key: Range<Int>, threads: Int
    ) -> [Word] {
        let count = values.count
        guard count > 1 else { return values }
        var source = values
        var target = [Word](unsafeUninitializedCapacity: count) { _, initialized in initialized = count }
        for shift in stride(from: key.lowerBound, to: key.upperBound, by: digitBits) {
            let bits = min(digitBits, key.upperBound - shift)
            let moved = source.withUnsafeBufferPointer { from in
                target.withUnsafeMutableBufferPointer { to in
                    pass(from: from, to: to, shift: shift, mask: Word(1) << bits - 1, threads: threads)
                }
            }
            if moved { swap(&source, &target) }
        }
        return source
    }

    /// One pass over one digit. Returns false, with nothing moved, when all values share the digit.
    private static func pass<Word: FixedWidthInteger & UnsignedInteger & Sendable>(
        from: UnsafeBufferPointer<Word>, to: UnsafeMutableBufferPointer<Word>, shift: Int, mask: Word, threads: Int
    ) -> Bool {
        guard let inputBase = from.baseAddress, let outputBase = to.baseAddress else { return false }
        // Threads read and write places of their own, so sharing the pointers is safe.
        nonisolated(unsafe) let (input, output) = (inputBase, outputBase)
        // Below this many values a second thread costs more than it saves (about 0.1 ms of work).
        let parts = from.count < 1 << 16 ? 1 : max(1, threads)
        let digits = 1 << digitBits
        let count = from.count
        nonisolated(unsafe) let starts = UnsafeMutablePointer<Int>.allocate(capacity: digits * parts)
        defer { starts.deallocate() }
        starts.initialize(repeating: 0, count: digits * parts)

        DispatchQueue.concurrentPerform(iterations: parts) { part in
            let counters = starts + part * digits
            for index in part * count / parts..<(part + 1) * count / parts {
                counters[Int(truncatingIfNeeded: (input[index] &>> Word(shift)) & mask)] += 1
            }
        }
        // Where each part's share of each digit begins: digits first, then parts in order, which keeps the sort stable.
        var next = 0
        for digit in 0..<digits {
            let first = next
            for part in 0..<parts {
                let size = starts[part * digits + digit]
                starts[part * digits + digit] = next
                next += size
            }
            if next - first == count { return false }
        }
        DispatchQueue.concurrentPerform(iterations: parts) { part in
            let places = starts + part * digits
            for index in part * count / parts..<(part + 1) * count / parts {
                let value = input[index]
                let digit = Int(truncatingIfNeeded: (value &>> Word(shift)) & mask)
                output[places[digit]] = value
                places[digit] += 1
            }
        }
        return true
    }
}
