import CTorch

/// A number type that tensors are made from and read into.
package protocol TensorElement: BitwiseCopyable {
    static var dtype: DType { get }
}

extension Float: TensorElement { package static var dtype: DType { .float32 } }
extension Double: TensorElement { package static var dtype: DType { .float64 } }
extension Int: TensorElement { package static var dtype: DType { .int64 } }
extension Int64: TensorElement { package static var dtype: DType { .int64 } }
extension Int32: TensorElement { package static var dtype: DType { .int32 } }
extension UInt8: TensorElement { package static var dtype: DType { .uint8 } }
extension Bool: TensorElement { package static var dtype: DType { .bool } }

extension Tensor {
    // MARK: - From numbers

    /// A tensor on the CPU from numbers in row-major order; its dtype is that of the numbers.
    ///
    /// *Throws* `TensorError.invalidArgument` when the shape needs another number of values.
    package convenience init<Element: TensorElement>(_ values: [Element], _ shape: [Int]) throws(TensorError) {
        try self.init { out in
            values.withUnsafeBytes { bytes in
                shape.withInts { ctorch_from_bytes(bytes.baseAddress, bytes.count, $0, Element.dtype.code, out) }
            }
        }
    }

    /// A tensor of one dimension.
    package convenience init<Element: TensorElement>(_ values: [Element]) throws(TensorError) {
        try self.init(values, [values.count])
    }

    /// A tensor on the CPU from raw bytes in the machine's order (copied).
    ///
    /// *Throws* `TensorError.invalidArgument` when their number doesn't fit shape and dtype.
    package convenience init(bytes: UnsafeRawBufferPointer, shape: [Int], dtype: DType) throws(TensorError) {
        try self.init { out in
            shape.withInts { ctorch_from_bytes(bytes.baseAddress, bytes.count, $0, dtype.code, out) }
        }
    }

    package static func zeros(_ shape: [Int], dtype: DType = .float32, device: Device = .cpu) throws(TensorError)
        -> Tensor
    {
        try full(shape, 0, dtype: dtype, device: device)
    }

    package static func ones(_ shape: [Int], dtype: DType = .float32, device: Device = .cpu) throws(TensorError)
        -> Tensor
    {
        try full(shape, 1, dtype: dtype, device: device)
    }

    package static func full(_ shape: [Int], _ value: some TensorScalar, dtype: DType = .float32, device: Device = .cpu)
        throws(TensorError) -> Tensor
    {
        try Tensor { out in shape.withInts { ctorch_full($0, value.code, dtype.code, device.code, out) } }
    }

    /// start, start + step, … up to but without end.
    package static func arange(
        _ start: some TensorScalar, _ end: some TensorScalar, step: some TensorScalar = 1, dtype: DType = .int64,
        device: Device = .cpu
    ) throws(TensorError) -> Tensor {
        try Tensor { ctorch_arange(start.code, end.code, step.code, dtype.code, device.code, $0) }
    }

    /// 0, 1, …, count - 1 as int64.
    package static func arange(_ count: Int, dtype: DType = .int64, device: Device = .cpu) throws(TensorError) -> Tensor
    {
        try arange(0, count, dtype: dtype, device: device)
    }

    /// Zeros of this tensor's shape, dtype and device.
    package func zerosLike() throws(TensorError) -> Tensor {
        try .zeros(shape, dtype: dtype, device: device)
    }

    // MARK: - To numbers

    /// The elements in row-major order, converted to `Element`.
    package func array<Element: TensorElement>(of type: Element.Type) throws(TensorError) -> [Element] {
        let source = try to(Element.dtype, device: .cpu)
        let count = source.count
        var status = CTorchStatus()
        let values = [Element](unsafeUninitializedCapacity: count) { buffer, initialized in
            status = ctorch_copy_bytes(source.handle, buffer.baseAddress, count * MemoryLayout<Element>.stride)
            initialized = status.code == CTorchOK ? count : 0
        }
        try check(status)
        return values
    }

    package func floats() throws(TensorError) -> [Float] { try array(of: Float.self) }
    package func doubles() throws(TensorError) -> [Double] { try array(of: Double.self) }
    package func ints() throws(TensorError) -> [Int] { try array(of: Int.self) }

    /// The elements as they lie in memory, row-major.
    package func bytes() throws(TensorError) -> [UInt8] {
        let count = try count * dtype.size
        var status = CTorchStatus()
        let values = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            status = ctorch_copy_bytes(handle, buffer.baseAddress, count)
            initialized = status.code == CTorchOK ? count : 0
        }
        try check(status)
        return values
    }

    /// The only element, as a number.
    ///
    /// *Throws* `TensorError` when there are more or none.
    package func item() throws(TensorError) -> Double {
        var value = 0.0
        try check(ctorch_item(handle, &value))
        return value
    }

    /// The only element of a tensor of integers or truth values.
    package func intItem() throws(TensorError) -> Int {
        var value: Int64 = 0
        try check(ctorch_item_integer(handle, &value))
        return Int(value)
    }

    /// The only element, as a truth value: whether it is not zero.
    package func boolItem() throws(TensorError) -> Bool { try item() != 0 }
}
